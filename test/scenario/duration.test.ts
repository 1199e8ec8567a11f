import * as assert from 'uvu/assert';
import { formatDuration, parseDurationMs } from '../../loadgen/scenario/duration.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';

suite('durations', (test) => {
  test('each unit is read as milliseconds', () => {
    assert.equal(
      ['500ms', '30s', '2m', '1h', '1.5s', '0s', '0.25ms', '1m30s', '1h0.5s', '2m500ms'].map(parseDurationMs),
      [500, 30_000, 120_000, 3_600_000, 1_500, 0, 0.25, 90_000, 3_600_500, 120_500],
    );
  });

  test('what is no duration is null', () => {
    const wrong = [
      '',
      '5',
      's',
      '-5s',
      '5 s',
      '5S',
      '1e3s',
      '5sec',
      '1s1m',
      '1s1s',
      '.5s',
      '5.s',
      'none',
      '٣s',
      ' 5s',
      '1d',
    ];
    assert.equal(
      wrong.filter((text) => parseDurationMs(text) !== null),
      [],
    );
    assert.is(parseDurationMs(`${'9'.repeat(400)}h`), null);
  });

  test('what is written reads as the same number of microseconds', () => {
    const random = seededRandom(1);
    for (let i = 0; i < 5_000; i++) {
      const us = Math.floor(random() * 10 ** Math.ceil(random() * 14));
      assert.is(parseDurationMs(formatDuration(us / 1000)), us / 1000);
    }
  });

  test('what is written is short', () => {
    assert.equal([0, 1, 999, 1_000, 1_500, 60_000, 90_000, 3_600_000, 5_400_000].map(formatDuration), [
      '0s',
      '1ms',
      '999ms',
      '1s',
      '1.5s',
      '1m',
      '90s',
      '1h',
      '90m',
    ]);
  });
});
