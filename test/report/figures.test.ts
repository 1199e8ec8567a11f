import * as assert from 'uvu/assert';
import { bar, sparkline } from '../../loadgen/report/bars.ts';
import { binsOf } from '../../loadgen/report/distribution.ts';
import { formatCount, formatMs, formatPercent, formatRate, formatUs } from '../../loadgen/report/figures.ts';
import { textWidth, wrap } from '../../loadgen/report/lines.ts';
import { suite } from '../support/suite.ts';
import { histogramOf } from './samples.ts';

suite('figures', (test) => {
  test('times take the unit that suits them', () => {
    const cases: [number | null, string][] = [
      [null, '–'],
      [0, '0 µs'],
      [999, '999 µs'],
      [1000, '1 ms'],
      [1234, '1.23 ms'],
      [99_960, '100 ms'],
      [999_499, '999 ms'],
      [999_500, '1.00 s'],
      [12_345_678, '12.3 s'],
      [3_600_000_000, '3,600 s'],
    ];
    for (const [us, text] of cases) assert.is(formatUs(us), text);
    assert.is(formatMs(850), '850 ms');
    assert.is(formatMs(90_000), '90 s');
    assert.is(formatMs(125_000), '2 m 05 s');
    assert.is(formatMs(7_380_000), '2 h 03 m');
    assert.is(formatMs(7 * 86_400_000), '7 days');
  });

  test('times have at most four figures and never shrink while the time grows', () => {
    for (let us = 1; us < 3.6e9; us = Math.ceil(us * 1.003)) {
      const [figure, unit] = formatUs(us).split(' ');
      const shown =
        Number(figure!.replaceAll(',', '')) * { µs: 1, ms: 1e3, s: 1e6 }[unit as 'µs' | 'ms' | 's'];
      assert.ok(Math.abs(shown - us) <= us * 0.0051, `${us} µs is shown as ${figure} ${unit}`);
      assert.ok(figure!.replace(/[.,]/g, '').length <= 4, figure);
    }
  });

  test('a share is 0 % or 100 % only when it is exactly that', () => {
    assert.is(formatPercent(0), '0 %');
    assert.is(formatPercent(100), '100 %');
    assert.is(formatPercent(0.00001), '< 0.01 %');
    assert.is(formatPercent(99.9999), '> 99.99 %');
    assert.is(formatPercent(99.94), '99.94 %');
    assert.is(formatPercent(16), '16.0 %');
    for (let percent = 0.001; percent < 100; percent += 0.037) {
      assert.not.match(formatPercent(percent), /^(0|0\.00|100|100\.0+) %$/, String(percent));
    }
  });

  test('huge numbers are written out', () => {
    assert.is(formatCount(Number.MAX_SAFE_INTEGER), '9,007,199,254,740,991');
    assert.is(formatRate(1234567), '1,234,567/s');
    assert.is(formatRate(null), '–/s');
    assert.is(formatRate(Number.POSITIVE_INFINITY), '–/s');
  });

  test('bars are as long as their share, and anything above 0 is seen', () => {
    assert.is(bar(0, 10), '');
    assert.is(bar(1e-9, 10), '▏');
    assert.is(bar(0.5, 10), '█████');
    assert.is(bar(1, 10), '██████████');
    assert.is(bar(7, 10), '██████████');
    assert.is(bar(Number.NaN, 10), '');
    assert.is(bar(0.5, -3), '');
    for (let share = 0; share <= 1; share += 0.01) assert.ok(textWidth(bar(share, 13)) <= 13);
  });

  test('a sparkline has one character a value, 0 lowest and the peak highest', () => {
    assert.is(sparkline([0, 50, 100, null, 1]), '▁▅█ ▂');
    assert.is(sparkline([0, 0]), '▁▁');
    assert.is(sparkline([]), '');
  });

  test('bins lose no value, have no gap and are not too many', () => {
    const spreads = [[0], [5], [1000, 1001], [0, 3_600_000_000], [9_990, 10_010], [1, 10, 100, 1e6, 1e9]];
    for (const values of spreads) {
      for (const most of [5, 12, 20]) {
        const bins = binsOf(histogramOf(values), most);
        assert.ok(bins.length >= 1 && bins.length <= Math.max(most, 11), `${values}: ${bins.length} bins`);
        assert.is(
          bins.reduce((sum, bin) => sum + bin.count, 0),
          values.length,
        );
        for (const [index, bin] of bins.entries()) {
          assert.ok(bin.fromUs < bin.toUs);
          if (index > 0) assert.is(bin.fromUs, bins[index - 1]!.toUs);
        }
        for (const value of values) {
          const near = bins.filter(({ fromUs, toUs }) => value * 1.001 >= fromUs && value * 0.999 < toUs);
          assert.ok(
            near.some((bin) => bin.count > 0),
            `${value} is in a bin`,
          );
        }
      }
    }
    assert.equal(binsOf(histogramOf([]), 10), []);
  });

  test('bounds of bins read differently, however close the values lie', () => {
    for (const base of [1, 7, 120, 9_995, 300_000, 10_000_000]) {
      for (const spread of [0, 0.0005, 0.02, 0.5]) {
        const values = Array.from({ length: 50 }, (_, index) =>
          Math.round(base * (1 + (spread * index) / 50)),
        );
        const bins = binsOf(histogramOf(values), 15);
        for (const { fromUs, toUs } of bins)
          assert.is.not(formatUs(fromUs), formatUs(toUs), `${base} µs by ${spread}: ${fromUs} to ${toUs}`);
      }
    }
  });

  test('text is as wide as a terminal shows it', () => {
    assert.is(textWidth('abc'), 3);
    assert.is(textWidth('日本'), 4);
    assert.is(textWidth('e\u0301'), 1);
    assert.is(textWidth('🚀'), 2);
    assert.is(textWidth('█▏µ→✓'), 5);
  });

  test('wrapped text keeps its words in order', () => {
    const text = 'a run whose generator was too slow proves nothing';
    for (let columns = 8; columns < 60; columns++) {
      const lines = wrap(text, columns);
      assert.is(lines.join(' '), text);
      for (const line of lines) assert.ok(textWidth(line) <= Math.max(columns, 9));
    }
  });
});
