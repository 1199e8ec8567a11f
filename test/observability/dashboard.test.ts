import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import * as assert from 'uvu/assert';
import { dashboardFiles } from '../../observability/grafana/dashboard-files.ts';
import { suite } from '../support/suite.ts';
import { allRules, DASHBOARD, dashboardQueries, type Panel, readDashboard, readText } from './folder.ts';
import { typeErrors } from './grafana-types.ts';

const GRID_COLUMNS = 24;

suite('dashboard', (test) => {
  const dashboard = readDashboard();
  const { panels } = dashboard;
  const panelOf = (title: string): Panel => {
    const found = panels.find((panel) => panel.title === title);
    assert.ok(found, title);
    return found;
  };

  test('what is committed is what the builders make: `npm run dashboards` after a change', () => {
    for (const { path, text } of dashboardFiles()) assert.is(readFileSync(path, 'utf8'), text, path);
  });

  test("every field is of Grafana's schema", async () => {
    assert.equal(await typeErrors(readText(DASHBOARD)), []);
  });

  test('a field that Grafana does not know, a wrong value and a missing one are found', async () => {
    for (const [good, bad] of [
      ['"graphTooltip": 1', '"graphTooltip": 7'],
      ['"refresh": "5s"', '"refreshEvery": "5s"'],
      ['"drawStyle": "line"', '"drawStyle": "lines"'],
      ['"format": "heatmap"', '"format": "heat"'],
      ['"showThresholdMarkers": true', '"showThresholdMarks": true'],
    ] as const) {
      const text = readText(DASHBOARD);
      assert.match(text, good);
      assert.is.not((await typeErrors(text.replace(good, bad))).length, 0, bad);
    }
  });

  test('panels have ids of their own, lie in 24 columns and over no other', () => {
    assert.is(new Set(panels.map(({ id }) => id)).size, panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      const { x, y, w, h } = gridPos;
      assert.ok(x >= 0 && w > 0 && x + w <= GRID_COLUMNS && h > 0, title);
      for (let column = x; column < x + w; column += 1)
        for (let row = y; row < y + h; row += 1) {
          assert.is(taken.get(`${column} ${row}`), undefined, `${title} lies over another panel`);
          taken.set(`${column} ${row}`, title);
        }
    }
    const height = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    assert.is(taken.size, height * GRID_COLUMNS, 'no hole');
  });

  test('every panel asks the data source that is chosen above', () => {
    const source = { type: 'prometheus', uid: '$datasource' };
    for (const panel of panels) {
      assert.equal(panel.datasource, source);
      assert.is.not(panel.targets.length, 0);
      assert.is(new Set(panel.targets.map(({ refId }) => refId)).size, panel.targets.length);
      for (const target of panel.targets)
        assert.equal((target as { datasource?: unknown }).datasource, source);
    }
    const variables = dashboard.templating.list.map(({ name, type }) => `${name}: ${type}`);
    assert.equal(variables, ['datasource: datasource', 'job: query']);
  });

  test('thresholds begin at minus infinity and climb', () => {
    for (const { title, fieldConfig } of panels) {
      const steps = fieldConfig.defaults.thresholds?.steps ?? [];
      if (steps.length === 0) continue;
      assert.is(steps[0]!.value, null, title);
      for (const [index, { value }] of steps.entries())
        if (index > 1) assert.ok(value! > steps[index - 1]!.value!, title);
    }
  });

  test('what was taught is there: lines, bars, a gauge that turns red at 20 %, a table, every 5 s', () => {
    assert.is(dashboard.refresh, '5s');
    assert.is(panelOf('Request rate').type, 'timeseries');
    assert.is(panelOf('Errors by type').type, 'bargauge');
    const gauge = panelOf('Error rate since the start');
    assert.is(gauge.type, 'gauge');
    assert.is(gauge.fieldConfig.defaults.thresholds?.steps.at(-1)?.value, 20);
    assert.is(panelOf('Statistics').type, 'table');
    assert.is(panelOf('Requests by endpoint, method and status').type, 'table');
    assert.is(panelOf('Latency').type, 'heatmap');
    for (const title of ['Service up', 'Requests and errors a minute', 'Server errors by endpoint'])
      panelOf(title);
  });

  test('tables ask for rows, the heatmap for buckets', () => {
    for (const { type, targets } of panels)
      for (const { format } of targets) {
        if (type === 'table') assert.is(format, 'table');
        if (type === 'heatmap') assert.is(format, 'heatmap');
      }
  });

  test('every query of the dashboard and of the rules is PromQL', () => {
    const queries = [...dashboardQueries().map(({ expr }) => expr), ...allRules().map(({ expr }) => expr)];
    assert.ok(queries.length > 25);
    for (const query of queries) assert.is(mistakeIn(query), null, query);
    assert.is.not(mistakeIn('sum(rate(flask_requests_total[5m])'), null);
    assert.is.not(mistakeIn('sum by (a flask_error_rate'), null);
  });
});

/** Where the parser stumbles; null where it does not. */
function mistakeIn(query: string): number | null {
  let mistake: number | null = null;
  parser.parse(query).iterate({
    enter: ({ type, from }) => {
      if (type.isError) mistake ??= from;
    },
  });
  return mistake;
}
