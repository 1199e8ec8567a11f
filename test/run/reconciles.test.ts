import { readdirSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { answerWell } from '../support/bad-servers.ts';
import { keeper, keepServer } from '../support/keeper.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';
import { comparisonIn, runReport, sentByEndpoint } from './report-of.ts';

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
      const { exitCode, report, stdout, stderr } = await runReport([name, '--seed', '7', ...flags]);
      assert.is(exitCode, 0, stderr);
      assert.ok(report.requests.sent > 0);
      assert.is(report.requests.unsent, 0);
      assert.is(report.requests.sent, report.requests.ok + report.requests.failed);
      const { matches, counters } = comparisonIn(report);
      assert.ok(matches);
      for (const { series, client, server } of counters) assert.is(client, server, series);
      assert.is(stdout, `${JSON.stringify(report, null, 2)}\n`, 'nothing else is on stdout');
      assert.match(stderr, /started a demo service on http:\/\/127\.0\.0\.1:\d+/);
      assert.is(report.stoppedBy, null);
    });
  }
});

suite('a schedule', (test) => {
  const keep = keeper(test);

  const asked = ['poisson', '--duration', '700ms', '--rate', '80'];

  test('the same seed sends what a dry run prints, whatever the number of workers, and another seed does not', async () => {
    const dry = await runLoadgen(['run', ...asked, '--seed', '5', '--dry-run']);
    assert.is(dry.exitCode, 0);
    const alone = await runReport([...asked, '--seed', '5', '--workers', '1']);
    const shared = await runReport([...asked, '--seed', '5', '--workers', '3']);
    const other = await runReport([...asked, '--seed', '6']);
    for (const { report } of [alone, shared])
      assert.equal(sentByEndpoint(report), requestsIn(dry.stdout), `${report.workers.length} workers`);
    assert.is(shared.report.workers.length, 3);
    assert.is(shared.report.scheduleHash, alone.report.scheduleHash);
    assert.is.not(other.report.scheduleHash, alone.report.scheduleHash);
  });

  test('a scenario with drawn paths has one hash on every runtime', async () => {
    const server = await keepServer(keep, answerWell);
    const scenario = new URL('../support/scenarios/numbered.ts', import.meta.url).pathname;
    const { report } = await runReport([scenario, '--seed', '3', '--target', server.origin]);
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
