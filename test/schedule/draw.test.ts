import * as assert from 'uvu/assert';
import { chooser, drawFor } from '../../loadgen/schedule/draw.ts';
import { chiSquare, chiSquareLimit } from '../support/chi-square.ts';
import { suite } from '../support/suite.ts';

suite('draws for one request', (test) => {
  test('a request draws the same in whatever order and by whichever worker it is sent', () => {
    const drawn = (index: number) => {
      const draw = drawFor(7, 1, index);
      return [draw.number(), draw.integer(1, 1000), draw.pick(['a', 'b', 'c']), draw.number(), draw.index];
    };
    const forward = Array.from({ length: 100 }, (_, index) => drawn(index));
    const backward = Array.from({ length: 100 }, (_, i) => drawn(99 - i)).reverse();
    assert.equal(backward, forward);
    assert.equal(forward[3], PINNED_DRAWS);
  });

  test('seed, phase, arrival and the number of the draw each change what is drawn', () => {
    const all = [0, 1, -1, 2 ** 32].flatMap((seed) =>
      [0, 1].flatMap((phase) =>
        [0, 1, 2 ** 32].flatMap((index) => {
          const draw = drawFor(seed, phase, index);
          return [draw.number(), draw.number(), draw.number()];
        }),
      ),
    );
    assert.is(new Set(all).size, all.length);
  });

  test('numbers are uniform: over arrivals, over draws of one request, over seeds, and from one to the next', () => {
    const series: Readonly<Record<string, (i: number) => number>> = {
      arrivals: (i) => drawFor(1, 0, i).number(),
      'arrivals after the 2^32nd': (i) => drawFor(1, 0, 2 ** 32 + i).number(),
      phases: (i) => drawFor(1, i, 0).number(),
      seeds: (i) => drawFor(i, 0, 0).number(),
    };
    for (const [name, number] of Object.entries(series)) {
      assertUniform(
        Array.from({ length: 100_000 }, (_, i) => number(i)),
        name,
      );
    }
    const draw = drawFor(5, 0, 0);
    assertUniform(
      Array.from({ length: 100_000 }, () => draw.number()),
      'draws',
    );
  });

  test('whole numbers reach both limits, each equally often', () => {
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[drawFor(3, 0, i).integer(-2, 3) + 2]! += 1;
    assert.ok(chiSquare(counts, new Array<number>(6).fill(10_000)) < chiSquareLimit(5), counts.join(' '));
    assert.is(drawFor(3, 0, 0).integer(4, 4), 4);
  });

  test('its functions work when taken apart', () => {
    const { integer, pick, number, uuid, row } = drawFor(1, 0, 0);
    assert.is(row(['r']), 'r');
    assert.is(uuid(), drawFor(1, 0, 0).uuid());
    assert.ok(number() < 1);
    assert.ok(['x', 'y'].includes(pick(['x', 'y'])));
    assert.is(integer(2, 2), 2);
  });

  test('a UUID is one of version 4, the same for the same request and call, and another for any other', () => {
    const uuids = new Set<string>();
    for (const [seed, phase, first] of [
      [1, 0, 0],
      [1, 1, 0],
      [2, 0, 0],
      [1, 0, 2 ** 32],
    ] as const)
      for (let index = first; index < first + 40_000; index++) {
        const { uuid } = drawFor(seed, phase, index);
        uuids.add(uuid()).add(uuid());
      }
    assert.is(uuids.size, 320_000);
    for (const uuid of [...uuids].slice(0, 1000))
      assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const again = drawFor(1, 0, 0);
    assert.equal([again.uuid(), again.uuid()], [...uuids].slice(0, 2));
    assert.is(drawFor(7, 1, 3).uuid(), PINNED_UUID);
    again.number();
    assert.is.not(again.uuid(), drawFor(1, 0, 0).uuid());
  });

  test('each digit of UUIDs is uniform, and so is each pair of digits from different words', () => {
    const all = Array.from({ length: 40_000 }, (_, i) => drawFor(1, 0, i).uuid().replaceAll('-', ''));
    const digitAt = (uuid: string, at: number) => Number.parseInt(uuid[at]!, 16);
    for (let at = 0; at < 32; at++) {
      if (at === 12 || at === 16) continue;
      const counts = new Array<number>(16).fill(0);
      for (const uuid of all) counts[digitAt(uuid, at)]! += 1;
      assert.ok(chiSquare(counts, new Array<number>(16).fill(2500)) < chiSquareLimit(15), `digit ${at}`);
    }
    for (const [a, b] of [
      [0, 8],
      [7, 15],
      [3, 19],
      [10, 30],
      [18, 26],
    ] as const) {
      const counts = new Array<number>(256).fill(0);
      for (const uuid of all) counts[digitAt(uuid, a) * 16 + digitAt(uuid, b)]! += 1;
      assert.ok(
        chiSquare(counts, new Array<number>(256).fill(156.25)) < chiSquareLimit(255),
        `${a} and ${b}`,
      );
    }
  });

  test('a row is the same wherever a request asks for it, and each row comes equally often', () => {
    const rows = ['a', 'b', 'c', 'd', 'e'];
    const counts = new Map(rows.map((row) => [row, 0]));
    const withDraw = new Array<number>(25).fill(0);
    for (let index = 0; index < 50_000; index++) {
      const draw = drawFor(4, 2, index);
      const first = draw.row(rows);
      const drawn = draw.integer(0, 4);
      assert.is(draw.row(rows), first);
      assert.is(drawFor(4, 2, index).row(rows), first);
      counts.set(first, counts.get(first)! + 1);
      withDraw[rows.indexOf(first) * 5 + drawn]! += 1;
    }
    assert.ok(
      chiSquare(
        [...counts.values()],
        rows.map(() => 10_000),
      ) < chiSquareLimit(4),
    );
    assert.ok(
      chiSquare(
        withDraw,
        withDraw.map(() => 2000),
      ) < chiSquareLimit(24),
      'no draw foretells the row',
    );
    const rowsOf = (seed: number, phase: number) =>
      Array.from({ length: 40 }, (_, index) => drawFor(seed, phase, index).row(rows)).join('');
    assert.is(new Set([rowsOf(1, 0), rowsOf(2, 0), rowsOf(1, 1)]).size, 3);
    assert.throws(() => drawFor(1, 0, 0).row([]), /Cannot pick from an empty list: want 1 item or more/);
  });

  test('its number goes on where those of the phases before end', () => {
    assert.is(drawFor(1, 0, 5).index, 5);
    assert.is(drawFor(1, 1, 5, 100).index, 105);
    assert.is(drawFor(1, 1, 5, 100).number(), drawFor(1, 1, 5).number(), 'and decides about nothing else');
  });

  test('impossible draws are refused with what is wanted', () => {
    const draw = drawFor(1, 0, 0);
    assert.throws(
      () => draw.integer(2, 1),
      /Cannot draw an integer from 2 to 1: want two whole numbers in order/,
    );
    assert.throws(() => draw.integer(0.5, 1), /want two whole numbers/);
    assert.throws(() => draw.pick([]), /Cannot pick from an empty list: want 1 item or more/);
  });
});

suite('choosing from the mix', (test) => {
  test('entries come in proportion to their weights, and one of weight 0 never', () => {
    for (const weights of [
      [5, 3, 1, 1],
      [0, 1, 0, 2, 0],
      [1],
      [0.1, 0.7],
      Array.from({ length: 40 }, (_, i) => i),
    ]) {
      const choose = chooser(weights);
      const counts = weights.map(() => 0);
      for (let i = 0; i < 100_000; i++) counts[choose(42, 0, i)]! += 1;
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const used = weights.flatMap((weight, entry) => (weight > 0 ? [entry] : []));
      assert.is(
        used.reduce((sum, entry) => sum + counts[entry]!, 0),
        100_000,
      );
      const statistic = chiSquare(
        used.map((entry) => counts[entry]!),
        used.map((entry) => (100_000 * weights[entry]!) / total),
      );
      assert.ok(statistic <= chiSquareLimit(Math.max(1, used.length - 1)), `${weights}: ${counts}`);
    }
  });

  test('each choice is independent of the one before and of what the request draws', () => {
    const choose = chooser([1, 1, 1, 1]);
    const withNext = new Array<number>(16).fill(0);
    const withDraw = new Array<number>(16).fill(0);
    for (let i = 0; i < 80_000; i++) {
      withNext[choose(1, 0, 2 * i) * 4 + choose(1, 0, 2 * i + 1)]! += 1;
      withDraw[choose(1, 0, i) * 4 + drawFor(1, 0, i).integer(0, 3)]! += 1;
    }
    const expected = new Array<number>(16).fill(5000);
    assert.ok(chiSquare(withNext, expected) < chiSquareLimit(15), withNext.join(' '));
    assert.ok(chiSquare(withDraw, expected) < chiSquareLimit(15), withDraw.join(' '));
  });

  test('impossible weights are refused with what is wanted', () => {
    for (const weights of [[], [0, 0], [Number.POSITIVE_INFINITY]]) {
      assert.throws(() => chooser(weights), /want a finite sum above 0/);
    }
    for (const weights of [[1, -1], [Number.NaN]]) assert.throws(() => chooser(weights), /want 0 or more/);
  });
});

const PINNED_UUID = 'e9765a89-1f94-4b51-a377-087197fc7966';

const PINNED_DRAWS: readonly unknown[] = [0.15155131548467593, 117, 'c', 0.9155935936546945, 3];

function assertUniform(values: readonly number[], name: string): void {
  assert.ok(values.every((value) => value >= 0 && value < 1));
  const bins = new Array<number>(50).fill(0);
  const pairs = new Array<number>(100).fill(0);
  for (const [i, value] of values.entries()) {
    bins[Math.floor(value * 50)]! += 1;
    if (i % 2 === 1) pairs[Math.floor(values[i - 1]! * 10) * 10 + Math.floor(value * 10)]! += 1;
  }
  const perBin = bins.map(() => values.length / 50);
  const perPair = pairs.map(() => values.length / 2 / 100);
  assert.ok(chiSquare(bins, perBin) < chiSquareLimit(49), `${name}: ${chiSquare(bins, perBin)}`);
  assert.ok(chiSquare(pairs, perPair) < chiSquareLimit(99), `${name} in pairs: ${chiSquare(pairs, perPair)}`);
}
