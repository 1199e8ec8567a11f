import * as assert from 'uvu/assert';
import { COMMON_FLAGS } from '../../loadgen/cli/run-flags.ts';
import { parseSettings, type RunSettings } from '../../loadgen/cli/run-request.ts';
import { EXIT, ExitError } from '../../loadgen/exit.ts';
import { defineScenario } from '../../loadgen/scenario/scenario.ts';
import { TAKEN_OPTION_NAMES } from '../../loadgen/scenario/taken.ts';
import { suite } from '../support/suite.ts';

const SCENARIO = defineScenario({
  name: 'x',
  about: 'y',
  options: { rate: { kind: 'number', default: 10, min: 1, help: 'h' } },
  mix: [{ path: '/' }],
  phases: () => [],
  thresholds: ['errors < 5%'],
});

type Typed = Readonly<Record<string, string | boolean | readonly string[]>>;

function settingsOf(flags: Typed, target?: string): RunSettings {
  return parseSettings({ words: ['x'], flags }, SCENARIO, { workers: 3, seed: 77, target });
}

function refusalOf(flags: Typed, target?: string): string {
  try {
    settingsOf(flags, target);
  } catch (thrown) {
    assert.instance(thrown, ExitError);
    assert.is((thrown as ExitError).exitCode, EXIT.usage);
    return (thrown as ExitError).message;
  }
  throw new Error(`${JSON.stringify(flags)} was not refused`);
}

suite('the settings of a run', (test) => {
  test('have these defaults', () => {
    assert.equal(settingsOf({}), {
      options: { rate: 10 },
      target: null,
      workers: 3,
      seed: 77,
      jsonFile: null,
      junitFile: null,
      htmlFile: null,
      thresholds: ['errors < 5%'],
      timeoutMs: 10_000,
      connections: 1_000,
      insecure: false,
      clock: 'thread',
      quiet: false,
      dryRun: false,
      reconcile: true,
      allowInvalid: false,
      lingerMs: 0,
    });
  });

  test('are what was typed', () => {
    const typed = {
      rate: '2.5',
      target: 'http://h:1/',
      workers: '2',
      seed: '0',
      json: '-',
      junit: 'j.xml',
      html: 'h.html',
      threshold: ['rate > 1/s', 'latency.p99 < 1s'],
      timeout: '1.5s',
      connections: '7',
      insecure: true,
      clock: 'spin',
      quiet: true,
      dryRun: true,
      reconcile: false,
      allowInvalid: true,
      linger: '15s',
    };
    assert.equal(settingsOf(typed), {
      options: { rate: 2.5 },
      target: 'http://h:1',
      workers: 2,
      seed: 0,
      jsonFile: '-',
      junitFile: 'j.xml',
      htmlFile: 'h.html',
      thresholds: ['errors < 5%', 'rate > 1/s', 'latency.p99 < 1s'],
      timeoutMs: 1_500,
      connections: 7,
      insecure: true,
      clock: 'spin',
      quiet: true,
      dryRun: true,
      reconcile: false,
      allowInvalid: true,
      lingerMs: 15_000,
    });
  });

  test('take the target from the environment unless one is typed', () => {
    assert.is(settingsOf({}, 'http://env').target, 'http://env');
    assert.is(settingsOf({ target: 'http://typed' }, 'http://env').target, 'http://typed');
    assert.is(settingsOf({}, '').target, null);
    assert.match(
      refusalOf({}, 'localhost:5000'),
      /^LOADGEN_TARGET: got 'localhost:5000', want an http or https URL/,
    );
  });

  test('refuse every wrong value at once, in one line', () => {
    const typed = {
      rate: '0',
      workers: '0',
      seed: '-1',
      connections: 'many',
      timeout: '0s',
      clock: 'thred',
      linger: '2h',
      target: '',
      json: '',
      html: '-',
      threshold: ['latency.p99'],
    };
    const parts = refusalOf(typed)
      .split('; ')
      .filter((part) => part.startsWith('--'));
    assert.equal(
      parts.map((part) => part.split(':', 1)[0]),
      [
        '--rate',
        '--workers',
        '--seed',
        '--timeout',
        '--connections',
        '--clock',
        '--linger',
        '--target',
        '--json',
        '--html',
        '--threshold',
      ],
    );
    assert.not.match(refusalOf(typed), '\n');
  });

  test('every flag of run is a name that no scenario may take', () => {
    const names = COMMON_FLAGS.map(({ name }) =>
      name.replace(/^no-/, '').replace(/-./g, (pair) => pair[1]!.toUpperCase()),
    );
    assert.equal(
      names.filter((name) => !TAKEN_OPTION_NAMES.some((taken) => taken === name)),
      [],
    );
  });
});
