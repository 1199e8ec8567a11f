import { drawFor } from '../schedule/draw.ts';
import { checkPlanned } from './check.ts';
import { callScenario, type Plan, planRun } from './plan.ts';
import { prepareRequests } from './prepare.ts';
import type { AnyScenario, ResolvedOptions } from './scenario.ts';
import { ScenarioError } from './scenario-error.ts';

/**
 * The plan of a run, after everything that can be known of it before a request is sent: what the scenario's functions
 * return, and the first requests that its draws would make. `place` is how messages name the scenario.
 * @throws {ScenarioError} with all problems of the mix and the phases
 * @throws {ScenarioCodeError} when one of the scenario's functions throws
 */
export function checkedPlan(
  scenario: AnyScenario,
  options: ResolvedOptions,
  seed: number,
  place: string,
): Plan {
  const { mix, phases } = callScenario(scenario, options);
  const problems = checkPlanned(mix, phases);
  if (problems.length > 0) throw new ScenarioError(place, problems);
  const plan = planRun(scenario, options, seed);
  tryDraws(plan);
  return plan;
}

const TRIED_DRAWS = 20;

/** A path with a space is better found now than by the first request that draws it. */
function tryDraws(plan: Plan): void {
  const request = prepareRequests(plan.mix, '');
  for (const index of plan.mix.keys())
    for (let arrival = 0; arrival < TRIED_DRAWS; arrival++) request(index, drawFor(plan.seed, 0, arrival));
}
