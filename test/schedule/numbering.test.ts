import * as assert from 'uvu/assert';
import { openArrivals } from '../../loadgen/schedule/arrivals.ts';
import { drawsOf, firstIndexes } from '../../loadgen/schedule/numbering.ts';
import type { OpenPhase, Phase } from '../../loadgen/schedule/phase.ts';
import { suite } from '../support/suite.ts';

const EVEN: OpenPhase = { kind: 'even', requests: 50, durationMs: 60 };
const CLOSED: Phase = { kind: 'closed', connections: 5, durationMs: 2000 };
const OPEN: readonly OpenPhase[] = [
  EVEN,
  { kind: 'constant', perSecond: 33.3, durationMs: 1000 },
  { kind: 'ramp', fromPerSecond: 0, toPerSecond: 80, durationMs: 1000 },
  { kind: 'poisson', perSecond: 800, durationMs: 300 },
  { kind: 'gaps', minGapMs: 0, maxGapMs: 3, durationMs: 200 },
  { kind: 'wave', meanPerSecond: 500, swing: 1, periodMs: 90, durationMs: 200 },
];

suite('numbers of requests over a whole run', (test) => {
  test('open phases are numbered without a gap and without a number twice, whatever comes first', () => {
    for (const seed of [1, 2, 99])
      for (const phases of [OPEN, [...OPEN].reverse()]) {
        const drawOf = drawsOf(phases, seed);
        const numbers = phases.flatMap((phase, i) =>
          arrivals(phase, i, seed).map((index) => drawOf(i, index).index),
        );
        assert.equal(
          numbers,
          numbers.map((_, position) => position),
        );
      }
  });

  test('a closed phase keeps numbers for 100 answers a millisecond and connection', () => {
    const firsts = firstIndexes([EVEN, CLOSED, EVEN, CLOSED, EVEN], 1);
    assert.equal(firsts, [0, 50, 50 + 1_000_000, 100 + 1_000_000, 100 + 2_000_000]);
    const odd: Phase = { kind: 'closed', connections: 1, durationMs: 0.0034 };
    assert.equal(firstIndexes([odd, EVEN], 1), [0, 1]);
  });

  test('the numbers of a run with closed phases are whole, and each stands for one request', () => {
    const phases: Phase[] = [OPEN[3]!, CLOSED, OPEN[4]!, { ...CLOSED, durationMs: 5 }, ...OPEN];
    const drawOf = drawsOf(phases, 7);
    const numbers = phases.flatMap((phase, i) => {
      // As connection c of n numbers what it sends: one of them far ahead of the others.
      const own =
        phase.kind === 'closed'
          ? Array.from({ length: 400 }, (_, k) => (k % 2) + phase.connections * k)
          : arrivals(phase, i, 7);
      return own.map((index) => drawOf(i, index).index);
    });
    assert.is(new Set(numbers).size, numbers.length);
    assert.ok(numbers.every((number, i) => Number.isSafeInteger(number) && (i === 0 || number >= 0)));
  });

  test('random phases too long to be counted keep twice what is expected, which is more than comes', () => {
    const long: readonly [OpenPhase, number][] = [
      [{ kind: 'poisson', perSecond: 1500, durationMs: 100_000 }, 300_000],
      [{ kind: 'gaps', minGapMs: 0, maxGapMs: 1, durationMs: 60_000 }, 240_000],
      [{ kind: 'wave', meanPerSecond: 1000, swing: 0.5, periodMs: 70_000, durationMs: 100_000 }, 300_000],
    ];
    for (const [phase, kept] of long) {
      assert.equal(firstIndexes([phase, EVEN], 3), [0, kept], phase.kind);
      assert.ok(arrivals(phase, 0, 3).length < kept, phase.kind);
    }
  });

  test('a week of load in a thousand phases keeps whole numbers', () => {
    const phase: Phase = { kind: 'constant', perSecond: 100_000, durationMs: 7 * 24 * 3_600_000 };
    const last = firstIndexes(new Array<Phase>(1000).fill(phase), 1).at(-1)!;
    assert.ok(Number.isSafeInteger(last));
  });

  test('the last phase may be without an end, and is not counted', () => {
    for (const kind of ['poisson', 'constant'] as const)
      assert.equal(firstIndexes([EVEN, { kind, perSecond: 9, durationMs: null }], 1), [0, 50]);
    assert.equal(firstIndexes([], 1), []);
  });
});

function arrivals(phase: OpenPhase, phaseIndex: number, seed: number): number[] {
  const found: number[] = [];
  const cursor = openArrivals(phase, phaseIndex, seed, { index: 0, of: 1 });
  for (; cursor.atUs !== Number.POSITIVE_INFINITY; cursor.advance()) found.push(cursor.index);
  return found;
}
