import type { ExperimentSummary } from '../accuracy/accuracy-report.ts';
import { type Distribution, drawSamples, SHAPES, scaleDistribution } from '../accuracy/distributions.ts';
import type { ResolvedOptions } from '../scenario/scenario.ts';

/** One run of load that is to be looked at. */
export type Experiment = {
  /** 'endpoints', or the distribution that the service shall follow. */
  readonly name: string;
  /** file: URL. */
  readonly scenarioUrl: string;
  readonly options: ResolvedOptions;
  readonly seed: number;
  readonly use: ExperimentSummary['use'];
  readonly law: Distribution | null;
};

/** Everything that `accuracy` is asked for: the command line after parsing. */
export type AccuracyRequest = {
  /** null: start a demo service for the time being. */
  readonly target: string | null;
  readonly seed: number;
  /** Requests of one experiment; null takes the default of its kind. */
  readonly samples: number | null;
  /** Requests a second at most. */
  readonly rate: number;
  /** Empty: the service's own endpoints. */
  readonly distributions: readonly ShapeName[];
  readonly scale: number;
  readonly promql: '2.42' | '3';
  readonly suggest: boolean;
  readonly maxBuckets: number;
  /** The largest error of the target's bounds that passes, as a share. */
  readonly maxError: number;
  readonly workers: number;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly insecure: boolean;
  /** '-' is stdout. */
  readonly jsonFile: string | null;
  readonly svgFile: string | null;
  readonly quiet: boolean;
};

export type ShapeName = keyof typeof SHAPES;

export const SHAPE_NAMES = Object.keys(SHAPES) as readonly ShapeName[];

export const DEFAULT_SAMPLES = { endpoints: 10_000, distribution: 5_000 } as const;

/**
 * What is to be run. A suggestion needs more than what is reported: one more run of each to train on, and two of each
 * that the search never sees to judge it by, all under seeds of their own.
 */
export function planExperiments(request: AccuracyRequest): Experiment[] {
  const uses = request.suggest
    ? (['reported', 'training', 'judging', 'judging'] as const)
    : (['reported'] as const);
  return uses.flatMap((use, i) => {
    const seed = request.seed + i;
    if (request.distributions.length === 0) return [endpointsExperiment(request, seed, use)];
    return request.distributions.map((name) => workExperiment(request, name, seed, use));
  });
}

function endpointsExperiment(request: AccuracyRequest, seed: number, use: Experiment['use']): Experiment {
  const options = { requests: request.samples ?? DEFAULT_SAMPLES.endpoints, rate: request.rate };
  return { name: 'endpoints', scenarioUrl: urlOf('endpoints'), options, seed, use, law: null };
}

function workExperiment(
  request: AccuracyRequest,
  distribution: ShapeName,
  seed: number,
  use: Experiment['use'],
): Experiment {
  const { scale } = request;
  const law = scaleDistribution(SHAPES[distribution], scale);
  const requests = request.samples ?? DEFAULT_SAMPLES.distribution;
  const rate = Math.min(request.rate, MOST_IN_FLIGHT / meanSeconds(law));
  const name = scale === 1 ? distribution : `${distribution} ×${scale}`;
  return {
    name,
    scenarioUrl: urlOf('work'),
    options: { requests, rate, distribution, scale },
    seed,
    use,
    law,
  };
}

/** Slow answers are asked for more seldom, so that the machine does not measure its own crowd. */
const MOST_IN_FLIGHT = 200;
const DRAWS_FOR_MEAN = 5_000;

function meanSeconds(law: Distribution): number {
  return drawSamples(law, DRAWS_FOR_MEAN, 0).reduce((sum, seconds) => sum + seconds, 0) / DRAWS_FOR_MEAN;
}

function urlOf(name: 'endpoints' | 'work'): string {
  return new URL(`./scenarios/${name}.ts`, import.meta.url).href;
}
