import process from 'node:process';
import type { MessagePort } from 'node:worker_threads';
import type { Assignment } from '../engine/engine.ts';
import { runAssignment } from '../engine/run-assignment.ts';
import { EXIT, ExitError } from '../exit.ts';
import { controlOver, type FromWorker, type TaskResult } from './control.ts';
import { guardThread } from './guard-worker.ts';

const endThread = process.exit;

/** One task: runs the assignment, steered over the port. */
export async function work(task: { assignment: Assignment; port: MessagePort }): Promise<TaskResult> {
  const { assignment, port } = task;
  const control = controlOver(port);
  const tell = (message: FromWorker) => port.postMessage(message);
  let fault: string | null = null;
  guardThread(process, ({ message, isScenarios }) => {
    if (!isScenarios) {
      tell({ kind: 'broken', why: message });
      endThread(EXIT.fault);
    }
    fault ??= message;
    control.stop('finish');
  });
  tell({ kind: 'up' });
  try {
    const handIn = await runAssignment(assignment, control);
    if (fault !== null && !control.hasStarted)
      return { kind: 'fault', exitCode: EXIT.scenarioCode, message: fault };
    return { kind: 'handIn', handIn: { ...handIn, fault: handIn.fault ?? fault } };
  } catch (error) {
    const exitCode = error instanceof ExitError ? error.exitCode : EXIT.fault;
    const message =
      error instanceof ExitError ? error.message : String(error instanceof Error ? error.stack : error);
    return { kind: 'fault', exitCode, message };
  } finally {
    port.close();
  }
}
