import * as assert from 'uvu/assert';
import { compareFaults, faultRatesOf } from '../../loadgen/reconcile/faults.ts';
import type { FaultComparison } from '../../loadgen/report/report.ts';
import type { Traffic } from '../report/samples.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import { type Counted, endpointsOf, exposition } from './samples.ts';

const DEFAULTS = { home_error: 0.05, health_check_failed: 0.2, timeout: 0.3 };

suite('injected faults', (test) => {
  test('a rate that chance explains fits, and its interval holds it', () => {
    const [home, health] = held({
      'GET / 200': 950,
      'GET / 500': 50,
      'GET /health 200': 80,
      'GET /health 503': 20,
    });
    assert.equal(
      [home?.errorType, home?.requests, home?.injected, home?.verdict],
      ['home_error', 1000, 50, 'fits'],
    );
    assert.equal([health?.endpoint, health?.configured, health?.verdict], ['/health', 0.2, 'fits']);
    const [low, high] = home!.ratioInterval;
    assert.ok(low < 0.05 && 0.05 < high);
  });

  test('what chance hardly does is doubted, what it never does is wrong', () => {
    const verdictOf = (faults: number) =>
      held({ 'GET / 200': 1000 - faults, 'GET / 500': faults })[0]?.verdict;
    assert.equal([50, 65, 76, 100, 25, 10].map(verdictOf), [
      'fits',
      'fits',
      'doubtful',
      'wrong',
      'doubtful',
      'wrong',
    ]);
  });

  test('a service that injects as it was told is called wrong by no seed of a thousand', () => {
    const random = seededRandom(5);
    const verdicts = Array.from({ length: 1000 }, () => {
      const faults = Array.from({ length: 200 }, random).filter((one) => one < 0.3).length;
      return held({ 'GET /slow 200': 200 - faults, 'GET /slow 504': faults })[0]?.verdict;
    });
    assert.is(verdicts.filter((verdict) => verdict === 'wrong').length, 0);
    assert.ok(verdicts.filter((verdict) => verdict === 'doubtful').length <= 5);
  });

  test('without known rates, or when a client gave up on slow answers, there is no verdict', () => {
    const requests = { 'GET /slow 200': 100, 'GET /slow 504': 100 };
    assert.is(held(requests)[0]?.verdict, 'wrong');
    assert.is(held(requests, { rates: null })[0]?.verdict, 'unknown');
    assert.is(held(requests, { rates: null })[0]?.configured, null);
    assert.is(held(requests, { traffic: [{ path: '/slow', timedOut: 1 }] })[0]?.verdict, 'unknown');
    assert.is(held(requests, { internal: 1 })[0]?.verdict, 'unknown');
  });

  test('only answers that a draw decided about count, of endpoints that were asked', () => {
    const rows = held({
      ...{ 'GET / 200': 90, 'HEAD / 200': 5, 'GET / 500': 5 },
      ...{ 'GET / 499': 7, 'POST / 405': 9, 'POST / 200': 3 },
    });
    assert.equal(
      rows.map(({ endpoint, requests }) => [endpoint, requests]),
      [['/', 100]],
    );
  });

  test('rates are read as the demo service reads them; a file that may change makes them unknown', () => {
    assert.equal(faultRatesOf({}), DEFAULTS);
    assert.equal(faultRatesOf({ HOME_ERROR_RATE: '50%', HEALTH_ERROR_RATE: '0', SLOW_TIMEOUT_RATE: '.25' }), {
      home_error: 0.5,
      health_check_failed: 0,
      timeout: 0.25,
    });
    assert.is(faultRatesOf({ HOME_ERROR_RATE: 'often' }).home_error, null);
    assert.is(faultRatesOf({ HOME_ERROR_RATE: '2' }).home_error, null);
    assert.is(faultRatesOf({ ENV_FILE: '/etc/demo' }).timeout, null);
  });
});

function held(
  requests: NonNullable<Counted['requests']>,
  change: {
    readonly rates?: typeof DEFAULTS | null;
    readonly traffic?: readonly Traffic[];
    readonly internal?: number;
  } = {},
): FaultComparison[] {
  const { rates = DEFAULTS, traffic = [], internal = 0 } = change;
  const errors = {
    home_error: requests['GET / 500'] ?? 0,
    health_check_failed: requests['GET /health 503'] ?? 0,
    timeout: requests['GET /slow 504'] ?? 0,
    internal_error: internal,
  };
  const readings = { before: exposition({}), after: exposition({ requests, errors }), prefix: 'flask_' };
  return compareFaults(readings, endpointsOf(traffic).endpoints, rates);
}
