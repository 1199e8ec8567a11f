import { checkedPlan } from './check-plan.ts';
import { mixText } from './mix-text.ts';
import type { Plan, PlannedEntry } from './plan.ts';
import { repeatability } from './repeatability.ts';
import type { AnyScenario, ResolvedOptions } from './scenario.ts';

/** What a scenario says about itself: plain data, without its functions. */
export type ScenarioCard = Pick<AnyScenario, 'name' | 'about' | 'options' | 'thresholds'>;

/** A checked plan as plain data, which crosses threads: the functions of its mix stay where the scenario was imported. */
export type Planned = Omit<Plan, 'mix'> & {
  readonly mix: readonly (Pick<PlannedEntry, 'weight' | 'endpoint'> & {
    /** Null: drawn anew for each request. */
    readonly path: string | null;
  })[];
  /** What the plan decides about its requests, for the hash of the schedule. */
  readonly mixText: string;
  /** What of the scenario another run with the same seed builds differently, in words; null: nothing. */
  readonly differs: string | null;
};

export function cardOf({ name, about, options, thresholds }: AnyScenario): ScenarioCard {
  return {
    ...{ name, about },
    ...(options === undefined ? {} : { options }),
    ...(thresholds === undefined ? {} : { thresholds }),
  };
}

/** As `checkedPlan`, which says what it throws. */
export function plannedRun(
  scenario: AnyScenario,
  options: ResolvedOptions,
  seed: number,
  place: string,
): Planned {
  const plan = checkedPlan(scenario, options, seed, place);
  const found = repeatability(scenario, plan);
  const mix = plan.mix.map(({ weight, endpoint, path }) => ({
    weight,
    endpoint,
    path: typeof path === 'function' ? null : path,
  }));
  const differs = found.kind === 'repeatable' ? null : `${found.place} ${found.why}`;
  return { ...plan, mix, mixText: mixText(plan), differs };
}
