import { getHeapStatistics } from 'node:v8';

/**
 * How much memory a thread that runs a scenario may use, in megabytes. Without a limit of its own a full heap ends the
 * whole process on Deno, and one near that of the process does so on Node 20 now and then.
 */
export function threadHeapMb(): number {
  return Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20 / 2);
}
