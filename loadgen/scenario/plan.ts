import type { Phase } from '../schedule/phase.ts';
import type { AnyScenario, Draw, Method, MixEntry, ResolvedOptions } from './scenario.ts';
import { describeThrown, ScenarioCodeError } from './scenario-error.ts';

/** What a run will do: the scenario with its options filled in. */
export type Plan = {
  readonly scenario: string;
  readonly options: ResolvedOptions;
  readonly seed: number;
  readonly phases: readonly Phase[];
  readonly mix: readonly PlannedEntry[];
  /** The labels under which requests are counted, each once, in the order of the mix. */
  readonly endpoints: readonly Endpoint[];
};

/** A mix entry with its defaults filled in. */
export type PlannedEntry = {
  readonly weight: number;
  readonly method: Method;
  readonly path: string | ((draw: Draw) => string);
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ((draw: Draw) => string) | null;
  /** Index into the plan's endpoints. */
  readonly endpoint: number;
};

type Endpoint = { readonly method: Method; readonly path: string };

/**
 * The plan of a scenario whose values are sound (`checkedPlan` sees to that): pure, so every thread comes to the same plan.
 * @throws {ScenarioCodeError} when one of the scenario's functions throws
 */
export function planRun(scenario: AnyScenario, options: ResolvedOptions, seed: number): Plan {
  const { mix, phases } = callScenario(scenario, options);
  const endpoints: Endpoint[] = [];
  return {
    scenario: scenario.name,
    options,
    seed,
    phases,
    mix: mix.map((entry) => plannedEntry(entry, endpoints)),
    endpoints,
  };
}

/** What the scenario's functions return for these options; unchecked, whatever the types say. */
export function callScenario(
  scenario: AnyScenario,
  options: ResolvedOptions,
): { readonly mix: readonly MixEntry[]; readonly phases: readonly Phase[] } {
  // A copy for each call: a scenario that changes its options must not change the plan.
  const given = () => ({ ...options }) as never;
  const { mix, phases } = scenario;
  return {
    mix: typeof mix === 'function' ? calling(scenario.name, 'mix', () => mix(given())) : mix,
    phases: calling(scenario.name, 'phases', () => phases(given())),
  };
}

function plannedEntry(entry: MixEntry, endpoints: Endpoint[]): PlannedEntry {
  const method = entry.method ?? 'GET';
  return {
    weight: entry.weight ?? 1,
    method,
    path: entry.path,
    headers: entry.headers ?? {},
    body: entry.body ?? null,
    endpoint: endpointIndex(endpoints, method, labelOf(entry)),
  };
}

/** Finds the endpoint, or adds it. */
function endpointIndex(endpoints: Endpoint[], method: Method, path: string): number {
  const found = endpoints.findIndex((endpoint) => endpoint.method === method && endpoint.path === path);
  return found === -1 ? endpoints.push({ method, path }) - 1 : found;
}

function labelOf(entry: MixEntry): string {
  if (typeof entry.path === 'function') return entry.name ?? '';
  return entry.name ?? entry.path.split('?', 1)[0]!;
}

function calling<T>(scenarioName: string, what: string, call: () => T): T {
  try {
    return call();
  } catch (thrown) {
    throw new ScenarioCodeError(`scenario ${scenarioName}: ${what}(options) threw ${describeThrown(thrown)}`);
  }
}
