import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as gauge from '@grafana/grafana-foundation-sdk/gauge';
import * as heat from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { SOURCE } from './names.ts';

/** Above it an error rate is an alert: FlaskErrorRateHigh in rules/alerts.yml has the same. */
const ERROR_RATE_LIMIT_PERCENT = 20;
/** Above it the 95th percentile is an alert: FlaskLatencyP95High. */
const P95_LIMIT_SECONDS = 1;

export function up(): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .title('Service up')
    .description('Whether the last scrape got an answer.')
    .withTarget(now('A', 'up{job="$job"}', '{{instance}}'))
    .mappings([
      {
        type: MappingType.ValueToText,
        options: { '0': { text: 'DOWN', color: 'red' }, '1': { text: 'UP', color: 'green' } },
      },
    ])
    .colorMode(common.BigValueColorMode.Background)
    .graphMode(common.BigValueGraphMode.None)
    .reduceOptions(last())
    .thresholds(steps([null, 'red'], [1, 'green']));
}

export function errorRate(): gauge.PanelBuilder {
  return new gauge.PanelBuilder()
    .title('Error rate since the start')
    .description('Of all requests since the service was started; above 20 % it is an alert.')
    .withTarget(now('A', 'flask_error_rate{job="$job"}', '{{instance}}'))
    .unit('percent')
    .decimals(1)
    .min(0)
    .max(100)
    .reduceOptions(last())
    .showThresholdLabels(true)
    .showThresholdMarkers(true)
    .thresholds(steps([null, 'green'], [ERROR_RATE_LIMIT_PERCENT, 'red']));
}

export function requestRate(): timeseries.PanelBuilder {
  return lines()
    .title('Request rate')
    .withTarget(range('A', 'sum(rate(flask_requests_total{job="$job"}[$__rate_interval]))', 'all'))
    .withTarget(
      range(
        'B',
        'sum by (endpoint) (rate(flask_requests_total{job="$job"}[$__rate_interval])) > 0',
        '{{endpoint}}',
      ),
    )
    .unit('reqps');
}

export function perMinute(): timeseries.PanelBuilder {
  return lines()
    .title('Requests and errors a minute')
    .withTarget(range('A', 'sum(increase(flask_requests_total{job="$job"}[1m]))', 'requests'))
    .withTarget(range('B', 'sum(increase(flask_errors_total{job="$job"}[1m]))', 'errors'))
    .unit('short')
    .decimals(0)
    .overrideByName('errors', [{ id: 'color', value: { mode: 'fixed', fixedColor: 'red' } }]);
}

export function errorsByType(): bargauge.PanelBuilder {
  return (
    new bargauge.PanelBuilder()
      .title('Errors by type')
      .description('Counted since the service was started.')
      .withTarget(now('A', 'sum by (error_type) (flask_errors_total{job="$job"})', '{{error_type}}'))
      .unit('short')
      .decimals(0)
      .min(0)
      .orientation(common.VizOrientation.Horizontal)
      .displayMode(common.BarGaugeDisplayMode.Gradient)
      // A bar for each row of the table, not one for the last of them.
      .reduceOptions(new common.ReduceDataOptionsBuilder().values(true).calcs([]).fields('/^Value$/'))
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
      .thresholds(steps([null, 'blue']))
  );
}

export function errorsByEndpoint(): timeseries.PanelBuilder {
  return lines()
    .title('Server errors by endpoint')
    .description('Answers with a 5xx status; an endpoint that nobody asked is left out.')
    .withTarget(
      range(
        'A',
        'sum by (endpoint) (rate(flask_requests_total{job="$job", status=~"5.."}[$__rate_interval]))' +
          ' / (sum by (endpoint) (rate(flask_requests_total{job="$job"}[$__rate_interval])) > 0) * 100',
        '{{endpoint}}',
      ),
    )
    .unit('percent')
    .min(0)
    .max(100)
    .thresholds(steps([null, 'transparent'], [ERROR_RATE_LIMIT_PERCENT, 'red']))
    .thresholdsStyle(dashedLine());
}

export function quantiles(): timeseries.PanelBuilder {
  const panel = lines()
    .title('Latency: p50, p95, p99')
    .description('Guessed out of histogram buckets; docs/accuracy.md says how well.')
    .unit('s')
    .thresholds(steps([null, 'transparent'], [P95_LIMIT_SECONDS, 'red']))
    .thresholdsStyle(dashedLine());
  for (const [refId, quantile] of [
    ['A', 0.5],
    ['B', 0.95],
    ['C', 0.99],
  ] as const)
    panel.withTarget(
      range(
        refId,
        `histogram_quantile(${quantile}, sum by (le) (rate(flask_request_duration_seconds_bucket{job="$job"}[$__rate_interval])))`,
        `p${quantile * 100}`,
      ),
    );
  return panel;
}

export function heatmap(): heat.PanelBuilder {
  return new heat.PanelBuilder()
    .title('Latency')
    .description('How many requests fell into each bucket of the histogram.')
    .withTarget(
      range(
        'A',
        'sum by (le) (increase(flask_request_duration_seconds_bucket{job="$job"}[$__rate_interval]))',
        '{{le}}',
      ).format(PromQueryFormat.Heatmap),
    )
    .calculate(false)
    .cellGap(1)
    .filterValues(new heat.FilterValueRangeBuilder().le(1e-9))
    .yAxis(new heat.YAxisConfigBuilder().unit('s').axisPlacement(common.AxisPlacement.Left))
    .color(
      new heat.HeatmapColorOptionsBuilder()
        .mode(heat.HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .fill('dark-orange')
        .exponent(0.5)
        .steps(64)
        .reverse(false),
    )
    .showLegend()
    .tooltip(new heat.HeatmapTooltipBuilder().mode(common.TooltipDisplayMode.Single).yHistogram(true));
}

export function serviceTable(): table.PanelBuilder {
  return (
    new table.PanelBuilder()
      .title('Statistics')
      .description('Since the service was started.')
      // Rows are merged by their labels, the metric's name among them: all four have the instance and nothing else.
      .withTarget(rows('A', 'max by (instance) (flask_uptime_seconds{job="$job"})'))
      .withTarget(rows('B', 'sum by (instance) (flask_requests_total{job="$job"})'))
      .withTarget(rows('C', 'sum by (instance) (flask_errors_total{job="$job"})'))
      .withTarget(rows('D', 'max by (instance) (flask_error_rate{job="$job"})'))
      .withTransformation({ id: 'merge', options: {} })
      .withTransformation(
        columns(
          {
            instance: 'Instance',
            'Value #A': 'Uptime',
            'Value #B': 'Total requests',
            'Value #C': 'Errors',
            'Value #D': 'Error rate',
          },
          ['Time'],
        ),
      )
      .overrideByName('Uptime', [{ id: 'unit', value: 's' }])
      .overrideByName('Error rate', [
        { id: 'unit', value: 'percent' },
        { id: 'decimals', value: 1 },
        { id: 'custom.cellOptions', value: { type: 'color-text' } },
      ])
      .thresholds(steps([null, 'green'], [ERROR_RATE_LIMIT_PERCENT, 'red']))
  );
}

export function requestTable(): table.PanelBuilder {
  const by = 'sum by (endpoint, method, status)';
  return new table.PanelBuilder()
    .title('Requests by endpoint, method and status')
    .description('Counted since the service was started; what never came is left out.')
    .withTarget(rows('A', `${by} (flask_requests_total{job="$job"}) > 0`))
    .withTarget(
      rows(
        'B',
        `${by} (rate(flask_requests_total{job="$job"}[$__rate_interval])) and ${by} (flask_requests_total{job="$job"}) > 0`,
      ),
    )
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation(
      columns(
        {
          endpoint: 'Endpoint',
          method: 'Method',
          status: 'Status',
          'Value #A': 'Requests',
          'Value #B': 'Requests a second',
        },
        ['Time'],
      ),
    )
    .filterable(true)
    .sortBy([new common.TableSortByFieldStateBuilder().displayName('Requests').desc(true)])
    .overrideByName('Requests a second', [
      { id: 'unit', value: 'reqps' },
      { id: 'decimals', value: 2 },
    ]);
}

function range(refId: string, expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).datasource(SOURCE).expr(expr).legendFormat(legend).range();
}

/** The value of this moment: what is gone is not shown as it was last seen. */
function now(refId: string, expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId).datasource(SOURCE).expr(expr).legendFormat(legend).instant();
}

function rows(refId: string, expr: string): DataqueryBuilder {
  return new DataqueryBuilder()
    .refId(refId)
    .datasource(SOURCE)
    .expr(expr)
    .format(PromQueryFormat.Table)
    .instant();
}

function lines(): timeseries.PanelBuilder {
  return new timeseries.PanelBuilder()
    .drawStyle(common.GraphDrawStyle.Line)
    .lineInterpolation(common.LineInterpolation.Linear)
    .lineWidth(2)
    .fillOpacity(8)
    .showPoints(common.VisibilityMode.Never)
    .min(0)
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    );
}

function last(): common.ReduceDataOptionsBuilder {
  return new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']);
}

/** The first step reaches down to minus infinity, which Grafana writes as null. */
function steps(
  ...given: readonly (readonly [value: number | null, color: string])[]
): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(given.map(([value, color]) => ({ value, color })));
}

function dashedLine(): common.GraphThresholdsStyleConfigBuilder {
  return new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed);
}

function columns(names: Readonly<Record<string, string>>, hidden: readonly string[]) {
  return {
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(hidden.map((name) => [name, true])),
      indexByName: Object.fromEntries(Object.keys(names).map((name, index) => [name, index])),
      renameByName: names,
    },
  };
}
