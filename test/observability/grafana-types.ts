import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DashboardJson, Panel } from './folder.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SDK = join(ROOT, 'node_modules/@grafana/grafana-foundation-sdk/dist');
/** Modules of the SDK: what all panels share, and a module a panel type. */
const SHARED = ['dashboard', 'common', 'prometheus'];

/**
 * Holds a dashboard against the types that Grafana generates from its schema, options and fields of each panel type
 * included, where the SDK itself says `any`.
 * @param json as it is committed, not as the builders made it
 * @returns what the compiler says
 */
export async function typeErrors(json: string): Promise<readonly string[]> {
  const { panels } = JSON.parse(json) as DashboardJson;
  const kinds = [...new Set(panels.map(({ type }) => type))];
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-grafana-'));
  try {
    for (const module of [...SHARED, ...kinds]) put(folder, `${module}/index.d.ts`, plainTypes(module));
    put(folder, 'cog/index.d.ts', "export type { Dataquery } from '../prometheus';\n");
    put(folder, 'check.ts', check(json, panels, kinds));
    return await compile(join(folder, 'check.ts'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The module's types for JSON: a value of an enum is a plain string or number there. */
function plainTypes(module: string): string {
  return readFileSync(join(SDK, module, 'types.gen.d.ts'), 'utf8')
    .replaceAll(/^ +_implements.*$/gm, '')
    .replaceAll(/^export declare enum (\w+) \{([^}]*)\}/gm, (_, name: string, body: string) => {
      const members = [...body.matchAll(/(\w+) = ("[^"]*"|-?\d+)/g)].map(([, key, value]) => ({
        key,
        value,
      }));
      const union = members.map(({ value }) => value).join(' | ');
      const types = members.map(({ key, value }) => `type ${key} = ${value};`).join(' ');
      return `export type ${name} = ${union};\nexport declare namespace ${name} { ${types} }`;
    });
}

function check(json: string, panels: readonly Panel[], kinds: readonly string[]): string {
  const lines = [
    "import type { Dashboard } from './dashboard';",
    ...kinds.map((kind) => `import type * as ${kind} from './${kind}';`),
    `export const dashboard: Dashboard = ${json.trim()};`,
  ];
  for (const { id, type, options, fieldConfig } of panels) {
    lines.push(`export const options${id}: ${type}.Options = ${JSON.stringify(options)};`);
    if (fieldConfig.defaults.custom !== undefined && hasFields(type))
      lines.push(
        `export const fields${id}: ${type}.FieldConfig = ${JSON.stringify(fieldConfig.defaults.custom)};`,
      );
  }
  return `${lines.join('\n')}\n`;
}

function hasFields(module: string): boolean {
  return /^export (interface|type) FieldConfig\b/m.test(
    readFileSync(join(SDK, module, 'types.gen.d.ts'), 'utf8'),
  );
}

function put(folder: string, name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function compile(file: string): Promise<readonly string[]> {
  const strict = [
    '--strict',
    '--noEmit',
    '--skipLibCheck',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
  ];
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  return new Promise((resolve, reject) => {
    const args = [...('Deno' in globalThis ? ['run', '-A'] : []), tsc, ...strict, '--types', '', file];
    execFile(process.execPath, args, { cwd: dirname(file) }, (error, stdout, stderr) => {
      if (error !== null && stdout === '') reject(new Error(stderr || error.message));
      else resolve(stdout.split('\n').filter((line) => line !== ''));
    });
  });
}
