import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../server/app.ts';
import { type Config, type Environment, parseConfig } from '../server/config.ts';
import { createFaults } from '../server/faults.ts';
import { labelSets } from '../server/label-sets.ts';
import { createLifecycle } from '../server/lifecycle.ts';
import { createLog } from '../server/log.ts';
import { createMetrics, ERROR_TYPES } from '../server/metrics.ts';
import type { Observer } from '../server/middleware/measure-requests.ts';
import { createPages } from '../server/pages.ts';
import { trackedRoutes } from '../server/routes/routes.ts';
import { createShapes } from '../server/shapes.ts';
import { createTruth } from '../server/truth.ts';
import { type SwitchedCosts, switched } from './switched-truth.ts';

/** What is switched on in a server: nothing, the metrics as they are shipped, and more beside them. */
export type ServerKind = 'bare' | 'instrumented' | 'truth' | 'native';

/**
 * One of the servers that bench/server.ts compares: the service's Koa app, `bare` with nobody to measure for.
 * Prints its port; ends with its standard input. The `truth` one has it switched on and off, and prints what it cost at its end.
 */
export function serve(kind: ServerKind): void {
  const config = configOf(kind);
  const truth = config.truthLimit === null ? null : createTruth(config.truthLimit, ERROR_TYPES);
  const choice = { trackSelf: false, truth };
  const faults = createFaults(1, config.faults);
  const metrics = createMetrics({
    prefix: config.metricsPrefix,
    buckets: { boundsSeconds: config.bucketsSeconds, native: config.native },
    labelSets: labelSets(trackedRoutes(choice)),
    faultRatios: faults.ratios,
  });
  const observers: Observer[] = kind === 'bare' ? [] : [metrics.record];
  const switchedTruth = truth === null ? null : switched(truth.record);
  if (switchedTruth !== null) observers.push(switchedTruth.observe);
  const app = createApp({
    message: config.message,
    faults,
    shapes: createShapes(1),
    metrics,
    pages: createPages(metrics),
    lifecycle: createLifecycle(),
    observers,
    log: createLog(),
    ...choice,
  });
  const server = createServer(app.callback());
  server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
  process.stdin.on('end', () => end(switchedTruth?.costs() ?? null)).resume();
}

function end(costs: SwitchedCosts | null): void {
  if (costs !== null) console.log(JSON.stringify(costs));
  process.exit(0);
}

const SETTINGS: Readonly<Record<ServerKind, Environment>> = {
  bare: {},
  instrumented: {},
  truth: { TRUTH: '1' },
  native: { NATIVE_HISTOGRAMS: '1' },
};

function configOf(kind: ServerKind): Config {
  const parsed = parseConfig(SETTINGS[kind], 0);
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'));
  return parsed.config;
}
