import { asUnknown } from '../../loadgen/drive.ts';
import type { Assignment, HandIn, Progress, StopHow } from '../../loadgen/engine/engine.ts';
import { ExitError } from '../../loadgen/exit.ts';
import { emptyTally, mergeTallies, type Tally } from '../../loadgen/measure/tally.ts';
import type { LostPart } from '../../loadgen/pool/part.ts';
import { runOnThreads } from '../../loadgen/pool/pool.ts';
import type { SilenceLimits } from '../../loadgen/pool/watchdog.ts';
import { splitShares } from '../../loadgen/schedule/split.ts';
import { answerWell, type Behaviour, startBadServer } from '../support/bad-servers.ts';
import { assignmentTo, type ScenarioName, scenarioUrl } from '../support/drive-engine.ts';

type Wish = {
  readonly workers: number;
  readonly options: Assignment['options'];
  readonly scenario?: ScenarioName;
  readonly behaviour?: Behaviour;
  readonly whenReady?: () => number;
  readonly onProgress?: (worker: number, progress: Progress) => void;
  /** When to stop, seen from what reached the target, and how. */
  readonly until?: (reached: number) => boolean;
  readonly how?: StopHow;
  readonly silenceLimits?: SilenceLimits;
  readonly heapMb?: number;
};

type Ended = {
  /** Of the workers that were not lost. */
  readonly handIns: readonly HandIn[];
  readonly lost: readonly LostPart[];
  readonly tally: Tally;
  readonly reached: number;
  readonly connections: number;
};

export async function runThreads(wish: Wish): Promise<Ended> {
  const server = await startBadServer(wish.behaviour ?? answerWell);
  const told = Array.from({ length: wish.workers }, () => emptyTally());
  let watch: NodeJS.Timeout | undefined;
  try {
    const assignments = splitShares(wish.workers).map((share) => ({
      ...{ ...assignmentTo(server, wish.options), clock: 'thread' as const, share },
      scenarioUrl: scenarioUrl(wish.scenario ?? 'contract'),
    }));
    const parts = await runOnThreads(assignments, {
      ...(wish.silenceLimits === undefined ? {} : { silenceLimits: wish.silenceLimits }),
      ...(wish.heapMb === undefined ? {} : { heapMb: wish.heapMb }),
      whenReady: wish.whenReady ?? (() => performance.timeOrigin + performance.now() + 10),
      onProgress(worker, progress) {
        told[worker] = mergeTallies([told[worker]!, progress.tally]);
        wish.onProgress?.(worker, progress);
      },
      onSteerable(stop) {
        const { until, how } = wish;
        if (until === undefined || how === undefined) return;
        const look = () => {
          if (!until(server.reached())) return;
          clearInterval(watch);
          stop(how);
        };
        watch = setInterval(look, 1);
        look();
      },
    });
    const handIns = parts.flatMap((part) => (part.kind === 'handedIn' ? [part.handIn] : []));
    const lost = parts.filter((part) => part.kind === 'lost');
    const tally = mergeTallies(
      parts.map((part, worker) =>
        part.kind === 'handedIn'
          ? mergeTallies([told[worker]!, part.handIn.tally])
          : asUnknown(told[worker]!),
      ),
    );
    return { handIns, lost, tally, reached: server.reached(), connections: server.connections() };
  } catch (error) {
    throw Object.assign(error as Error, { reached: server.reached() });
  } finally {
    clearInterval(watch);
    await server.close();
  }
}

export async function failureOf(wish: Wish) {
  try {
    await runThreads(wish);
  } catch (error) {
    const { message, reached } = error as Error & { reached: number };
    return { message, reached, exitCode: error instanceof ExitError ? error.exitCode : null };
  }
  throw new Error('it did not fail');
}
