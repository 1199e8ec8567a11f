import * as assert from 'uvu/assert';
import { splitConnections, splitShares } from '../../loadgen/schedule/split.ts';
import { suite } from '../support/suite.ts';

suite('splitting over workers', (test) => {
  test('shares of connections add up to the whole, differ by one at most, and the larger come first', () => {
    for (let total = 0; total <= 70; total++) {
      for (let workers = 1; workers <= 20; workers++) {
        const shares = splitConnections(total, workers);
        assert.is(shares.length, workers);
        assert.is(
          shares.reduce((sum, share) => sum + share, 0),
          total,
        );
        assert.ok(shares[0]! - shares.at(-1)! <= 1, shares.join(' '));
        assert.equal(
          shares,
          [...shares].sort((a, b) => b - a),
        );
        assert.ok(shares.every((share) => !Object.is(share, -0)));
      }
    }
  });

  test('every arrival belongs to one share', () => {
    for (const workers of [1, 2, 3, 8]) {
      for (let arrival = 0; arrival < 50; arrival++) {
        assert.is(splitShares(workers).filter((share) => arrival % share.of === share.index).length, 1);
      }
    }
  });

  test('an impossible split is refused with what is wanted', () => {
    for (const workers of [0, -1, 1.5, Number.NaN]) {
      assert.throws(
        () => splitConnections(5, workers),
        new RegExp(`Cannot split over ${workers} workers: want 1 or more`),
      );
    }
    for (const total of [-1, 0.5, Number.NaN]) {
      assert.throws(() => splitConnections(total, 2), /want a whole number, 0 or more/);
    }
  });
});
