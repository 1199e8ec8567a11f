import * as assert from 'uvu/assert';
import { formatDuration } from '../../loadgen/scenario/duration.ts';
import { defaultText, flagName, parseOptions } from '../../loadgen/scenario/options.ts';
import type { OptionSpecs } from '../../loadgen/scenario/scenario.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';

const SPECS: OptionSpecs = {
  threads: { kind: 'integer', default: 5, min: 1, max: 64, help: 'h' },
  rate: { kind: 'number', default: 0.5, min: 0, help: 'h' },
  maxWait: { kind: 'duration', default: '30s', min: '1s', max: '1h', help: 'h' },
  stopAfter: { kind: 'duration', default: null, help: 'h' },
  intensity: { kind: 'choice', choices: ['low', 'normal', 'high'], default: 'normal', help: 'h' },
};

suite('options', (test) => {
  test('what is not typed takes its default', () => {
    assert.equal(parseOptions(SPECS, {}), {
      kind: 'parsed',
      options: { threads: 5, rate: 0.5, maxWait: 30_000, stopAfter: null, intensity: 'normal' },
    });
  });

  test('typing every default is the same as typing nothing', () => {
    const typed = Object.entries(SPECS).map(([name, spec]) => [name, defaultText(spec)]);
    assert.equal(parseOptions(SPECS, Object.fromEntries(typed)), parseOptions(SPECS, {}));
  });

  test('numbers and durations within the limits come out as they went in, others are refused', () => {
    const random = seededRandom(2);
    for (let i = 0; i < 2_000; i++) {
      const threads = Math.floor(random() * 100);
      const waitMs = Math.floor(random() * 5_000_000);
      const parsed = parseOptions(SPECS, { threads: String(threads), maxWait: formatDuration(waitMs) });
      const fits = threads >= 1 && threads <= 64 && waitMs >= 1_000 && waitMs <= 3_600_000;
      assert.is(parsed.kind, fits ? 'parsed' : 'refused');
      if (parsed.kind !== 'parsed') continue;
      assert.is(parsed.options.threads, threads);
      assert.is(parsed.options.maxWait, waitMs);
    }
  });

  test('all problems are told at once, each under its flag', () => {
    const given = {
      threads: '0',
      rate: '-1',
      maxWait: '5',
      stopAfter: 'never',
      intensity: 'hihg',
      threds: '3',
    };
    const parsed = parseOptions(SPECS, given);
    assert.equal(parsed, {
      kind: 'refused',
      problems: [
        {
          path: '--threds',
          wish: "unknown option '--threds', known are --threads, --rate, --max-wait, --stop-after, --intensity, did you mean '--threads'?",
        },
        { path: '--threads', wish: "got '0', want a whole number from 1 to 64" },
        { path: '--rate', wish: "got '-1', want a number of 0 or more" },
        {
          path: '--max-wait',
          wish: "got '5', want a duration such as '500ms', '30s' or '2m', from 1s to 1h, did you mean '5s'?",
        },
        {
          path: '--stop-after',
          wish: "got 'never', want a duration such as '500ms', '30s' or '2m', or 'none'",
        },
        { path: '--intensity', wish: "got 'hihg', want one of low, normal, high, did you mean 'high'?" },
      ],
    });
  });

  test('only what a person writes for a number is one', () => {
    for (const text of ['', ' 5', '0x10', '1e2', 'Infinity', 'NaN', '5,5', '5.', '--5', '1_000'])
      assert.is(parseOptions(SPECS, { rate: text }).kind, 'refused', text);
    for (const text of ['5.5', '-5', '99999999999999999999'])
      assert.is(parseOptions(SPECS, { threads: text }).kind, 'refused', text);
  });

  test('a name from the prototype is no option', () => {
    assert.is(parseOptions(SPECS, { constructor: '1' }).kind, 'refused');
    assert.is(parseOptions({}, {}).kind, 'parsed');
  });

  test('a flag is the name in lower case with dashes', () => {
    assert.equal(['threads', 'maxWait', 'a1B2'].map(flagName), ['--threads', '--max-wait', '--a1-b2']);
  });
});
