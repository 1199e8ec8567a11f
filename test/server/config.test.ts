import * as assert from 'uvu/assert';
import { DURATION_BUCKETS_SECONDS } from '../../server/buckets.ts';
import { type Config, type Environment, parseConfig } from '../../server/config.ts';
import { suite } from '../support/suite.ts';

const PID = 4711;

const BAD_VALUES: Readonly<Record<string, readonly string[]>> = {
  PORT: ['abc', '-1', '65536', '80.5', ' 80', '0x50', '1e3'],
  HOST: ['a b', 'http://x'],
  SEED: ['-1', '1.5', 'abc', '9007199254740992'],
  HOME_ERROR_RATE: ['5', '-0.1', '1.01', 'NaN', 'Infinity', '101%', '%', ' 0.5'],
  HEALTH_ERROR_RATE: ['x'],
  SLOW_TIMEOUT_RATE: ['2'],
  SLOW_MS: ['1000-100', '-5', '1-2-3', 'a-b', '0-60001', '1-'],
  SLOW_TIMEOUT_MS: ['2s'],
  METRICS_PREFIX: ['9x_', 'a-b', 'a b', 'http_server_'],
  BUCKETS: ['0,1', '1,1', '2,1', '1,,2', 'x', '1,Infinity', '-1,1'],
  DRAIN_MS: ['-1', '10s', '600001'],
  LOG_REQUESTS: ['yes', '2'],
  TRACK_SELF: ['on'],
  EXIT_WITH_STDIN: ['maybe'],
  TRUTH: ['yes'],
  TRUTH_MAX: ['0', '-1', '10000001', '2e6', '1.5'],
  NATIVE_HISTOGRAMS: ['2'],
  NATIVE_SCHEMA: ['9', '-5', '1.5', 'x'],
  NATIVE_MAX_BUCKETS: ['7', '10001', 'x'],
  LISTEN_PID: ['x'],
};

suite('server config', (test) => {
  test('an empty environment gives the documented defaults', () => {
    assert.equal(parsed({}), {
      host: '127.0.0.1',
      port: 5000,
      listenFd: null,
      seed: null,
      faults: {
        homeErrorRate: 0.05,
        healthErrorRate: 0.2,
        slowTimeoutRate: 0.3,
        slowMs: { fromMs: 100, toMs: 1000 },
        slowTimeoutMs: { fromMs: 2000, toMs: 5000 },
      },
      message: 'Observability TP - Flask App with Prometheus',
      metricsPrefix: 'flask_',
      bucketsSeconds: DURATION_BUCKETS_SECONDS,
      drainMs: 10_000,
      logRequests: false,
      trackSelf: false,
      truthLimit: null,
      native: null,
      envFile: null,
      exitWithStdin: false,
    });
  });

  test('an empty value is the same as none', () => {
    const names = [
      'HOST',
      'PORT',
      'SEED',
      'HOME_ERROR_RATE',
      'SLOW_MS',
      'BUCKETS',
      'LOG_REQUESTS',
      'ENV_FILE',
    ];
    assert.equal(parsed(Object.fromEntries(names.map((name) => [name, '']))), parsed({}));
  });

  for (const [name, values] of Object.entries(BAD_VALUES))
    for (const value of values)
      test(`${name}=${value} is refused by its name and value`, () => {
        const problems = problemsOf({ [name]: value });
        assert.is(problems.length, 1);
        assert.ok(
          problems[0]?.startsWith(`Cannot start with ${name}=${JSON.stringify(value)}: want `),
          problems[0],
        );
        assert.not.match(problems[0] ?? '', /\n/);
      });

  test('all bad values are told at once', () => {
    assert.is(problemsOf({ PORT: 'x', SEED: '-1', SLOW_MS: '9-1' }).length, 3);
  });

  test('a rate is a fraction or a percentage', () => {
    assert.is(parsed({ HOME_ERROR_RATE: '0.5' }).faults.homeErrorRate, 0.5);
    assert.is(parsed({ HOME_ERROR_RATE: '50%' }).faults.homeErrorRate, 0.5);
    assert.is(parsed({ HOME_ERROR_RATE: '0' }).faults.homeErrorRate, 0);
    assert.is(parsed({ HOME_ERROR_RATE: '1' }).faults.homeErrorRate, 1);
  });

  test('a wait is a range or one number', () => {
    assert.equal(parsed({ SLOW_MS: '0.5-20' }).faults.slowMs, { fromMs: 0.5, toMs: 20 });
    assert.equal(parsed({ SLOW_MS: '10' }).faults.slowMs, { fromMs: 10, toMs: 10 });
  });

  test('buckets are taken as they are given', () => {
    assert.equal(parsed({ BUCKETS: '0.001, 0.01,1e1' }).bucketsSeconds, [0.001, 0.01, 10]);
  });

  test('the truth and native histograms are there only when switched on', () => {
    const limits = { TRUTH_MAX: '1000', NATIVE_SCHEMA: '-4', NATIVE_MAX_BUCKETS: '8' };
    assert.equal(parsed(limits), parsed({}));
    assert.is(parsed({ TRUTH: '1' }).truthLimit, 2_000_000);
    assert.is(parsed({ ...limits, TRUTH: '1' }).truthLimit, 1000);
    assert.equal(parsed({ NATIVE_HISTOGRAMS: '1' }).native, { schema: 5, maxBuckets: 640 });
    assert.equal(parsed({ ...limits, NATIVE_HISTOGRAMS: '1' }).native, { schema: -4, maxBuckets: 8 });
  });

  test('a socket is taken only when it was handed to this process', () => {
    assert.is(parsed({ LISTEN_PID: String(PID), LISTEN_FDS: '1' }).listenFd, 3);
    assert.is(parsed({ LISTEN_PID: String(PID + 1), LISTEN_FDS: '1' }).listenFd, null);
    assert.is(problemsOf({ LISTEN_PID: String(PID), LISTEN_FDS: '2' }).length, 1);
  });
});

function parsed(env: Environment): Config {
  const result = parseConfig(env, PID);
  if (result.kind === 'problems') throw new Error(result.problems.join('\n'));
  return result.config;
}

function problemsOf(env: Environment): readonly string[] {
  const result = parseConfig(env, PID);
  return result.kind === 'problems' ? result.problems : [];
}
