import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { part } from '../support/parts.ts';
import { askAt, eventually } from './demo.ts';

export type Sample = {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
};

/** A real Prometheus that scrapes one service four times a second. */
export type ScrapingPrometheus = {
  /** An instant query. Throws what Prometheus says when it refuses. */
  query(expression: string): Promise<readonly Sample[]>;
  stop(): Promise<void>;
};

/** @param flags further ones of its command line */
export async function startPrometheus(
  targetPort: number,
  flags: readonly string[] = [],
): Promise<ScrapingPrometheus> {
  const program = part('prometheus');
  const folder = mkdtempSync(join(tmpdir(), 'demo-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, configOf(targetPort));
  const child = spawn(
    program,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
      ...flags,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const gone = new Promise((resolve) => child.on('exit', resolve));
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await gone;
    rmSync(folder, { recursive: true });
  };
  const port = await eventually(() => {
    if (child.exitCode !== null) throw new Error(`prometheus ended:\n${log}`);
    const found = /msg="Listening on" address=127\.0\.0\.1:(\d+)/.exec(log)?.[1];
    return found !== undefined && log.includes('Server is ready') ? Number(found) : undefined;
  });
  return { query: (expression) => query(port, expression), stop };
}

function configOf(targetPort: number): string {
  return `scrape_configs:
  - job_name: demo
    scrape_interval: 250ms
    scrape_timeout: 250ms
    static_configs: [{ targets: ['127.0.0.1:${targetPort}'] }]
`;
}

async function query(port: number, expression: string): Promise<readonly Sample[]> {
  const reply = await askAt(port, `/api/v1/query?query=${encodeURIComponent(expression)}`);
  const answer = reply.json() as { status: string; error?: string; data: { result: readonly Sample[] } };
  if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`);
  return answer.data.result;
}
