import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const FOLDER = fileURLToPath(new URL('../../observability/', import.meta.url));

export function readText(path: string): string {
  return readFileSync(join(FOLDER, path), 'utf8');
}

export function readYaml<T>(path: string): T {
  return parse(readText(path)) as T;
}

export type Rule = {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
};

/** All rules of rules/*.yml. */
export function allRules(): readonly Rule[] {
  return readdirSync(join(FOLDER, 'rules'))
    .filter((name) => name.endsWith('.yml'))
    .flatMap((name) => readYaml<{ groups: { rules: Rule[] }[] }>(`rules/${name}`).groups)
    .flatMap(({ rules }) => rules);
}

export type Panel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: unknown;
  readonly targets: readonly { readonly refId: string; readonly expr: string; readonly format?: string }[];
  readonly options: unknown;
  readonly fieldConfig: {
    readonly defaults: {
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null }[] };
      readonly custom?: unknown;
    };
  };
};

export type DashboardJson = {
  readonly uid: string;
  readonly refresh: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
};

export const DASHBOARD = 'grafana/dashboards/demo-service.json';

export function readDashboard(): DashboardJson {
  return JSON.parse(readText(DASHBOARD)) as DashboardJson;
}

/** Every query of the dashboard as Grafana would send it. */
export function dashboardQueries(): readonly { readonly name: string; readonly expr: string }[] {
  const { panels, annotations } = readDashboard();
  return [
    ...panels.flatMap(({ title, targets }) =>
      targets.map(({ refId, expr }) => ({ name: `${title}, ${refId}`, expr })),
    ),
    ...annotations.list.map(({ expr }) => ({ name: 'annotation', expr })),
  ].map(({ name, expr }) => ({
    name,
    expr: expr.replaceAll('$__rate_interval', '20s').replaceAll('$job', 'flask-app'),
  }));
}
