import { createServer } from 'node:net';
import * as assert from 'uvu/assert';
import { withAddresses } from '../../observability/stack/config.ts';
import { findProgram } from '../../observability/stack/programs.ts';
import { eventually } from '../server/demo.ts';
import { part } from '../support/parts.ts';
import { type ScratchFolder, scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';
import { allRules } from './folder.ts';
import { FREE_PORTS, type RunningStack, startStack } from './running-stack.ts';

suite('npm run stack', (test) => {
  let folder: ScratchFolder;
  let stack: RunningStack | null = null;
  test.before(() => {
    part('prometheus');
    part('prometheus-alertmanager');
  });
  test.each.before(() => {
    folder = scratchFolder();
  });
  test.each.after(async () => {
    await stack?.close();
    stack = null;
    folder.remove();
  });

  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    stack = startStack(args, { TMPDIR: folder.path, ...env });
    return stack;
  };
  const nothingIsLeft = async (of: RunningStack) => {
    await eventually(() => of.processes().length === 0 || undefined);
    assert.equal(
      folder.names().filter((name) => name.startsWith('loadgen-stack-')),
      [],
    );
  };

  test('all of it comes up, the alert reaches Alertmanager, and Ctrl-C ends it without a trace', async () => {
    // Every home page fails, so that the error rate is above 20 % from the first scrape on.
    const running = start([...FREE_PORTS, '--rate', '20'], { HOME_ERROR_RATE: '1', HEALTH_ERROR_RATE: '1' });
    await running.wrote(/Ctrl-C ends all of it/);
    const urlOf = async (name: string) => (await running.wrote(new RegExp(`${name} +(http://\\S+)`)))[1];
    const service = await urlOf('Demo service');
    const prometheus = await urlOf('Prometheus');
    const alertmanager = await urlOf('Alertmanager');
    const ask = async <T>(url: string) =>
      (await (await fetch(url, { headers: { connection: 'close' } })).json()) as T;

    assert.ok('total_requests' in (await ask<object>(`${service}/stats`)));
    await eventually(async () => {
      const { data } = await ask<{
        data: { activeTargets: { labels: { job: string }; health: string }[] };
      }>(`${prometheus}/api/v1/targets`);
      return (
        data.activeTargets.some(({ labels, health }) => labels.job === 'flask-app' && health === 'up') ||
        undefined
      );
    });
    const { data } = await ask<{ data: { groups: { rules: { name: string }[] }[] } }>(
      `${prometheus}/api/v1/rules`,
    );
    assert.equal(
      data.groups.flatMap((group) => group.rules.map(({ name }) => name)).sort(),
      allRules()
        .map(({ alert, record }) => alert ?? record)
        .sort(),
    );
    await eventually(async () => {
      const alerts = await ask<{ labels: { alertname: string } }[]>(`${alertmanager}/api/v2/alerts`);
      return alerts.some(({ labels }) => labels.alertname === 'FlaskErrorRateHigh') || undefined;
    });

    running.signal('SIGINT');
    const { exitCode, stderr } = await running.ended;
    assert.is(exitCode, 0, stderr);
    assert.is(stderr, '');
    await nothingIsLeft(running);
  });

  test('a second Ctrl-C ends it at once, 130', async () => {
    const running = start([...FREE_PORTS, '--no-traffic']);
    await running.wrote(/Ctrl-C ends all of it/);
    const [service] = running.processes('server');
    // A service that hangs would let a clean end wait.
    process.kill(service!, 'SIGSTOP');
    running.signal('SIGINT');
    await running.wrote(/Ctrl-C again/);
    // The second of two that come together is npm's copy of the first.
    const again = setInterval(() => running.signal('SIGINT'), 500);
    const { exitCode } = await running.ended.finally(() => clearInterval(again));
    assert.is(exitCode, 130);
    await nothingIsLeft(running);
  });

  for (const [name, words] of [
    ['Prometheus', '--storage.tsdb.path'],
    ['Alertmanager', '--cluster.listen-address'],
    ['The demo service', 'server'],
    ['The traffic', 'run background'],
  ] as const)
    test(`when a part dies it says which and ends the rest, 1: ${name}`, async () => {
      const running = start(FREE_PORTS);
      await running.wrote(/Ctrl-C ends all of it/);
      const [pid] = await eventually(() => {
        const found = running.processes(words).filter((one) => one !== running.pid);
        return found.length > 0 ? found : undefined;
      });
      process.kill(pid!, 'SIGKILL');
      const { exitCode, stderr } = await running.ended;
      assert.is(exitCode, 1);
      assert.match(stderr, `${name} ended (SIGKILL)`);
      await nothingIsLeft(running);
    });

  test('Ctrl-C while it starts leaves nothing', async () => {
    const running = start(FREE_PORTS);
    await eventually(() => running.processes('server').length > 0 || undefined);
    running.signal('SIGINT');
    assert.is((await running.ended).exitCode, 0);
    await nothingIsLeft(running);
  });

  test('its parts end with it when it is killed', async () => {
    if (findProgram(process.env.PATH, ['setpriv']) === null)
      throw new Error('Cannot find setpriv: want util-linux');
    const running = start(FREE_PORTS);
    await running.wrote(/Ctrl-C ends all of it/);
    running.signal('SIGKILL');
    await eventually(() => running.processes().length === 0 || undefined);
  });

  test('a busy port is refused in one line before anything starts, 1', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    try {
      for (const flag of ['--service-port', '--prometheus-port', '--alertmanager-port']) {
        const { exitCode, stdout, stderr } = await start([...FREE_PORTS, flag, `${port}`]).ended;
        assert.is(exitCode, 1);
        assert.is(stdout, '');
        assert.match(
          stderr,
          new RegExp(`^Cannot start .* on 127\\.0\\.0\\.1:${port} \\(it is in use\\): .*${flag} 0.*\\n$`),
        );
      }
    } finally {
      taken.close();
    }
  });

  test('what is not installed is named with the one line that installs it, 1', async () => {
    const { exitCode, stdout, stderr } = await start(FREE_PORTS, { PATH: folder.path }).ended;
    assert.is(exitCode, 1);
    assert.is(stdout, '');
    assert.is(
      stderr,
      'Cannot start without prometheus and prometheus-alertmanager: sudo apt-get install --no-install-recommends prometheus prometheus-alertmanager\n',
    );
  });

  test('a flag or a value that it does not know is refused, 2', async () => {
    for (const args of [
      ['--service-prt', '1'],
      ['--service-port', '65536'],
      ['--rate', '0'],
      ['--rate', 'many'],
      ['x'],
    ]) {
      const { exitCode, stdout } = await start(args).ended;
      assert.is(exitCode, 2, args.join(' '));
      assert.is(stdout, '');
    }
  });

  test('a prometheus.yml without the addresses that are to be changed is refused', () => {
    const addresses = { servicePort: 1, alertmanagerPort: 2 };
    assert.is(withAddresses("'localhost:5000' localhost:9093", addresses), "'127.0.0.1:1' 127.0.0.1:2");
    assert.throws(() => withAddresses('localhost:9093', addresses), /want the target localhost:5000/);
    assert.throws(() => withAddresses('localhost:5000', addresses), /want the target localhost:9093/);
  });
});
