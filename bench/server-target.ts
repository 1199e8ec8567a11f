import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, trackedRoutes } from '../server/app.ts';
import { type Config, parseConfig } from '../server/config.ts';
import { createFaults } from '../server/faults.ts';
import { labelSets } from '../server/label-sets.ts';
import { createLifecycle } from '../server/lifecycle.ts';
import { createLog } from '../server/log.ts';
import { createMetrics } from '../server/metrics.ts';

/**
 * One of the two servers that bench/server.ts compares: the service's Koa app, `instrumented` as it is shipped, or
 * `bare`: the same app with nobody to measure for. Prints its port; ends with its standard input.
 */
export function serve(kind: 'bare' | 'instrumented'): void {
  const config = defaults();
  const metrics = createMetrics({
    prefix: config.metricsPrefix,
    bucketsSeconds: config.bucketsSeconds,
    labelSets: labelSets(trackedRoutes(false)),
  });
  const app = createApp({
    faults: createFaults(1, config.faults),
    metrics,
    lifecycle: createLifecycle(),
    observers: kind === 'instrumented' ? [metrics.record] : [],
    trackSelf: false,
    log: createLog(),
  });
  const server = createServer(app.callback());
  server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
  process.stdin.on('end', () => process.exit(0)).resume();
}

function defaults(): Config {
  const parsed = parseConfig({}, 0);
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'));
  return parsed.config;
}
