/**
 * The ledger. `scheduled = sent + unsent + unknown` and `sent = ok + failed + timedOut + disconnected`, always.
 * scheduled: was to be sent · sent: reached the wire · unsent: did not, for a reason that is counted too ·
 * unknown: a lost worker may have sent it · ok: answered with a status below 400 · failed: answered with 400 or more ·
 * timedOut: no whole answer came in time · disconnected: the connection was lost first, or what came was no answer ·
 * bytesOut, bytesIn: what crossed open connections, framing included.
 */
export const COUNT_KEYS = [
  'scheduled',
  'sent',
  'unsent',
  'unknown',
  'ok',
  'failed',
  'timedOut',
  'disconnected',
  'bytesOut',
  'bytesIn',
] as const;

export type CountKey = (typeof COUNT_KEYS)[number];
export type Counts = Readonly<Record<CountKey, number>>;

/** Counts to count with. */
export function zeroCounts(): Record<CountKey, number> {
  return Object.fromEntries(COUNT_KEYS.map((key) => [key, 0])) as Record<CountKey, number>;
}

export function addCounts(list: readonly Counts[]): Counts {
  const sum = zeroCounts();
  for (const counts of list) for (const key of COUNT_KEYS) sum[key] += counts[key];
  return sum;
}

/** Adds numbers up by their key; the keys come out sorted by code units, so that the order is the same in every locale. */
export function addUp(list: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [key, count] of list.flatMap(Object.entries<number>))
    sums.set(key, (sums.get(key) ?? 0) + count);
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What keeps the ledger from closing, in words; empty when it closes. */
export function ledgerProblems(counts: Counts): string[] {
  const { scheduled, sent, unsent, unknown, ok, failed, timedOut, disconnected } = counts;
  const placed = sent + unsent + unknown;
  const ended = ok + failed + timedOut + disconnected;
  const lost = unknown === 0 ? '' : ` + ${unknown} unknown`;
  const parts = `${ok} ok + ${failed} failed + ${timedOut} timed out + ${disconnected} disconnected`;
  return [
    ...(scheduled === placed
      ? []
      : [`${scheduled} scheduled, but ${sent} sent + ${unsent} unsent${lost} = ${placed}`]),
    ...(sent === ended ? [] : [`${sent} sent, but ${parts} = ${ended}`]),
  ];
}

/** How many have no outcome yet. */
export function inFlightOf({ scheduled, sent, unsent, unknown }: Counts): number {
  return scheduled - sent - unsent - unknown;
}
