import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { JOB, SOURCE } from './names.ts';
import {
  errorRate,
  errorsByEndpoint,
  errorsByType,
  heatmap,
  perMinute,
  quantiles,
  requestRate,
  requestTable,
  serviceTable,
  up,
} from './panels.ts';

/**
 * The dashboard of the demo service. Its queries need nothing but the service's own metrics, so it can be imported into
 * any Grafana: the data source and the job are chosen at its top.
 */
export function demoDashboard(): Dashboard {
  const builder = new DashboardBuilder('Demo service')
    .uid('loadgen-demo-service')
    .description(
      'What loadgen sends and what the demo service makes of it: rate, errors, latency, and all of it as a table.',
    )
    .tags(['loadgen', 'prometheus'])
    .editable()
    .timezone('browser')
    .time({ from: 'now-15m', to: 'now' })
    .refresh('5s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(jobVariable())
    .annotation(alertsFiring());
  // Left to right and top to bottom, 24 columns a line.
  const lines = [
    [up().span(4), errorRate().span(6), serviceTable().span(14)].map((panel) => panel.height(6)),
    [requestRate().span(12), perMinute().span(12)].map((panel) => panel.height(8)),
    [errorsByType().span(12), errorsByEndpoint().span(12)].map((panel) => panel.height(8)),
    [quantiles().span(12), heatmap().span(12)].map((panel) => panel.height(9)),
    [requestTable().span(24).height(10)],
  ];
  for (const [index, panel] of lines.flat().entries())
    builder.withPanel(panel.id(index + 1).datasource(SOURCE));
  return builder.build();
}

function jobVariable(): QueryVariableBuilder {
  return new QueryVariableBuilder('job')
    .label('Job')
    .datasource(SOURCE)
    .query('label_values(flask_uptime_seconds, job)')
    .current({ text: JOB, value: JOB })
    .refresh(VariableRefresh.OnDashboardLoad)
    .sort(VariableSort.AlphabeticalAsc);
}

/** Marks on every graph while an alert fires, where the rules are loaded. */
function alertsFiring(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(SOURCE)
    .enable(true)
    .iconColor('red')
    .expr('ALERTS{alertstate="firing", job="$job"}')
    .step('5s')
    .titleFormat('{{alertname}}')
    .textFormat('{{severity}}');
}
