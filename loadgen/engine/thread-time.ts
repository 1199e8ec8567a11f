import { readFileSync, readlinkSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/**
 * How long the calling thread ran, or was ready to run and had to wait for a processor, in milliseconds since it began;
 * null where that can't be told. Linux knows both for each thread; elsewhere Node knows how long its event loop was busy.
 */
export function threadTime(): (() => number) | null {
  return linuxThreadTime() ?? eventLoopTime();
}

/** https://docs.kernel.org/scheduler/sched-stats.html: time on the processor, then time in the queue for one, in ns. */
function linuxThreadTime(): (() => number) | null {
  try {
    const path = `/proc/${readlinkSync('/proc/thread-self')}/schedstat`;
    const read = () => {
      const [ranNs = 0, waitedNs = 0] = readFileSync(path, 'latin1').split(' ').map(Number);
      return (ranNs + waitedNs) / 1e6;
    };
    return read() > 0 ? read : null;
  } catch {
    return null;
  }
}

/** Deno has the call, and it says 0. */
function eventLoopTime(): (() => number) | null {
  const read = () => performance.eventLoopUtilization().active;
  return read() > 0 ? read : null;
}
