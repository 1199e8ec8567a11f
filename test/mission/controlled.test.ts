import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import { isCompared } from '../../loadgen/report/verdict.ts';
import { runReport } from '../run/report-of.ts';
import { suite } from '../support/suite.ts';
import { arrivalsOf, ROUNDING_SECONDS, SEED, wordsOf } from './planned.ts';
import { SCRIPT_ROWS } from './script-rows.ts';

suite('the mission: so many requests in so long', (test) => {
  for (const { old, now, proof } of SCRIPT_ROWS)
    if (proof.kind === 'even') {
      const { requests, seconds } = proof;
      const words = wordsOf(now);
      test(`${old} → ${now}: as it stands, planned`, () => plansEvenly(words, requests, seconds));
      test(`${old} → ${now}: for 2 s, sent`, () => sendsAll(words, requests));
    }
});

async function plansEvenly(words: readonly string[], requests: number, seconds: number): Promise<void> {
  const arrivals = await arrivalsOf(words);
  assert.is(arrivals.length, requests);
  for (const [index, atSeconds] of arrivals.entries())
    assert.ok(Math.abs(atSeconds - (index * seconds) / requests) < ROUNDING_SECONDS, `${index} ${atSeconds}`);
}

async function sendsAll(words: readonly string[], requests: number): Promise<void> {
  const at = words.indexOf('--duration');
  const untimed = at < 0 ? words : words.toSpliced(at, 2);
  const { exitCode, report, stderr } = await runReport([...untimed.slice(1), '--duration', '2s', ...SEED]);
  assert.is(exitCode, EXIT.passed, stderr);
  assert.equal([report.requests.scheduled, report.requests.sent], [requests, requests]);
  assert.ok(isCompared(report.reconciliation) && report.reconciliation.matches);
}
