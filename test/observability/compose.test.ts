import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { FOLDER, readYaml } from './folder.ts';

type Service = {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly network_mode?: string;
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
};

suite('compose.yaml', (test) => {
  const { services } = readYaml<{ services: Readonly<Record<string, Service>> }>('compose.yaml');
  const all = Object.entries(services);
  const mountsOf = ({ volumes = [] }: Service) =>
    volumes.map((volume) => {
      const [from = '', to = '', mode] = volume.split(':');
      return { from: resolve(FOLDER, from), to, mode };
    });

  test('it starts the service, traffic, Prometheus, Alertmanager and Grafana, each of a fixed version', () => {
    assert.equal(
      all.map(([name]) => name),
      ['flask-app', 'traffic', 'prometheus', 'alertmanager', 'grafana'],
    );
    for (const [name, { image }] of all) assert.match(image, /^[\w/-]+:v?\d[\w.-]*$/, name);
  });

  test('everything that is mounted is here, and is only read', () => {
    for (const [name, service] of all) {
      assert.is.not(mountsOf(service).length, 0, name);
      for (const { from, mode } of mountsOf(service)) {
        assert.ok(existsSync(from), `${name}: ${from}`);
        assert.is(mode, 'ro', name);
      }
    }
  });

  test('no port is published twice, and none beyond this machine', () => {
    const ports = all.flatMap(([, { ports = [] }]) => ports);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:(\d+):\1$/);
    assert.is(new Set(ports).size, ports.length);
    assert.equal(ports.map((port) => port.split(':')[1]).sort(), ['3000', '5000', '9090', '9093']);
  });

  test('the others share the network of the service and come after it', () => {
    for (const [name, { network_mode, depends_on = [], ports }] of all) {
      if (name === 'flask-app') continue;
      assert.is(network_mode, 'service:flask-app', name);
      assert.is(ports, undefined, name);
      assert.ok(
        (Array.isArray(depends_on) ? depends_on : Object.keys(depends_on)).includes('flask-app'),
        name,
      );
    }
  });

  test('what the programs are told to read is mounted where they look', () => {
    const targets = (name: string) => mountsOf(services[name]!).map(({ to }) => to);
    assert.equal(targets('prometheus'), ['/etc/prometheus/prometheus.yml', '/etc/prometheus/rules']);
    assert.equal(targets('alertmanager'), ['/etc/alertmanager/alertmanager.yml']);
    const { providers } = readYaml<{ providers: { options: { path: string } }[] }>(
      'grafana/provisioning/dashboards/dashboards.yml',
    );
    for (const { options } of providers) assert.ok(targets('grafana').includes(options.path));
    assert.ok(targets('grafana').includes('/etc/grafana/provisioning'));
    const home = services.grafana?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? '';
    const mount = mountsOf(services.grafana!).find(({ to }) => home.startsWith(`${to}/`));
    assert.ok(mount && existsSync(home.replace(mount.to, mount.from)), home);
  });

  test('the data sources are those that prometheus.yml and alertmanager.yml speak of', () => {
    const { datasources } = readYaml<{
      datasources: { type: string; url: string; jsonData: { timeInterval?: string } }[];
    }>('grafana/provisioning/datasources/prometheus.yml');
    assert.equal(
      datasources.map(({ type, url }) => `${type} ${url}`),
      ['prometheus http://localhost:9090', 'alertmanager http://localhost:9093'],
    );
    const { scrape_configs } = readYaml<{ scrape_configs: { scrape_interval: string }[] }>('prometheus.yml');
    assert.is(datasources[0]?.jsonData.timeInterval, scrape_configs[0]?.scrape_interval);
  });
});
