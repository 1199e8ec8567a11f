import { type Line, paint, span } from '../report/lines.ts';
import { PANELS, type Panel } from './panels.ts';

/** How Prometheus and Grafana come to see a target, to be followed from top to bottom. */
export function instructions(target: string, prefix: string, colour: boolean): string {
  const lines: Line[] = [
    heading('Prometheus'),
    plain('1. Put this into prometheus.yml, or only the job into the scrape_configs that are there:'),
    [],
    ...scrapeConfig(target)
      .trimEnd()
      .split('\n')
      .map((line) => [span(line, 'cyan')]),
    [],
    plain('2. Have it read again: systemctl reload prometheus, or kill -HUP its process.'),
    plain('3. http://localhost:9090/targets must show flask-app as UP. In a container Prometheus does'),
    plain('   not see 127.0.0.1: use host.docker.internal there, and start the service with HOST=0.0.0.0.'),
    [],
    heading('Grafana'),
    plain('1. Connections > Data sources > Add > Prometheus. URL http://localhost:9090, scrape interval 5s,'),
    plain('   then "Save & test".'),
    plain(
      '2. Dashboards > New > Add visualization, once for each panel below: paste the query in code mode.',
    ),
    plain('3. Time range "Last 15 minutes", refresh every 5s.'),
    [],
    heading('Panels'),
    ...Object.values(PANELS).flatMap((panel: Panel) => [
      [span(panel.title, 'yellow'), span(`  ${panel.drawn}, ${panel.unit}`, 'dim')],
      [span(`  ${panel.query(prefix)}`, 'cyan')],
    ]),
    [],
    plain('A rate over [5m] is right only when it has seen five minutes; until then it reads low.'),
  ];
  // Never cut: it is there to be copied.
  return `${paint(lines, { colour, columns: Number.POSITIVE_INFINITY })}\n`;
}

/** A prometheus.yml that scrapes the target every 5 s. */
export function scrapeConfig(target: string): string {
  const { protocol, host, pathname } = new URL(target);
  const path = pathname.replace(/\/+$/, '');
  return [
    'scrape_configs:',
    '  - job_name: flask-app',
    '    scrape_interval: 5s',
    ...(protocol === 'https:' ? ['    scheme: https'] : []),
    ...(path === '' ? [] : [`    metrics_path: ${path}/metrics`]),
    '    static_configs:',
    `      - targets: ['${host}']`,
    '',
  ].join('\n');
}

function heading(text: string): Line {
  return [span(text, 'bold')];
}

function plain(text: string): Line {
  return [span(text)];
}
