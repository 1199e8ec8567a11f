import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SOURCE_FOLDER, writeConfig } from './config.ts';
import { type Part, type PartPlan, startPart } from './part.ts';
import { refuseBusyPorts } from './ports.ts';
import { findProgram, findPrograms, type Programs } from './programs.ts';
import { StackError } from './stack-error.ts';

export type StackSettings = {
  /** 0: any free one. */
  readonly servicePort: number;
  readonly prometheusPort: number;
  readonly alertmanagerPort: number;
  /** Requests a second in the mean; null: no traffic. */
  readonly rate: number | null;
};

/** The process as the stack sees it; main.ts fills it in. */
export type StackIo = {
  print(text: string): void;
  complain(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execPath: string;
  readonly isDeno: boolean;
  readonly isLinux: boolean;
  kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void;
  onStop(listener: () => void): void;
};

const EXIT_STOPPED = 0;
const EXIT_PART_DIED = 1;
const EXIT_CUT = 130;
/** A service drains for 10 s at most. */
const STOP_LIMIT_MS = 15_000;
/** npm passes a Ctrl-C on to us, who had it from the terminal already: within this time two are one. */
const ONE_KEY_MS = 250;

/**
 * Starts all parts, says where they are, and stays until it is stopped or one of them ends.
 * @returns the exit code
 * @throws {StackError} when it cannot start
 */
export async function runStack(settings: StackSettings, io: StackIo): Promise<number> {
  const programs = findPrograms(io.env.PATH);
  await refuseBusyPorts(portsOf(settings));
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-stack-'));
  const parts: Part[] = [];
  const stops = countStops(io);
  let ending = false;
  const start: Start = (plan) => {
    if (ending) throw new StackError('Stopped while it was starting');
    const part = startPart({ ...plan, leash: leashFor(io) }, io.kill);
    parts.push(part);
    return part;
  };
  try {
    const up = startAll(settings, programs, folder, io, start).then((urls) => {
      if (!ending) io.print(block(urls, settings));
    });
    // Once we end, it fails because its parts do.
    up.catch(() => {});
    const died = () => Promise.race(parts.map(({ ended }) => ended));
    const before = await Promise.race([up, stops.first]);
    const why = before === 'stopped' ? before : await Promise.race([stops.first, died()]);
    ending = true;
    if (why === 'stopped') io.print('\nEnding all of it. Ctrl-C again: at once.\n');
    else io.complain(`${why}\nEnding the rest.\n`);
    const how = await endAll(parts, stops.second);
    return how === 'cut' ? EXIT_CUT : why === 'stopped' ? EXIT_STOPPED : EXIT_PART_DIED;
  } finally {
    for (const part of parts) part.kill();
    await Promise.all(parts.map(({ ended }) => ended));
    rmSync(folder, { recursive: true, force: true });
  }
}

function portsOf({ servicePort, prometheusPort, alertmanagerPort }: StackSettings) {
  const stopOf = (unit: string) => `\`sudo systemctl stop ${unit}\` where it is Debian's own`;
  return [
    { flag: '--service-port', of: 'the demo service', port: servicePort },
    { flag: '--prometheus-port', of: 'Prometheus', port: prometheusPort, hint: stopOf('prometheus') },
    {
      flag: '--alertmanager-port',
      of: 'Alertmanager',
      port: alertmanagerPort,
      hint: stopOf('prometheus-alertmanager'),
    },
  ];
}

type Start = (plan: Omit<PartPlan, 'leash'>) => Part;

type Urls = { readonly service: string; readonly prometheus: string; readonly alertmanager: string };

/** Each is started when the addresses that it needs are known. */
async function startAll(
  settings: StackSettings,
  programs: Programs,
  folder: string,
  io: StackIo,
  start: Start,
): Promise<Urls> {
  const { env } = io;
  const listen = (port: number) => `--web.listen-address=127.0.0.1:${port}`;
  const service = start({
    name: 'The demo service',
    ...ownProgram(io, 'server', []),
    env: serviceEnv(settings, io),
  });
  const alertmanager = start({
    name: 'Alertmanager',
    program: programs.alertmanager,
    args: [
      `--config.file=${join(SOURCE_FOLDER, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      // It is alone.
      '--cluster.listen-address=',
      listen(settings.alertmanagerPort),
    ],
    env,
  });
  const servicePort = portIn(await service.said(/"port":(\d+).*"msg":"listening"/));
  const alertmanagerPort = portIn(await alertmanager.said(LISTENING));
  const prometheus = start({
    name: 'Prometheus',
    program: programs.prometheus,
    args: [
      `--config.file=${writeConfig(folder, { servicePort, alertmanagerPort })}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      listen(settings.prometheusPort),
    ],
    env,
  });
  const prometheusPort = portIn(await prometheus.said(LISTENING));
  await prometheus.said(/Server is ready to receive web requests/);
  const url = `http://127.0.0.1:${servicePort}`;
  if (settings.rate !== null)
    start({
      name: 'The traffic',
      ...ownProgram(io, 'loadgen', [
        ...['run', 'background', '--target', url, '--rate', `${settings.rate}`, '--period', WAVE],
        ...['--workers', '1', '--no-reconcile', '--quiet'],
      ]),
      env,
    });
  return {
    service: url,
    prometheus: `http://127.0.0.1:${prometheusPort}`,
    alertmanager: `http://127.0.0.1:${alertmanagerPort}`,
  };
}

/** Short enough to be seen as a wave in a window of 15 minutes. */
const WAVE = '5m';
const LISTENING = /Listening on"? address="?127\.0\.0\.1:(\d+)/;

function serviceEnv({ servicePort }: StackSettings, { env }: StackIo) {
  // The rules know the usual names only; a file of settings would go before the port.
  const ours = {
    ENV_FILE: '',
    METRICS_PREFIX: '',
    HOST: '127.0.0.1',
    PORT: `${servicePort}`,
    EXIT_WITH_STDIN: '1',
  };
  return { ...env, ...ours };
}

/** One half of this project, on the runtime that we run on ourselves. */
function ownProgram({ execPath, isDeno }: StackIo, half: 'server' | 'loadgen', args: readonly string[]) {
  const file = fileURLToPath(new URL(`../../${half}/${isDeno ? 'main.ts' : 'index.js'}`, import.meta.url));
  return { program: execPath, args: [...(isDeno ? ['run', '-A'] : []), file, ...args] };
}

/** With setpriv (util-linux) the kernel ends a part when we are gone, however we went. */
function leashFor({ isLinux, env }: StackIo): readonly string[] {
  const setpriv = isLinux ? findProgram(env.PATH, ['setpriv']) : null;
  return setpriv === null ? [] : [setpriv, '--pdeathsig', 'TERM', '--'];
}

function portIn(match: RegExpExecArray): number {
  return Number(match[1]);
}

type Stops = { readonly first: Promise<'stopped'>; readonly second: Promise<'stopped'> };

function countStops(io: StackIo): Stops {
  const tell: (() => void)[] = [];
  const heard = () => new Promise<'stopped'>((resolve) => tell.push(() => resolve('stopped')));
  const stops = { first: heard(), second: heard() };
  let firstAtMs: number | null = null;
  io.onStop(() => {
    firstAtMs ??= performance.now();
    tell[performance.now() - firstAtMs < ONE_KEY_MS ? 0 : 1]?.();
  });
  return stops;
}

async function endAll(parts: readonly Part[], second: Promise<'stopped'>): Promise<'ended' | 'cut'> {
  for (const part of parts) part.stop();
  const limit = new AbortController();
  const ended = Promise.all(parts.map((part) => part.ended)).then(() => 'ended' as const);
  const late = pause(STOP_LIMIT_MS, 'ended' as const, { signal: limit.signal }).catch(() => 'ended' as const);
  const how = await Promise.race([ended, late, second.then(() => 'cut' as const)]);
  limit.abort();
  return how;
}

function block(urls: Urls, { rate }: StackSettings): string {
  const traffic = rate === null ? 'none' : `${rate} requests a second in the mean, in waves of ${WAVE}`;
  return `
  Demo service   ${urls.service}   its metrics: ${urls.service}/metrics
  Prometheus     ${urls.prometheus}   targets: ${urls.prometheus}/targets   alerts: ${urls.prometheus}/alerts
  Alertmanager   ${urls.alertmanager}
  Traffic        ${traffic}

  An alert:      node loadgen run errors --target ${urls.service} --no-reconcile
  Grafana:       not part of this; docs/prometheus-and-grafana.md, section 5

Ctrl-C ends all of it.
`;
}
