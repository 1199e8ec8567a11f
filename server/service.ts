import type { AddressInfo } from 'node:net';
import { createApp } from './app.ts';
import { type Config, MAX_WAIT_MS } from './config.ts';
import { createFaults, type FaultSettings } from './faults.ts';
import { createHttpServer } from './http-server.ts';
import { labelSets } from './label-sets.ts';
import { createLifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';
import { limitLog } from './log-limit.ts';
import { createMetrics, ERROR_TYPES } from './metrics.ts';
import type { Finished, Observer } from './middleware/measure-requests.ts';
import { createPages } from './pages.ts';
import { trackedRoutes } from './routes/routes.ts';
import { createShapes } from './shapes.ts';
import { type Drain, drain } from './shutdown.ts';
import { createTruth } from './truth.ts';

/** The running service. */
export type Service = {
  readonly port: number;
  readonly url: string;
  readonly seed: number;
  inFlight(): number;
  changeFaults(settings: FaultSettings): void;
  drain(limitMs: number): Drain;
};

/**
 * Builds the service and listens.
 *
 * @param randomSeed taken when the configuration names none
 * @throws the system's error when it cannot listen
 */
export async function startService(config: Config, randomSeed: number, log: Log): Promise<Service> {
  const seed = config.seed ?? randomSeed;
  const faults = createFaults(seed, config.faults);
  const lifecycle = createLifecycle();
  const truth = config.truthLimit === null ? null : createTruth(config.truthLimit, ERROR_TYPES);
  const choice = { trackSelf: config.trackSelf, truth };
  const metrics = createMetrics({
    prefix: config.metricsPrefix,
    buckets: { boundsSeconds: config.bucketsSeconds, native: config.native },
    labelSets: labelSets(trackedRoutes(choice)),
    faultRatios: faults.ratios,
  });
  const observers: Observer[] = [metrics.record];
  if (truth !== null) observers.push(truth.record);
  if (config.logRequests) observers.push(logRequest(log));
  const quiet = limitLog(log);
  const app = createApp({
    message: config.message,
    faults,
    metrics,
    pages: createPages(metrics),
    lifecycle,
    shapes: createShapes(seed),
    observers,
    log: quiet,
    ...choice,
  });
  const server = createHttpServer(app.callback(), lifecycle, { longestAnswerMs: MAX_WAIT_MS, log: quiet });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(
      config.listenFd === null ? { host: config.host, port: config.port } : { fd: config.listenFd },
      () => {
        server.off('error', reject);
        resolve();
      },
    );
  });
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    url: urlOf(address),
    seed,
    inFlight: () => lifecycle.inFlight,
    changeFaults: faults.change,
    drain: (limitMs) => drain(server, lifecycle, { limitMs, hasSuccessor: config.listenFd !== null }),
  };
}

function logRequest(log: Log): Observer {
  return (finished: Finished) => {
    const { method, endpoint, status, errorType, startMs, endMs } = finished;
    const durationMs = Math.round((endMs - startMs) * 1000) / 1000;
    log.info({ method, endpoint, status, errorType, durationMs }, 'request');
  };
}

/** Where a client on this machine reaches the service. */
function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') return `unix:${address ?? ''}`;
  const host =
    address.address === '0.0.0.0' ? '127.0.0.1' : address.address === '::' ? '::1' : address.address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
