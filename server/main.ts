import { type Config, type ParsedConfig, parseConfig } from './config.ts';
import { readEnvFile } from './env-file.ts';
import { createLog, type Log } from './log.ts';
import { type Service, startService } from './service.ts';
import type { Drain } from './shutdown.ts';

const EXIT_DRAIN_CUT = 1;
const EXIT_CANNOT_LISTEN = 1;
const EXIT_BAD_CONFIG = 104;

/** Reads the environment, listens, and serves until a signal ends it. */
export async function main(): Promise<void> {
  const parsed = readConfig();
  if (parsed.kind === 'problems') {
    process.stderr.write(`${parsed.problems.join('\n')}\n`);
    process.exitCode = EXIT_BAD_CONFIG;
    return;
  }
  const { config } = parsed;
  const log = createLog();
  const service = await startService(config, randomSeed(), log).catch((error: NodeJS.ErrnoException) => {
    process.stderr.write(`${cannotListen(config, error)}\n`);
    process.exitCode = badAddress(error) ? EXIT_BAD_CONFIG : EXIT_CANNOT_LISTEN;
  });
  if (service === undefined) return;
  const stop = stopper(service, config.drainMs, log);
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGHUP', () => reload(service, log));
  if (config.exitWithStdin) stopWithStdin(stop);
  log.info({ port: service.port, url: service.url, seed: service.seed, pid: process.pid }, 'listening');
}

/** The environment, with the values of `ENV_FILE` before its own. */
function readConfig(): ParsedConfig {
  const path = process.env.ENV_FILE;
  if (path === undefined || path === '') return parseConfig(process.env, process.pid);
  const file = readEnvFile(path);
  if (file.kind === 'problems') return file;
  return parseConfig({ ...process.env, ...file.values }, process.pid);
}

/** Faults take their new settings from the next request on; everything else needs a restart. */
function reload(service: Service, log: Log): void {
  const parsed = readConfig();
  if (parsed.kind === 'problems') {
    log.error({ problems: parsed.problems }, 'reload refused, the old settings stay');
    return;
  }
  service.changeFaults(parsed.config.faults);
  log.info({ envFile: parsed.config.envFile, faults: parsed.config.faults }, 'reloaded');
}

/** The first call drains, the second breaks off what is still in flight. */
function stopper(service: Service, limitMs: number, log: Log): (reason: string) => void {
  let drain: Drain | undefined;
  return (reason) => {
    if (drain !== undefined) {
      log.warn({ reason, inFlight: service.inFlight() }, 'stopping at once');
      drain.cut();
      return;
    }
    drain = service.drain(limitMs);
    log.info({ reason, inFlight: service.inFlight(), limitMs }, 'draining');
    drain.done.then((outcome) => {
      log.info({ outcome }, 'stopped');
      process.exit(outcome === 'drained' ? 0 : EXIT_DRAIN_CUT);
    });
  };
}

/** A parent that dies takes its end of the pipe with it, however it dies. */
function stopWithStdin(stop: (reason: string) => void): void {
  let ended = false;
  const end = () => {
    if (!ended) stop('stdin ended');
    ended = true;
  };
  process.stdin.on('end', end).on('close', end).on('error', end).resume();
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

function badAddress(error: NodeJS.ErrnoException): boolean {
  return ['ENOTFOUND', 'EADDRNOTAVAIL', 'EACCES', 'EAI_AGAIN', 'EINVAL', 'EBADF', 'ENOTSOCK'].includes(
    error.code ?? '',
  );
}

function cannotListen(config: Config, error: NodeJS.ErrnoException): string {
  const where =
    config.listenFd === null
      ? `HOST=${config.host} PORT=${config.port}`
      : `LISTEN_FDS=1 (descriptor ${config.listenFd})`;
  return `Cannot listen on ${where}: want a free address of this machine (${error.code ?? error.message})`;
}

if (import.meta.main) await main();
