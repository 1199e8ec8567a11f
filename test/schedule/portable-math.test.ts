import * as assert from 'uvu/assert';
import { cosineOfTurn, naturalLog, sineOfTurn } from '../../loadgen/schedule/portable-math.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';

suite('portable mathematics', (test) => {
  test('the logarithm is right to 15 digits on (0, 1]', () => {
    const random = seededRandom(1);
    const points = Array.from({ length: 100_000 }, () => (1 - random()) * 2 ** -Math.floor(60 * random()));
    for (const x of [...points, 1, 1 - 2 ** -53, Math.SQRT1_2, 0.5, 2 ** -53, Number.MIN_VALUE]) {
      assert.ok(Math.abs(naturalLog(x) - Math.log(x)) <= 1e-15 * Math.abs(Math.log(x)), `ln ${x}`);
    }
  });

  test('sine and cosine are right to 15 decimals over a turn', () => {
    const random = seededRandom(2);
    const corners = Array.from({ length: 17 }, (_, i) => i / 16);
    for (const u of [...Array.from({ length: 100_000 }, random), ...corners]) {
      assert.ok(Math.abs(sineOfTurn(u) - Math.sin(2 * Math.PI * u)) < 1.5e-15, `sin of ${u} turns`);
      assert.ok(Math.abs(cosineOfTurn(u) - Math.cos(2 * Math.PI * u)) < 1.5e-15, `cos of ${u} turns`);
    }
  });

  test('the same bits come out on every runtime', () => {
    const random = seededRandom(3);
    let bits = 0n;
    const view = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < 10_000; i++) {
      for (const value of [naturalLog(1 - random()), sineOfTurn(random()), cosineOfTurn(random())]) {
        view.setFloat64(0, value);
        bits = (bits * 31n + view.getBigUint64(0)) & 0xffffffffffffffffn;
      }
    }
    assert.is(bits.toString(16), '210c2f389bd716da');
  });
});
