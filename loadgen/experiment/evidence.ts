import type { CheckResult, ExperimentSummary } from '../accuracy/accuracy-report.ts';
import { bucketsAgree, type Exposed } from '../accuracy/agreement.ts';
import type { Subject } from '../accuracy/attribute.ts';
import type { Distribution } from '../accuracy/distributions.ts';
import { sortSamples } from '../accuracy/exact.ts';
import type { Truth, TruthEndpoint } from '../accuracy/truth.ts';
import { type Counts, ledgerProblems } from '../measure/counts.ts';
import { allOf, countsOf, emptyConduct, endpointsOf, sumOf, type Tally } from '../measure/tally.ts';
import type { Exposition } from '../reconcile/exposition.ts';
import {
  addedHistograms,
  growthOfHistograms,
  type HistogramSeries,
  ROUTE_HISTOGRAM,
  totalHistogramName,
} from '../reconcile/histogram-series.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { hasRestarted, seriesName } from '../reconcile/server-counts.ts';
import { formatCount } from '../report/figures.ts';
import { judgePhase } from '../report/verdict.ts';

/** What one experiment brought to light. */
export type Evidence = {
  readonly summary: ExperimentSummary;
  readonly counts: Counts;
  /** The finite bounds of the target's histograms. */
  readonly boundsSeconds: readonly number[];
  readonly subjects: readonly Subject[];
  readonly checks: readonly CheckResult[];
};

/** All that was read and counted. */
export type Findings = {
  readonly experiment: Omit<ExperimentSummary, 'samples' | 'isGeneratorLimited'>;
  readonly law: Distribution | null;
  /** The number of the last request that ended before the experiment. */
  readonly seenBefore: number;
  readonly truth: Truth;
  readonly before: Exposition;
  readonly after: Exposition;
  readonly prefix: string;
  readonly tally: Tally;
};

/** The name of the subject that holds all requests. */
const ALL = 'all';

/** Puts the service's truth, its histograms and what the client saw beside each other, endpoint by endpoint. */
export function evidenceOf(findings: Findings): Evidence {
  const { experiment, truth, law, tally } = findings;
  const total = totalOf(findings);
  const endpoints = truth.endpoints
    .filter(({ seconds }) => seconds.length > 0)
    .map((one) => endpointOf(findings, one));
  const named = law === null ? endpoints : endpoints.map((one) => renamed(one, `/work ${experiment.name}`));
  const exposed = [...named, total];
  return {
    summary: {
      ...experiment,
      samples: total.subject.sorted.length,
      isGeneratorLimited: isGeneratorLimited(tally),
    },
    counts: countsOf(tally),
    boundsSeconds: total.subject.observed.map(({ upperBound }) => upperBound).filter(Number.isFinite),
    // One endpoint alone is all.
    subjects: (named.length === 1 ? named : exposed).map(({ subject }) => subject),
    checks: [bucketsAgree(exposed), truthIsWhole(findings), countsMatch(findings)],
  };
}

/** The load of an experiment is a single open phase. */
function isGeneratorLimited({ series, conducts }: Tally): boolean {
  const conduct = conducts[0] ?? emptyConduct(0);
  return judgePhase({ model: 'open', sum: sumOf(series), conduct }).verdict === 'generator-limited';
}

function endpointOf(findings: Findings, one: TruthEndpoint): Exposed {
  const { before, after, prefix, tally } = findings;
  const labels = { http_request_method: one.method, http_route: one.endpoint };
  const growth = growthOfHistograms(
    ROUTE_HISTOGRAM,
    before,
    after,
    hasRestarted(before, after, prefix),
  ).filter((series) => Object.entries(labels).every(([label, value]) => series.labels[label] === value));
  const client = endpointsOf(tally).find(
    ({ method, path }) => method === one.method && path === one.endpoint,
  );
  const name = one.method === 'GET' ? one.endpoint : `${one.method} ${one.endpoint}`;
  return exposedOf(seriesName(ROUTE_HISTOGRAM, labels), addedHistograms(growth, labels), {
    endpoint: name,
    ...samplesOf([one]),
    client: client?.service ?? null,
    law: findings.law,
  });
}

function totalOf({ before, after, prefix, tally, truth }: Findings): Exposed {
  const name = totalHistogramName(prefix);
  const growth = growthOfHistograms(name, before, after, hasRestarted(before, after, prefix));
  return exposedOf(name, addedHistograms(growth, {}), {
    endpoint: ALL,
    ...samplesOf(truth.endpoints),
    client: allOf(sumOf(tally.series).service),
    law: null,
  });
}

function exposedOf(
  series: string,
  growth: HistogramSeries | null,
  subject: Omit<Subject, 'observed'>,
): Exposed {
  const observed = growth?.buckets ?? [];
  return {
    series,
    subject: { ...subject, observed },
    count: growth?.count ?? 0,
    sumSeconds: growth?.sumSeconds ?? 0,
  };
}

function renamed(exposed: Exposed, endpoint: string): Exposed {
  return { ...exposed, subject: { ...exposed.subject, endpoint } };
}

function samplesOf(endpoints: readonly TruthEndpoint[]): Pick<Subject, 'sorted' | 'observations'> {
  const observations = endpoints
    .flatMap(({ seconds, endedAtMs }) =>
      Array.from(seconds, (one, i) => ({ seconds: one, atMs: endedAtMs[i]! })),
    )
    .sort((a, b) => a.atMs - b.atMs);
  return { sorted: sortSamples(observations.map(({ seconds }) => seconds)), observations };
}

function truthIsWhole({ truth, seenBefore, before, after, prefix }: Findings): CheckResult {
  const problems: string[] = [];
  const total = truth.endpoints.reduce((sum, { seconds }) => sum + seconds.length, 0);
  if (hasRestarted(before, after, prefix) || truth.last < seenBefore)
    problems.push('the target restarted meanwhile, and forgot what it had done');
  else if (truth.dropped > 0)
    problems.push(
      `the target has forgotten ${truth.dropped} requests: want a larger TRUTH_MAX, or fewer samples`,
    );
  else if (truth.last - seenBefore !== total)
    problems.push(`the target numbered ${truth.last - seenBefore} requests and told of ${total}`);
  return { name: 'the target tells the whole truth', passed: problems.length === 0, problems };
}

function countsMatch({ before, after, prefix, tally }: Findings): CheckResult {
  const { matches, counters, note } = reconcile(before, after, { endpoints: endpointsOf(tally) }, prefix);
  const wrong = counters.filter((counter) => !counter.matches);
  const problems = [
    ...ledgerProblems(countsOf(tally)),
    ...wrong.map(
      ({ series, client, server }) =>
        `${series}: sent ${formatCount(client)}, counted ${formatCount(server)}`,
    ),
    ...(matches || note === null ? [] : [note]),
  ];
  return {
    name: 'the target counted what was sent, and nothing else',
    passed: problems.length === 0,
    problems,
  };
}
