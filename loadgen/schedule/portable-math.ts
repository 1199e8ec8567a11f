/**
 * Logarithm and sine out of + − × ÷ alone. IEEE 754 fixes those to the last bit, while ECMAScript leaves `Math.log` and
 * `Math.sin` to the engine, and Node and Deno do differ in their last bits: a schedule must not.
 */

/** Natural logarithm for x in (0, 1]; relative error below 1e-15. Source: ln m = 2 artanh((m − 1) / (m + 1)). */
export function naturalLog(x: number): number {
  let m = x;
  let halvings = 0;
  // One turn in the mean when x is uniform.
  while (m < Math.SQRT1_2) {
    m *= 2;
    halvings++;
  }
  const s = (m - 1) / (m + 1);
  return 2 * s * horner(ARTANH, s * s) - halvings * Math.LN2;
}

/** sin(2πu) for u in [0, 1]; absolute error below 1e-15. Source: Taylor series on the eighth of a turn. */
export function sineOfTurn(u: number): number {
  if (u > 0.5) return -sineOfTurn(1 - u);
  const folded = u > 0.25 ? 0.5 - u : u;
  if (folded > 0.125) return cosineOf(TURN * (0.25 - folded));
  const x = TURN * folded;
  return x * horner(SINE, x * x);
}

/** cos(2πu) for u in [0, 1]; absolute error below 1e-15. */
export function cosineOfTurn(u: number): number {
  const folded = u > 0.5 ? 1 - u : u;
  return folded > 0.25 ? -sineOfTurn(folded - 0.25) : sineOfTurn(0.25 - folded);
}

export const TURN = 2 * Math.PI;

function cosineOf(x: number): number {
  return horner(COSINE, x * x);
}

/** coefficients[0] + coefficients[1] x + …, from the smallest term up. */
function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

/** 1 / (2i + 1): enough for |s| ≤ 0.1716, where ln is taken of [1/√2, 1]. */
const ARTANH = Array.from({ length: 12 }, (_, i) => 1 / (2 * i + 1));
const SINE = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 1 : -1) / factorial(2 * i + 1));
const COSINE = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? 1 : -1) / factorial(2 * i));

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
