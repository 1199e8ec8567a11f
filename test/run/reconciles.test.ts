import { readdirSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';
import { QUICK, runReport, sentByEndpoint } from './report-of.ts';

/** How each shipped scenario is made short; those that never end by themselves are stopped in another test. */
const SHIPPED: Readonly<Record<string, readonly string[] | 'endless'>> = {
  background: 'endless',
  continuous: ['--intensity', 'high', '--duration', '1s'],
  controlled: ['--requests', '60', '--duration', '600ms', '--workers', '2'],
  demo: ['--duration', '1s', '--peak', '30'],
  errors: ['--duration', '1s', '--rate', '60'],
  poisson: ['--duration', '500ms', '--rate', '200', '--workers', '4'],
  ramp: ['--duration', '600ms', '--rate', '1', '--to', '100'],
  spike: ['--duration', '400ms', '--calm', '500ms', '--threads', '5', '--workers', '2'],
  steady: ['--duration', '500ms', '--rate', '60'],
  timeouts: ['--duration', '600ms', '--rate', '20'],
};

suite('a run against a demo service of its own', (test) => {
  test('every shipped scenario has its case here', () => {
    const files = readdirSync(new URL('../../scenarios/', import.meta.url));
    assert.equal(
      files.sort(),
      Object.keys(SHIPPED)
        .map((name) => `${name}.ts`)
        .sort(),
    );
  });

  for (const [name, flags] of Object.entries(SHIPPED)) {
    if (flags === 'endless') continue;
    test(`${name}: each counter of the target is what was sent`, async () => {
      const { exitCode, report, stderr } = await runReport([name, '--seed', '7', ...flags]);
      assert.is(exitCode, 0, stderr);
      assert.ok(report.requests.sent > 0);
      assert.is(report.requests.skipped, 0);
      assert.is(report.requests.sent, report.requests.ok + report.requests.failed);
      assert.ok(report.reconciliation?.matches);
      for (const { series, client, server } of report.reconciliation.counters)
        assert.is(client, server, series);
      assert.match(stderr, /started a demo service on http:\/\/127\.0\.0\.1:\d+/);
      assert.is(report.stoppedBy, null);
    });
  }
});

suite('a schedule', (test) => {
  const FLAGS = ['--duration', '700ms', '--rate', '80'];

  test('what a dry run prints is what is sent, endpoint by endpoint', async () => {
    const asked = ['poisson', '--seed', '11', ...FLAGS];
    const dry = await runLoadgen(['run', ...asked, '--dry-run']);
    assert.is(dry.exitCode, 0);
    const { report } = await runReport(asked);
    assert.equal(sentByEndpoint(report), requestsIn(dry.stdout));
  });

  test('the same seed gives the same requests, answers and hash, whatever the number of workers', async () => {
    const [one, two] = await inTurn(['1', '3'], (workers) =>
      runReport(['poisson', '--seed', '5', ...FLAGS, '--workers', workers]),
    );
    assert.is(one!.report.scheduleHash, two!.report.scheduleHash);
    assert.equal(sentByEndpoint(one!.report), sentByEndpoint(two!.report));
    assert.is(one!.report.workers, 1);
    assert.is(two!.report.workers, 3);
  });

  test('another seed gives another hash', async () => {
    const [one, two] = await inTurn(['5', '6'], (seed) => runReport(['poisson', '--seed', seed, ...FLAGS]));
    assert.is.not(one!.report.scheduleHash, two!.report.scheduleHash);
  });

  test('a scenario with drawn paths has one hash on every runtime', async () => {
    const scenario = new URL('../support/scenarios/numbered.ts', import.meta.url).pathname;
    const { report } = await runReport([scenario, '--seed', '3'], { env: QUICK });
    assert.is(report.scheduleHash, HASH_OF_NUMBERED_3);
  });
});

/** As Node 20, Node 24 and Deno 2 give it; it changes with the scenario and with the algorithm of a schedule. */
const HASH_OF_NUMBERED_3 = '881469547bcca110d815dc25c3ea2a7f';

/** `     0.012500  GET /slow` */
function requestsIn(dryRun: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of dryRun.trim().split('\n')) {
    const request = line.trim().split('  ')[1]!;
    counts[request] = (counts[request] ?? 0) + 1;
  }
  return counts;
}

/** One after the other: side by side they would only take the cores from each other. */
async function inTurn<T, R>(list: readonly T[], make: (item: T) => Promise<R>): Promise<R[]> {
  const made: R[] = [];
  for (const item of list) made.push(await make(item));
  return made;
}
