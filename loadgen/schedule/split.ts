import type { Share } from './phase.ts';

/**
 * How many of `total` connections each of `of` workers opens: they differ by at most one, larger first, and add up to
 * `total`.
 * @throws RangeError when `of` is no whole number from 1, or `total` none from 0
 */
export function splitConnections(total: number, of: number): number[] {
  if (!Number.isSafeInteger(total) || total < 0) {
    throw new RangeError(`Cannot split ${total} connections: want a whole number, 0 or more`);
  }
  return splitShares(of).map((share) => Math.ceil((total - share.index) / of) + 0);
}

/**
 * The shares of `of` workers: together they take every arrival once.
 * @throws RangeError when `of` is no whole number from 1
 */
export function splitShares(of: number): Share[] {
  if (!Number.isSafeInteger(of) || of < 1) {
    throw new RangeError(`Cannot split over ${of} workers: want 1 or more`);
  }
  return Array.from({ length: of }, (_, index) => ({ index, of }));
}
