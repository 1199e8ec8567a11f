import * as assert from 'uvu/assert';
import { COUNT_KEYS } from '../../loadgen/measure/counts.ts';
import { countsOf } from '../../loadgen/measure/tally.ts';
import { ledgerProblemsOf } from '../../loadgen/report/ledger.ts';
import type { PhaseReport, Report } from '../../loadgen/report/report.ts';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import { CLOSED, CONSTANT, reportOf, reportOfTally, type Traffic, tallyOf } from './samples.ts';

const PHASES: Phase[] = [CONSTANT, CLOSED];

suite('the ledger of a report', (test) => {
  test('is closed when that of the tally is, and says the same', () => {
    const random = seededRandom(3);
    for (let round = 0; round < 50; round++) {
      const tally = tallyOf(randomTraffic(random), PHASES);
      const report = reportOfTally(tally, { phases: PHASES });
      assert.equal(ledgerProblemsOf(report), []);
      assert.equal(report.requests, countsOf(tally));
    }
  });

  test('opens by one request more or less anywhere', () => {
    const report = reportOf(
      [
        {
          path: '/',
          statuses: { 200: 5, 404: 2 },
          timedOut: 1,
          disconnects: { reset: 1 },
          unsentReasons: { refused: 1 },
        },
        { path: '/', phase: 1, statuses: { 200: 3 } },
      ],
      { phases: PHASES },
    );
    assert.equal(ledgerProblemsOf(report), []);
    const [first, second] = report.phases as [PhaseReport, PhaseReport];
    for (const key of COUNT_KEYS) {
      for (const more of [1, -1]) {
        const changed = <T extends Pick<Report, 'requests'>>(place: T): T => ({
          ...place,
          requests: { ...place.requests, [key]: place.requests[key] + more },
        });
        const isOpen = (phases: PhaseReport[], whole = report) =>
          ledgerProblemsOf({ ...whole, phases }).some(
            (problem) => problem.includes(key) || key.startsWith('bytes'),
          );
        const place = `${key} ${more}`;
        assert.ok(isOpen([first, second], changed(report)), place);
        assert.ok(isOpen([changed(first), second]), `${place} of a phase`);
        assert.ok(
          isOpen([{ ...first, endpoints: [changed(first.endpoints[0]!)] }, second]),
          `${place} of an endpoint`,
        );
      }
    }
    for (const wrong of [
      { statuses: { 200: 9, 404: 2 } },
      { disconnects: {} },
      { disconnects: { reset: 2 } },
      { unsentReasons: {} },
      { unsentReasons: { refused: 1, stopped: 1 } },
      { phases: [first] },
    ])
      assert.ok(ledgerProblemsOf({ ...report, ...wrong }).length > 0, JSON.stringify(wrong));
  });

  test('a request that a lost worker may have sent has its place', () => {
    const report = reportOf([{ path: '/', statuses: { 200: 5 } }]);
    const withUnknown = <T extends Pick<Report, 'requests'>>(place: T): T => ({
      ...place,
      requests: { ...place.requests, scheduled: 7, unknown: 2 },
    });
    const [phase] = report.phases as [PhaseReport];
    const phases = [withUnknown({ ...phase, endpoints: phase.endpoints.map(withUnknown) })];
    assert.equal(ledgerProblemsOf({ ...withUnknown(report), phases }), []);
  });
});

/** The same in every run. */
function randomTraffic(random: () => number): Traffic[] {
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: below(5) }, (_, index) => ({
    ...{ path: `/${index % 3}`, phase: below(2) },
    statuses: { 200: below(30), 404: below(5), 503: below(5) },
    timedOut: below(3),
    disconnects: { 'no answer': below(3), reset: below(2) },
    unsentReasons: { refused: below(4), 'connect timed out': below(2), stopped: below(2) },
  }));
}
