import { describeThrown, isThrownByUs } from '../scenario/scenario-error.ts';

/** What of a thread's `process` is guarded. */
export type Thread = Pick<NodeJS.Process, 'on' | 'exit'>;

export type GuardFault = {
  /** In words: one line, but for a fault of our own. */
  readonly message: string;
  /** False: loadgen's own code is to blame, and nothing that the thread has counted can be trusted. */
  readonly isScenarios: boolean;
};

/**
 * A thread that runs a scenario's code outlives what that code does where nobody catches it: it throws from a timer,
 * forgets a rejected promise, or calls process.exit, which throws here. `onFault` is told each time.
 */
export function guardThread(thread: Thread, onFault: (fault: GuardFault) => void): void {
  thread.exit = (code) => {
    throw new ExitCall(`called process.exit(${code ?? ''}), want a scenario that leaves the process alone`);
  };
  thread.on('uncaughtException', (thrown) => onFault(faultOf('threw where nobody catches it', thrown)));
  thread.on('unhandledRejection', (thrown) =>
    onFault(faultOf('rejected a promise that nobody handles', thrown)),
  );
}

class ExitCall extends Error {}

function faultOf(what: string, thrown: unknown): GuardFault {
  if (thrown instanceof ExitCall || !isThrownByUs(thrown))
    return { message: `the scenario ${what}: ${describeThrown(thrown)}`, isScenarios: true };
  return {
    message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    isScenarios: false,
  };
}
