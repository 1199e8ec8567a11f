import * as assert from 'uvu/assert';
import { zeroCounts } from '../../loadgen/measure/counts.ts';
import { emptyHistogram } from '../../loadgen/measure/histogram.ts';
import type { Stretch } from '../../loadgen/measure/tally.ts';
import { scrapeViews } from '../../loadgen/reconcile/scrape-view.ts';
import { shortPhaseWarnings } from '../../loadgen/reconcile/short-phases.ts';
import { suite } from '../support/suite.ts';

suite('what a Prometheus would have shown', (test) => {
  test('of a long steady run nearly all, of a short one much less or more', () => {
    const long = scrapeViews(steady(600, 10));
    const short = scrapeViews(steady(20, 10));
    for (const [i, view] of long.entries()) {
      assert.is(view.answered, 6000);
      assert.is(view.unanswered, 0);
      assert.ok(view.leastShown! > 5600 && view.mostShown! < 6400, `${view.leastShown} ${view.mostShown}`);
      const spread = (one: typeof view) => (one.mostShown! - one.leastShown!) / one.answered;
      assert.ok(spread(view) <= spread(short[i]!));
    }
    assert.equal(
      long.map(({ intervalSeconds }) => intervalSeconds),
      [5, 15, 30],
    );
    assert.equal(
      short.map(({ rangeSeconds }) => rangeSeconds),
      [20, 60, 120],
    );
  });

  test('over five minutes a young rate reads as if it had always been there', () => {
    const [, usual] = scrapeViews(steady(20, 25));
    assert.is(usual?.answeredPerSecond, 25);
    const [least, most] = usual!.rate5mPerSecond!;
    assert.ok(least < most && Math.abs(most - 500 / 300) < 0.1, `${least} ${most}`);
    const [, old] = scrapeViews(steady(600, 25));
    for (const shown of old!.rate5mPerSecond!) assert.ok(Math.abs(shown - 25) < 0.5, String(shown));
  });

  test('a burst that ended long before the last scrape is shown extrapolated, but never below what was seen', () => {
    const timeline = [...steady(5, 100), ...steady(115, 0, 5)];
    for (const view of scrapeViews(timeline)) {
      assert.is(view.answered, 500);
      assert.ok(view.leastShown! >= 0 && view.mostShown! < 700);
    }
  });

  test('stretches that no interval is a multiple of are left out, and so is a run without any', () => {
    assert.equal(scrapeViews([]), []);
    const coarse = steady(100, 10).map((stretch) => ({ ...stretch, atMs: stretch.atMs * 8, lengthMs: 8000 }));
    assert.equal(scrapeViews(coarse), []);
    const double = steady(100, 10).map((stretch) => ({ ...stretch, atMs: stretch.atMs * 2, lengthMs: 2000 }));
    assert.equal(
      scrapeViews(double).map(({ intervalSeconds }) => intervalSeconds),
      [30],
    );
  });
});

suite('phases too short to be seen', (test) => {
  test('less than four scrapes of 15 s are warned of once, with the interval that would do', () => {
    const warnings = shortPhaseWarnings(
      [
        { kind: 'constant', durationMs: 120_000 },
        { kind: 'closed', durationMs: 30_000 },
        { kind: 'constant', durationMs: 10_000 },
      ],
      160_000,
    );
    assert.is(warnings.length, 1);
    assert.match(warnings[0]!, /The constant phase lasts 10 s, less than four scrapes of 15 s.*each 2\.5 s/);
  });

  test('a run of four scrapes is long enough, and one until stopped is as long as it was', () => {
    assert.equal(shortPhaseWarnings([{ kind: 'even', durationMs: 60_000 }], 61_000), []);
    assert.equal(shortPhaseWarnings([{ kind: 'gaps', durationMs: null }], 3_600_000), []);
    assert.match(shortPhaseWarnings([{ kind: 'gaps', durationMs: null }], 8_000)[0]!, /The run lasts 8 s/);
    assert.equal(shortPhaseWarnings([], 0), []);
  });
});

function steady(seconds: number, perSecond: number, from = 0): Stretch[] {
  return Array.from({ length: seconds }, (_, i) => ({
    atMs: (from + i) * 1000,
    lengthMs: 1000,
    phase: 0,
    counts: { ...zeroCounts(), scheduled: perSecond, sent: perSecond, ok: perSecond },
    latency: emptyHistogram(),
  }));
}
