import * as assert from 'uvu/assert';
import { loadScenario } from '../../loadgen/scenario/load.ts';
import { planRun } from '../../loadgen/scenario/plan.ts';
import { arrivalSequence } from '../../loadgen/schedule/sequence.ts';
import { plannedDurationMs } from '../../loadgen/schedule/total.ts';
import { suite } from '../support/suite.ts';

const PERIOD_MS = 3_600_000;

suite('the background scenario', (test) => {
  test('it has no end, its mean rate is the one asked for, and its middle is busier than its ends', async () => {
    const { scenario } = await loadScenario('background', '/');
    for (const rate of [2, 20]) {
      const plan = planRun(scenario, { rate, period: PERIOD_MS }, 1);
      assert.is(plannedDurationMs(plan.phases), null);
      const quarters = [0, 0, 0, 0];
      const arrivals = arrivalSequence(plan.phases, plan.seed, { index: 0, of: 1 });
      for (; arrivals.atMs < PERIOD_MS; arrivals.advance())
        quarters[Math.floor((arrivals.atMs * 4) / PERIOD_MS)]!++;
      const total = quarters.reduce((sum, count) => sum + count, 0);
      const expected = (rate * PERIOD_MS) / 1000;
      // Six standard deviations of a Poisson count.
      assert.ok(Math.abs(total - expected) < 6 * Math.sqrt(expected), `${total} of ${expected}`);
      const [first = 0, second = 0, third = 0, fourth = 0] = quarters;
      assert.ok(second + third > 2 * (first + fourth), quarters.join());
    }
  });
});
