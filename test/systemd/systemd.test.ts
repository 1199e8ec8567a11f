import * as assert from 'uvu/assert';
import { isCompared } from '../../loadgen/report/verdict.ts';
import { eventually } from '../server/demo.ts';
import { type Cases, suite } from '../support/suite.ts';
import { type Box, bootBox, CHECKOUT } from './box.ts';
import {
  answered,
  countLogged,
  logged,
  loggedAgain,
  openConnections,
  openPorts,
  property,
  statusOf,
  TARGET,
  underLoad,
  writeSettings,
  writtenPaths,
} from './installed.ts';

const INSTALL = `${CHECKOUT}/systemd/install.sh`;
/** No wait that a restart would have to sit out. */
const QUICK = ['SLOW_TIMEOUT_RATE=0', 'SLOW_MS=5-50'];

suite('systemd', oneLife);

/** One machine's life in order: each case goes on where the one before ended. */
function oneLife(test: Cases): void {
  let box: Box;
  let isUp = false;
  let written: readonly string[];
  const newPaths = async () => (await writtenPaths(box)).filter((path) => !written.includes(path));
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= isUp ? box.close() : Promise.resolve();
    return closing;
  };
  test.before(async () => {
    box = await bootBox();
    isUp = true;
    written = await writtenPaths(box);
  });
  test.after(close);

  test('without root, install.sh refuses in one line', async () => {
    const refused = await box.run('setpriv', '--reuid=65534', '--clear-groups', INSTALL);
    assert.is(refused.exitCode, 1);
    assert.match(refused.stderr, /^install\.sh: Cannot install as \S+: want root .*--dry-run, or DESTDIR\n$/);
  });

  test('a dry run says what would be done and does nothing', async () => {
    const said = await box.must(INSTALL, '--dry-run');
    assert.match(said, 'write   /etc/systemd/system/flask-app.service');
    assert.match(said, 'run     systemctl enable flask-app.service');
    assert.equal(await newPaths(), []);
  });

  test('after install.sh, systemctl start returns when the service answers', async () => {
    await box.must(INSTALL);
    assert.ok((await newPaths()).includes('/etc/systemd/system/flask-app.service'));
    await writeSettings(box, QUICK);
    await box.must('systemctl', 'start', 'flask-app');
    assert.is(await property(box, 'ActiveState'), 'active');
    assert.is((await logged(box)).at(-1)?.msg, 'listening');
    assert.is(await statusOf(box, '/livez'), '200');
    const status = await box.must('systemctl', 'status', '--no-pager', 'flask-app');
    assert.match(status, 'Active: active (running)');
    assert.match(status, '"msg":"listening"');
    assert.is(await property(box, 'Id', 'koa-app'), 'flask-app.service');
    for (const [name, limit] of [
      ['MemoryMax', 512 * 1024 * 1024],
      ['TasksMax', 256],
      ['LimitNOFILE', 8192],
    ] as const)
      assert.is(await property(box, name), `${limit}`);
  });

  test('the journal has each event as JSON, by the name of the unit', async () => {
    const [first] = await logged(box);
    assert.is(first?.url, TARGET);
    assert.is(first?.level, 'info');
    assert.match(
      await box.must('journalctl', '-u', 'flask-app', '--quiet'),
      / flask-app\[\d+\]: .*"msg":"listening"/,
    );
  });

  test('a service that is killed comes back by itself', async () => {
    const pid = await property(box, 'MainPID');
    await box.must('kill', '-KILL', pid);
    await eventually(async () => (await property(box, 'NRestarts')) === '1' || undefined);
    assert.is(await statusOf(box, '/livez'), '200');
    assert.is.not(await property(box, 'MainPID'), pid);
  });

  test('installing again changes no file and restarts the service', async () => {
    const pid = await property(box, 'MainPID');
    const said = await box.must(INSTALL);
    assert.not.match(said, 'write ');
    assert.match(said, 'same    /etc/systemd/system/flask-app.socket');
    assert.match(said, 'keep    /etc/default/flask-app');
    assert.is(await statusOf(box, '/livez'), '200');
    assert.is.not(await property(box, 'MainPID'), pid);
  });

  test('a reload takes new fault rates over and drops no request', async () => {
    const report = await underLoad(box, ['--rate', '50'], async () => {
      const before = await countLogged(box, 'reloaded');
      await writeSettings(box, [...QUICK, 'HOME_ERROR_RATE=100%', 'HEALTH_ERROR_RATE=0']);
      await box.must('systemctl', 'reload', 'flask-app');
      await loggedAgain(box, 'reloaded', before + 1);
      assert.is(await statusOf(box, '/readyz'), '200');
    });
    assert.is(report.requests.disconnected + report.requests.timedOut + report.requests.unsent, 0);
    assert.ok(isCompared(report.reconciliation) && report.reconciliation.matches);
    assert.is(await statusOf(box, '/'), '500');
    assert.is(await statusOf(box, '/health'), '200');
  });

  test('a line that is gone after a reload has its default again', async () => {
    const before = await countLogged(box, 'reloaded');
    await writeSettings(box, QUICK);
    await box.must('systemctl', 'reload', 'flask-app');
    const { faults } = await loggedAgain(box, 'reloaded', before + 1);
    assert.is((faults as Record<string, unknown>).homeErrorRate, 0.05);
  });

  test('a stop lets a slow answer finish and ends in success', async () => {
    const before = await countLogged(box, 'reloaded');
    await writeSettings(box, ['SLOW_TIMEOUT_RATE=0', 'SLOW_MS=1500']);
    await box.must('systemctl', 'reload', 'flask-app');
    await loggedAgain(box, 'reloaded', before + 1);
    const slow = statusOf(box, '/slow');
    await eventually(async () => (await openConnections(box)) > 0 || undefined);
    // Accepted after it, so by its answer the slow one has been taken up.
    await statusOf(box, '/livez');
    await box.must('systemctl', 'stop', 'flask-app');
    assert.is(await slow, '200');
    const [draining, stopped] = (await logged(box)).slice(-2);
    assert.is(draining?.inFlight, 1);
    assert.is(stopped?.outcome, 'drained');
    assert.is(await property(box, 'Result'), 'success');
    assert.is(await property(box, 'ExecMainStatus'), '0');
  });

  test('the socket starts the service for whoever comes', async () => {
    assert.is(await property(box, 'ActiveState'), 'inactive');
    await writeSettings(box, QUICK);
    assert.is(await statusOf(box, '/livez'), '200');
    await eventually(async () => (await property(box, 'ActiveState')) === 'active' || undefined);
  });

  test('bad settings fail the start with a line that says why, and are not tried again', async () => {
    await writeSettings(box, ['HOME_ERROR_RATE=lots']);
    assert.is((await box.run('systemctl', 'restart', 'flask-app')).exitCode, 1);
    assert.is(await property(box, 'ActiveState'), 'failed');
    assert.is(await property(box, 'ExecMainStatus'), '104');
    assert.match(
      await box.must('journalctl', '--unit=flask-app', '--output=cat', '--quiet', '--lines=20'),
      'Cannot start with HOME_ERROR_RATE="lots": want a fraction',
    );
    await writeSettings(box, QUICK);
    await box.must('systemctl', 'start', 'flask-app');
  });

  test('three restarts under open load lose no request', async () => {
    const starts = await countLogged(box, 'listening');
    const report = await underLoad(box, ['--rate', '50', '--no-reconcile'], async () => {
      for (let i = 0; i < 3; i++) await box.must('systemctl', 'restart', 'flask-app');
    });
    assert.is(await countLogged(box, 'listening'), starts + 3);
    const { scheduled, sent, unsent, ok, failed, timedOut, disconnected } = report.requests;
    assert.equal({ timedOut, disconnected, reasons: report.disconnects }, NOTHING_LOST);
    assert.is(sent, ok + failed);
    assert.equal([scheduled, unsent], [sent, 0]);
  });

  test('the traffic runs as a service, and leaves its report when it is stopped', async () => {
    await box.shell('echo "OPTIONS=--rate 20" >> /etc/default/loadgen');
    await box.must('systemctl', 'enable', '--now', 'loadgen-background');
    await answered(box, 10);
    await box.must('systemctl', 'stop', 'loadgen-background');
    assert.is(await property(box, 'Result', 'loadgen-background'), 'success');
    const report = JSON.parse(await box.must('cat', '/var/lib/loadgen-background/report.json'));
    assert.is(report.scenario, 'background');
    assert.is(report.options.rate, 20);
    assert.ok(report.requests.sent >= 10);
    assert.is(report.requests.disconnected, 0);
    const said = await box.must('journalctl', '--unit=loadgen-background', '--output=cat', '--quiet');
    assert.match(said, 'no request is missing, none is counted twice');
  });

  test('uninstalling while it runs leaves nothing', async () => {
    await box.must('systemctl', 'start', 'loadgen-background');
    // By the installed copy, which removes itself.
    const said = await box.must('/opt/loadgen/systemd/install.sh', '--uninstall');
    assert.match(said, 'had     SLOW_MS=5-50');
    assert.equal(await newPaths(), []);
    const units = await box.must('systemctl', 'list-units', '--all', '--plain', '--no-legend');
    assert.not.match(units, /koa-app|flask-app|loadgen-background/);
    assert.is(await box.shell('grep -ls "[/]opt/loadgen" /proc/[0-9]*/cmdline || true'), '');
    assert.is(await openPorts(box), '');
    const again = await box.must(INSTALL, '--uninstall');
    assert.is(again, '');
  });

  test('an installation that has its old name is renamed, with its settings and its address, and runs on', async () => {
    await box.must(INSTALL);
    await box.shell(AS_IT_WAS);
    assert.is(await property(box, 'Id', 'flask-app'), 'koa-app.service');
    assert.is(await statusOf(box, '/health', 'http://127.0.0.1:5001'), '503');
    const said = await box.must(INSTALL);
    assert.match(said, 'move    /etc/default/koa-app to /etc/default/flask-app\n');
    assert.match(said, 'run     systemctl start flask-app.service\n');
    assert.is(await property(box, 'Id', 'koa-app'), 'flask-app.service');
    assert.is(await property(box, 'ActiveState'), 'active');
    assert.is(await statusOf(box, '/health', 'http://127.0.0.1:5001'), '503');
    assert.match(await box.must(INSTALL), 'same    /etc/systemd/system/flask-app.service');
    assert.match(await box.must('cat', '/etc/default/flask-app'), 'HEALTH_ERROR_RATE=100%');
    await box.must('rm', '-r', '/etc/systemd/system/flask-app.socket.d');
    await box.must(INSTALL, '--uninstall');
    assert.equal(await newPaths(), []);
  });

  test('an old installation is removed whole as well', async () => {
    await box.must(INSTALL);
    await box.shell(AS_IT_WAS);
    await box.must('rm', '-r', '/etc/systemd/system/koa-app.socket.d');
    assert.match(await box.must(INSTALL, '--uninstall'), 'remove  /etc/default/koa-app\n');
    assert.equal(await newPaths(), []);
  });

  test('the box itself leaves nothing on this machine', async () => {
    assert.ok(box.traces().length > 0);
    await close();
    assert.equal(box.traces(), []);
  });
}

/** Makes of a fresh installation one from when the unit was koa-app and flask-app its alias, on another port. */
const AS_IT_WAS = `
set -e
cd /etc/systemd/system
systemctl --quiet disable --now flask-app.socket flask-app.service
for unit in socket service; do
  sed 's/flask-app/koa-app/g; s/^Alias=.*/Alias=flask-app.service/' flask-app.$unit > koa-app.$unit
  rm flask-app.$unit
done
mv /opt/loadgen/systemd/flask-app.service /opt/loadgen/systemd/koa-app.service
rm /etc/default/flask-app
echo HEALTH_ERROR_RATE=100% > /etc/default/koa-app
mkdir koa-app.socket.d
printf '[Socket]\\nListenStream=\\nListenStream=127.0.0.1:5001\\n' > koa-app.socket.d/override.conf
systemctl daemon-reload
systemctl --quiet enable koa-app.service
systemctl start koa-app.service
`;

const NOTHING_LOST = { timedOut: 0, disconnected: 0, reasons: {} };
