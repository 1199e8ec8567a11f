import * as assert from 'uvu/assert';
import { DEFAULT_LOG } from '../../loadgen/cli/background-flags.ts';
import { EXIT } from '../../loadgen/exit.ts';
import { DEMO_ENDPOINTS } from '../../loadgen/inspect/check.ts';
import { dashboardQueries } from '../observability/folder.ts';
import { eventually } from '../server/demo.ts';
import { part } from '../support/parts.ts';
import { type Cases, suite } from '../support/suite.ts';
import { DASHBOARD_ROWS } from './dashboard-rows.ts';
import { ADDRESS, type Ended, type OwnMachine, openOwnMachine, type Typed } from './own-machine.ts';
import type { EndpointProof, Row } from './row.ts';
import { SCRIPT_ROWS } from './script-rows.ts';
import { SERVICE_ROWS } from './service-rows.ts';

const OK = 0;
const CURL_REFUSED = 7;
const PROMETHEUS = 'http://localhost:9090';

suite('the mission, typed as it stands on a machine of its own', oneDay);

/** In order: each case goes on where the one before ended. */
function oneDay(test: Cases): void {
  let machine: OwnMachine;
  let isUp = false;
  let service: Typed;
  test.before(async () => {
    part('curl');
    part('prometheus');
    machine = await openOwnMachine();
    isUp = true;
  });
  test.after(async () => {
    if (isUp) await machine.close();
  });
  const must = async (line: string): Promise<Ended> => {
    const ended = await machine.type(line);
    assert.is(ended.exitCode, OK, `${line}\n${ended.stdout}${ended.stderr}`);
    return ended;
  };
  const stopped = async () => {
    service.signal('SIGTERM');
    assert.is((await service.ended).exitCode, OK);
  };

  const connectivity = one(SCRIPT_ROWS, 'connectivity');
  const start = one(SERVICE_ROWS, 'start');
  const reached = one(SERVICE_ROWS, 'reached');

  test(`${reached.old} → ${reached.now}`, async () => {
    service = machine.start(reached.now);
    await service.said(/"msg":"listening"/);
    const reply = await machine.typeNextDoor(`curl -s http://${ADDRESS}:5000/livez`);
    assert.equal([reply.exitCode, reply.stdout], [OK, 'ok']);
    await stopped();
  });

  test(`${connectivity.old} → ${connectivity.now}, with nothing there`, async () => {
    const ended = await machine.type(connectivity.now);
    assert.is(ended.exitCode, EXIT.unreachable);
    assert.match(ended.stdout + ended.stderr, /unreachable/);
  });

  test(`${start.old} → ${start.now}, for this machine alone`, async () => {
    service = machine.start(start.now);
    await service.said(new RegExp(`"port":${start.proof.port},"url":"http://127.0.0.1:5000"`));
    assert.is((await must('curl -s http://localhost:5000/livez')).stdout, 'ok');
    const outside = await machine.typeNextDoor(`curl -s http://${ADDRESS}:5000/livez`);
    assert.is(outside.exitCode, CURL_REFUSED);
  });

  let prometheus: Typed;
  test('a Prometheus with the shipped configuration finds it', async () => {
    prometheus = machine.start(
      `${part('prometheus')} --config.file=observability/prometheus.yml --storage.tsdb.path=/tmp/mission-data --web.listen-address=127.0.0.1:9090`,
    );
    await prometheus.said(/Server is ready/);
    await eventually(async () => (await ask('up{job="flask-app"}'))[0]?.value[1] === '1' || undefined);
  });

  const background = SCRIPT_ROWS.filter(({ proof }) => proof.kind === 'background');
  const verb = (name: string) =>
    background.find(({ proof }) => proof.kind === 'background' && proof.verb === name)!;
  let pid: string;

  test(`${verb('start').old} → ${verb('start').now}`, async () => {
    const { stdout } = await must(verb('start').now);
    pid = /pid (\d+)/.exec(stdout)![1]!;
    assert.match(stdout, /^background runs in the background/);
    assert.match(stdout, ' target   http://127.0.0.1:5000\n');
    assert.match(stdout, ` log      ${DEFAULT_LOG}\n`);
    assert.match((await must(`ls ${DEFAULT_LOG}`)).stdout, '/tmp/background_traffic.log');
  });

  for (const { old, now, proof } of SERVICE_ROWS)
    if (proof.kind === 'endpoint')
      test(`${old} → ${now}`, async () => {
        const { stdout } = await must(`${now} -s -w \\n%{http_code}`);
        const [, body, status] = /^([\s\S]*)\n(\d+)$/.exec(stdout)!;
        answersAsOfOld(proof, body!, Number(status));
      });

  const statistics = one(SCRIPT_ROWS, 'statistics');
  test(`${statistics.old} → ${statistics.now}`, async () => {
    const before = JSON.parse((await must('curl -s http://localhost:5000/stats')).stdout);
    const { stdout } = await must(statistics.now);
    const after = JSON.parse((await must('curl -s http://localhost:5000/stats')).stdout);
    for (const heading of ['Totals', 'Endpoints', 'Errors by type']) assert.match(stdout, heading);
    const figure = (name: string) =>
      Number(new RegExp(`${name} +([\\d,]+)`).exec(stdout)![1]!.replaceAll(',', ''));
    const isBetween = (low: number, value: number, high: number) =>
      assert.ok(low <= value && value <= high, `${low} ${value} ${high}\n${stdout}`);
    // The background traffic goes on meanwhile; the first curl is counted when it is answered.
    isBetween(before.total_requests, figure('requests'), after.total_requests);
    isBetween(before.error_count, figure('errors'), after.error_count);
  });

  test(`${connectivity.old} → ${connectivity.now}`, async () => {
    const { stdout } = await must(connectivity.now);
    assert.match(stdout, /^✓ reachable {3}(\d+) of \1 endpoints answered/m);
    for (const path of DEMO_ENDPOINTS) assert.match(stdout, ` ${path} `);
  });

  test(`${verb('status').old} → ${verb('status').now}`, async () => {
    const { stdout } = await must(verb('status').now);
    assert.match(stdout, new RegExp(`\\b${pid}\\b`));
    assert.match(stdout, /p50.*p99/s);
  });

  test(`${verb('logs').old} → ${verb('logs').now}`, async () => {
    const { stdout } = await must(verb('logs').now);
    const log = (await must(`cat ${DEFAULT_LOG}`)).stdout;
    assert.ok(stdout.length > 0 && log.includes(stdout.split('\n')[0]!), `${stdout}\n${log}`);
  });

  for (const { old, proof } of DASHBOARD_ROWS)
    if (proof.kind === 'query')
      test(`Prometheus answers ${old}`, async () => {
        await eventually(async () => {
          const values = (await ask(old)).map(({ value }) => Number(value[1]));
          if (!values.some((value) => value > 0)) await must(connectivity.now);
          return values.some((value) => value > 0) || undefined;
        });
      });

  const dashboards = one(DASHBOARD_ROWS, 'dashboards');
  test(`${dashboards.old} → ${dashboards.now}`, async () => {
    const queries = dashboardQueries();
    assert.ok(queries.length > 10);
    // Each throws unless it is understood; test/observability waits until each has data.
    for (const { expr } of queries) await ask(expr);
  });

  test(`${verb('stop').old} → ${verb('stop').now}`, async () => {
    const { stdout } = await must(verb('stop').now);
    assert.match(stdout, /^stopped background, pid \d+/);
    const report = JSON.parse((await must('cat /tmp/background_traffic.json')).stdout);
    assert.ok(report.requests.sent > 0);
    assert.is((await machine.type(verb('status').now)).exitCode, EXIT_NOT_RUNNING);
  });

  test('all of it ends when it is told', async () => {
    prometheus.signal('SIGTERM');
    assert.is((await prometheus.ended).exitCode, OK);
    await stopped();
  });

  /** An instant query, by curl, as the docs have it. */
  async function ask(promql: string): Promise<{ value: [number, string] }[]> {
    const { stdout } = await must(`curl -s ${PROMETHEUS}/api/v1/query?query=${encodeURIComponent(promql)}`);
    const answer = JSON.parse(stdout);
    assert.is(answer.status, 'success', `${promql}\n${stdout}`);
    return answer.data.result;
  }
}

const EXIT_NOT_RUNNING = 3;

function answersAsOfOld(proof: EndpointProof, body: string, status: number): void {
  if (proof.path === '/metrics') {
    assert.is(status, 200);
    assert.match(body, '# TYPE flask_requests_total counter');
    return;
  }
  const answer = JSON.parse(body);
  assert.match(answer.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
  if (status !== 200) {
    assert.ok(proof.faultStatuses.includes(status), `${status}`);
    assert.equal(Object.keys(answer).sort(), ['error', 'error_type', 'timestamp']);
    return;
  }
  assert.is.not(proof.keys, null);
  assert.equal(Object.keys(answer).sort(), proof.keys);
  for (const [key, value] of Object.entries(proof.says)) assert.is(answer[key], value);
}

/** The only row of its kind. */
function one<P extends { readonly kind: string }, K extends P['kind']>(
  rows: readonly Row<P>[],
  kind: K,
): Row<Extract<P, { readonly kind: K }>> {
  const found = rows.filter((row): row is Row<Extract<P, { readonly kind: K }>> => row.proof.kind === kind);
  assert.is(found.length, 1, kind);
  return found[0]!;
}
