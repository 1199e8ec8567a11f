import { existsSync } from 'node:fs';
import type { Report } from '../../loadgen/report/report.ts';
import { eventually } from '../server/demo.ts';
import type { Box } from './box.ts';

/** The installed demo service, asked as an administrator of its machine would. */
export const TARGET = 'http://127.0.0.1:5000';

export async function property(box: Box, name: string, unit = 'flask-app'): Promise<string> {
  return (await box.must('systemctl', 'show', `--property=${name}`, '--value', unit)).trim();
}

/** The status of an answer; '000' when there was none. */
export async function statusOf(box: Box, path: string, target = TARGET): Promise<string> {
  const asked = ['--silent', '--max-time', '20', '--output', '/dev/null', '--write-out', '%{http_code}'];
  return (await box.run('curl', ...asked, `${target}${path}`)).stdout;
}

export async function writeSettings(box: Box, lines: readonly string[]): Promise<void> {
  await box.shell('printf "%s\\n" "$@" > /etc/default/flask-app', ...lines);
}

/** What the service itself has logged, newest last. */
export async function logged(box: Box): Promise<readonly Record<string, unknown>[]> {
  const text = await box.must('journalctl', '--unit=flask-app', '--output=cat', '--quiet');
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}

/** Resolves with the `count`th line that has this message. */
export function loggedAgain(box: Box, message: string, count: number): Promise<Record<string, unknown>> {
  return eventually(async () => (await logged(box)).filter((line) => line.msg === message)[count - 1]);
}

export async function countLogged(box: Box, message: string): Promise<number> {
  return (await logged(box)).filter((line) => line.msg === message).length;
}

/** Load on the service in the open model, from before `body` until after it. */
export async function underLoad(
  box: Box,
  options: readonly string[],
  body: () => Promise<void>,
): Promise<Report> {
  const flags = ['--duration', '10m', '--timeout', '60s', '--target', TARGET, '--json', '/tmp/load.json'];
  const command = ['node', '/opt/loadgen/loadgen', 'run', 'steady', ...flags, '--quiet', ...options];
  await box.must('systemd-run', '--quiet', '--unit=load', '--collect', '/usr/bin/env', ...command);
  try {
    await answered(box, 20);
    await body();
    await answered(box, 20);
  } finally {
    await box.must('systemctl', 'stop', 'load');
  }
  return JSON.parse(await box.must('cat', '/tmp/load.json'));
}

/** Resolves when the service has answered so many more requests, or so many since it was restarted. */
export async function answered(box: Box, count: number): Promise<void> {
  const before = await requestsTotal(box);
  await eventually(async () => {
    const total = await requestsTotal(box);
    return total >= before + count || (total < before && total >= count) || undefined;
  });
}

/** From /metrics, which does not count itself. */
async function requestsTotal(box: Box): Promise<number> {
  const text = await box.must('curl', '--silent', '--max-time', '20', `${TARGET}/metrics`);
  const values = [...text.matchAll(/^flask_requests_total\{.*\} (\d+)$/gm)].map((match) => Number(match[1]));
  return values.reduce((sum, value) => sum + value, 0);
}

/** All that was ever written in the box but is there no more, or was there on the machine before, is not listed. */
export async function writtenPaths(box: Box): Promise<string[]> {
  const text = await box.shell(
    'find /run/written /tmp/systemd-private-* -printf "%y %p\\n" 2>/dev/null || true',
  );
  return (
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ isFolder: line.startsWith('d '), path: line.slice(2).replace('/run/written', '') }))
      // A folder that something was written to.
      .filter(({ isFolder, path }) => !isFolder || !existsSync(path))
      .map(({ path }) => path)
  );
}

export async function openConnections(box: Box): Promise<number> {
  const text = await box.must('ss', '--no-header', '--tcp', 'state', 'established', 'sport', '=', ':5000');
  return text.split('\n').filter((line) => line !== '').length;
}

export async function openPorts(box: Box): Promise<string> {
  return box.must('ss', '--no-header', '--tcp', '--listening');
}
