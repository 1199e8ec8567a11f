import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import type { Reconciliation, Report } from '../../loadgen/report/report.ts';
import { isCompared } from '../../loadgen/report/verdict.ts';
import { startDemo } from '../server/demo.ts';
import { type Keep, keeper } from '../support/keeper.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';
import { altered } from './true-run.ts';

suite('a run against the demo service', (test) => {
  test('counters, histograms and faults agree with what was sent and told', async () => {
    const ended = await runLoadgen(
      ['run', 'controlled', '--requests', '400', '--duration', '1s', '--seed', '2', '--json', '-', '--quiet'],
      { env: { SLOW_MS: '1-30', SLOW_TIMEOUT_MS: '40-50', HEALTH_ERROR_RATE: '100%' } },
    );
    assert.is(ended.exitCode, 0, ended.stderr);
    const { reconciliation, passed }: Report = JSON.parse(ended.stdout);
    assert.is(passed, true);
    assert.ok(isCompared(reconciliation));
    const { histograms = [], faults = [], scrapes = [], warnings = [] } = reconciliation;
    assert.is(histograms[0]?.series, 'flask_request_duration_seconds');
    assert.is(histograms.length, 6);
    for (const row of histograms) {
      assert.equal([row.matches, row.problems, row.count], [true, [], row.requests]);
      assert.ok(row.clientSumSeconds !== null);
    }
    assert.is(histograms[0]?.count, 400);
    assert.is(
      histograms.slice(1).reduce((sum, row) => sum + row.count, 0),
      400,
    );
    const told = Object.fromEntries(faults.map(({ errorType, configured }) => [errorType, configured]));
    assert.equal(told, { home_error: 0.05, health_check_failed: 1, timeout: 0.3 });
    assert.ok(faults.every(({ verdict }) => verdict !== 'wrong' && verdict !== 'unknown'));
    assert.ok(scrapes.every(({ answered }) => answered === 400));
    assert.match(warnings.at(-1)!, /less than four scrapes/);
  });
});

suite('a run against a target whose metrics pass through other hands', (test) => {
  const keep = keeper(test);

  test('the true pages match, also where some answers never arrived', async () => {
    const target = await keepProxy(keep, (page) => page, { lostOfTen: 3 });
    const { report } = await runAgainst(target, ['errors', ...SHORT]);
    assert.ok(report.requests.disconnected > 0 && report.requests.failed > 0);
    assert.equal([report.reconciliation?.matches, report.reconciliation?.note], [true, null]);
  });

  test('an error rate of 0 where there were errors ends with exit code 99, and names the gauge', async () => {
    const target = await keepProxy(keep, (page) => altered(page, 'flask_error_rate', () => 0));
    const { exitCode, report } = await runAgainst(target, ['errors', ...SHORT]);
    assert.is(exitCode, 99);
    assert.match(
      report.reconciliation?.note ?? '',
      /The gauge flask_error_rate shows 0, not [\d.]+: its counters/,
    );
  });

  test('paths behind names and unknown types are no false alarm', async () => {
    const scenario = new URL('../support/scenarios/asks.ts', import.meta.url).pathname;
    const target = await keepProxy(keep, (page) => page);
    for (const how of ['fixed', 'drawn', 'named']) {
      const { exitCode, report } = await runAgainst(target, [scenario, '--how', how]);
      assert.equal([report.reconciliation?.matches, report.reconciliation?.note], [true, null], how);
      assert.is(exitCode, 0, how);
    }
  });
});

const SHORT = ['--duration', '600ms', '--rate', '60'];

async function runAgainst(target: string, args: readonly string[]) {
  const ended = await runLoadgen(['run', ...args, '--seed', '3', '--target', target, '--json', '-']);
  const report: Report & { readonly reconciliation: Reconciliation | null } = JSON.parse(ended.stdout);
  return { exitCode: ended.exitCode, report };
}

/** A demo service behind a proxy that changes its page of metrics and, where it is told to, loses answers. */
async function keepProxy(
  keep: Keep,
  change: (page: string) => string,
  { lostOfTen = 0 } = {},
): Promise<string> {
  const demo = keep(await startDemo({ SLOW_MS: '5-20', SLOW_TIMEOUT_MS: '20-40' }), (one) => one.stop());
  let forwardedCount = 0;
  const proxy = createServer((asked, answer) => {
    if (asked.url === '/metrics') {
      void demo.ask('/metrics').then(({ body }) => {
        answer.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(change(body.toString()));
      });
      return;
    }
    const { method, headers, url: path } = asked;
    const isLost = forwardedCount++ % 10 < lostOfTen;
    const forwarded = request(
      { port: demo.service.port, host: '127.0.0.1', method, path, headers },
      (reply) => {
        if (isLost) {
          reply.resume().once('end', () => asked.socket.destroy());
          return;
        }
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      },
    );
    answer.once('close', () => forwarded.destroy());
    forwarded.on('error', () => answer.destroy());
    asked.pipe(forwarded);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  keep(proxy, () => {
    proxy.closeAllConnections();
    return new Promise((resolve) => proxy.close(resolve));
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
