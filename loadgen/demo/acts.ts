import { fileURLToPath } from 'node:url';
import { formatDuration } from '../scenario/duration.ts';
import type { PanelId } from './panels.ts';

/** One act of a demonstration: a scenario, and what a class should look at while it is played. */
export type Act = {
  /** For --act. */
  readonly name: string;
  readonly title: string;
  /** One line for the menu. */
  readonly about: string;
  /** The shipped scenario that is played. */
  readonly scenario: string;
  readonly usualMs: number;
  /** Options of the scenario, as they would be typed, for an act of this length. */
  readonly options: (durationMs: number) => Readonly<Record<string, string>>;
  /** What happens, for who announces it. */
  readonly story: string;
  readonly watch: (durationMs: number) => readonly WatchPoint[];
};

/** Where the scenarios of the acts are. */
export const SCENARIO_FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));

export type WatchPoint = { readonly panel: PanelId; readonly look: string };

/** Shipped fault rates are taken for granted in what there is to see; others move it a little. */
export const ACTS: readonly Act[] = [
  {
    name: 'basic',
    title: 'Basic traffic',
    about: '2 requests a second, evenly: the base line',
    scenario: 'controlled',
    usualMs: 60_000,
    options: (durationMs) => ({
      requests: String(evenRequests(durationMs)),
      duration: formatDuration(durationMs),
    }),
    story: 'Exactly so many requests, evenly spaced, to every endpoint: a base line that nothing disturbs.',
    watch: (durationMs) => [
      {
        panel: 'perMinute',
        look: `climbs to about ${Math.min(evenRequests(durationMs), EVEN_PER_SECOND * 60)}: the number is known, so hold it against the report`,
      },
      {
        panel: 'rate',
        look: `creeps towards ${EVEN_PER_SECOND} and takes five minutes for it: [5m] averages over that long`,
      },
      { panel: 'quickRate', look: 'the same with [30s]: there in half a minute, but more restless' },
      { panel: 'errorRate', look: 'settles near 20 %: the faults that are built in' },
    ],
  },
  {
    name: 'errors',
    title: 'Error peak',
    about: 'two of three answers are errors',
    scenario: 'errors',
    usualMs: 45_000,
    options: (durationMs) => ({ rate: '8', duration: formatDuration(durationMs) }),
    story:
      'Requests go where errors are, mostly /error and /health: the rate climbs to 8/s, holds, and falls.',
    watch: () => [
      {
        panel: 'errorTypes',
        look: 'the four types of /error climb side by side, health_check_failed slower',
      },
      { panel: 'errorPace', look: 'the hill itself: counters only climb, their rate comes down again' },
      { panel: 'errorsPerMinute', look: 'the same hill in whole errors: what a person counts' },
      { panel: 'errorRate', look: 'climbs, and comes down only slowly: it counts all requests so far' },
      {
        panel: 'serverErrors',
        look: '/error stays near 50 %, though it always fails: 5.. is only two of its four statuses',
      },
    ],
  },
  {
    name: 'timeouts',
    title: 'Timeouts',
    about: 'requests that wait for seconds, every third in vain',
    scenario: 'timeouts',
    usualMs: 60_000,
    options: (durationMs) => ({ rate: '4', duration: formatDuration(durationMs) }),
    story:
      'Few requests, but nearly all to /slow: most wait 0.1 to 1 s, three of ten give up after 2 to 5 s with a 504.',
    watch: () => [
      { panel: 'p95', look: 'leaves the milliseconds and goes for 4 s, while hardly anything is asked' },
      { panel: 'routeP95', look: '/slow alone is slow: / is as fast as before' },
      { panel: 'errorTypes', look: 'timeout climbs, the others stand' },
      { panel: 'rate', look: 'hardly moves: slow is not the same as busy' },
    ],
  },
  {
    name: 'heavy',
    title: 'Heavy traffic',
    about: '20 connections as fast as they are answered',
    scenario: 'spike',
    usualMs: 40_000,
    // An eighth of calm on either side, so that the cliff has a foot.
    options: (durationMs) => ({
      threads: '20',
      calm: formatDuration(wholeMs(durationMs / 8)),
      duration: formatDuration(wholeMs((durationMs * 3) / 4)),
    }),
    story: 'A calm, then 20 connections that each send as soon as they were answered, then a calm again.',
    watch: () => [
      { panel: 'quickRate', look: 'a cliff: thousands a second, up and down within a scrape or two' },
      {
        panel: 'serverErrors',
        look: 'does not care: a thousand times the errors, but the same share of the requests',
      },
      { panel: 'p95', look: 'answers queue behind each other, so it rises, far below what /slow did' },
      { panel: 'cpu', look: 'where the limit is: one core is 100 %' },
    ],
  },
  {
    name: 'everything',
    title: 'Everything in one run',
    about: 'a quiz: which shape of load is on?',
    scenario: 'demo',
    usualMs: 90_000,
    options: (durationMs) => ({ peak: '30', duration: formatDuration(durationMs) }),
    story:
      'Six phases of the same length, all faults at once: calm, climb, plateau, crowd (as many, but each when it likes), fall, calm. Let the class name the one that is on.',
    watch: () => [
      { panel: 'quickRate', look: 'the shape: a hill with a flat top whose right half trembles' },
      { panel: 'statuses', look: 'every status keeps its share, so all lines are the same hill' },
      { panel: 'errorTypes', look: 'all six types climb' },
      { panel: 'routeP95', look: 'only /slow is slow' },
    ],
  },
];

/** `--act tour`: all acts, one after the other. */
export const TOUR = 'tour';
/** `--act instructions`: how Prometheus and Grafana come to see it. */
export const INSTRUCTIONS = 'instructions';

/** Everything that --act takes. */
export const ACT_NAMES: readonly string[] = [...ACTS.map(({ name }) => name), TOUR, INSTRUCTIONS];

const EVEN_PER_SECOND = 2;

function evenRequests(durationMs: number): number {
  return Math.max(1, Math.round((durationMs / 1000) * EVEN_PER_SECOND));
}

function wholeMs(ms: number): number {
  return Math.max(1, Math.round(ms));
}
