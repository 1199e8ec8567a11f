/** Both tails of a binomial distribution around k, each with k itself. */
export type Tails = { readonly atMost: number; readonly atLeast: number };

/**
 * P(X ≤ k) and P(X ≥ k) for X ~ Binomial(trials, probability), to about 1e-12 relative to 1.
 * Sums the terms outwards from the likeliest one, in units of it, so that nothing over- or underflows and no gamma
 * function is needed. Takes about 20 × √trials steps.
 * Throws a RangeError for trials that are no whole number ≥ 0 or a probability outside 0 to 1.
 */
export function binomialTails(k: number, trials: number, probability: number): Tails {
  checkBinomial(trials, probability);
  if (k < 0) return { atMost: 0, atLeast: 1 };
  if (k > trials) return { atMost: 1, atLeast: 0 };
  const mode = Math.min(trials, Math.floor((trials + 1) * probability));
  const sums = { below: 0, at: 0, above: 0 };
  const take = (x: number, term: number) => {
    if (x < k) sums.below += term;
    else if (x > k) sums.above += term;
    else sums.at += term;
  };
  const odds = probability / (1 - probability);
  take(mode, 1);
  for (let x = mode, term = 1; x < trials && term > NEGLIGIBLE; x++) {
    term *= ((trials - x) / (x + 1)) * odds;
    take(x + 1, term);
  }
  for (let x = mode, term = 1; x > 0 && term > NEGLIGIBLE; x--) {
    term *= x / (trials - x + 1) / odds;
    take(x - 1, term);
  }
  const total = sums.below + sums.at + sums.above;
  return { atMost: (sums.below + sums.at) / total, atLeast: (sums.at + sums.above) / total };
}

/**
 * The Clopper-Pearson interval for a probability of which `successes` of `trials` were seen: it covers the true one
 * with at least the stated confidence, whatever it is. Ends are right to 1e-12.
 * Throws a RangeError for successes outside 0 to trials, no trials, or a confidence outside (0, 1).
 */
export function ratioInterval(successes: number, trials: number, confidence = 0.95): [number, number] {
  if (
    !Number.isInteger(successes) ||
    !Number.isInteger(trials) ||
    trials < 1 ||
    successes < 0 ||
    successes > trials
  )
    throw new RangeError(
      `Cannot bound ${successes} of ${trials}: want whole numbers, 0 to trials, of 1 trial or more`,
    );
  const tail = tailOf(confidence);
  const ratio = successes / trials;
  const low =
    successes === 0 ? 0 : rootBetween(0, ratio, (p) => binomialTails(successes, trials, p).atLeast - tail);
  const high =
    successes === trials
      ? 1
      : rootBetween(ratio, 1, (p) => tail - binomialTails(successes, trials, p).atMost);
  return [low, high];
}

/** Order statistics that enclose a quantile of the distribution; null on a side that the samples cannot bound. */
export type QuantileRanks = { readonly low: number | null; readonly high: number | null };

/**
 * Between which ranks (from 1) of `count` independent samples the distribution's q-quantile lies with at least the given
 * confidence, half of the risk on each side. Exact and free of assumptions: the number of samples below the quantile is
 * binomial.
 */
export function quantileRanks(count: number, q: number, confidence = 0.95): QuantileRanks {
  const risk = tailOf(confidence);
  // P(x(r) > quantile) = P(fewer than r samples lie below it) = P(B ≤ r − 1), which grows with r.
  const low = firstRank(count, (rank) => binomialTails(rank - 1, count, q).atMost > risk) - 1;
  // P(x(r) < quantile) ≤ P(B ≥ r), which shrinks with r.
  const high = firstRank(count, (rank) => binomialTails(rank, count, q).atLeast <= risk);
  return { low: low < 1 ? null : low, high: high > count ? null : high };
}

/** Half of what the confidence leaves. Throws a RangeError for a confidence outside (0, 1). */
function tailOf(confidence: number): number {
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(`Cannot bound with confidence ${confidence}: want a number between 0 and 1`);
  return (1 - confidence) / 2;
}

/** Terms below this share of the likeliest add nothing that a double would keep, however many follow. */
const NEGLIGIBLE = 1e-25;

function checkBinomial(trials: number, probability: number): void {
  if (!Number.isInteger(trials) || trials < 0 || !(probability >= 0 && probability <= 1))
    throw new RangeError(
      `Cannot take a binomial of ${trials} trials at ${probability}: want a whole number and a probability`,
    );
}

/** Where an increasing function crosses zero. */
function rootBetween(low: number, high: number, f: (x: number) => number): number {
  let [below, above] = [low, high];
  while (above - below > 1e-13) {
    const middle = (below + above) / 2;
    if (middle === below || middle === above) break;
    if (f(middle) < 0) below = middle;
    else above = middle;
  }
  return (below + above) / 2;
}

/** The least rank from 1 that passes, count + 1 if none does; what passes must stay passed above it. */
function firstRank(count: number, passes: (rank: number) => boolean): number {
  let low = 1;
  let high = count + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
