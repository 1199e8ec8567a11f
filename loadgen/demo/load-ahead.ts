import { loadScenario } from '../scenario/load.ts';
import { ACTS, SCENARIO_FOLDER } from './acts.ts';

/**
 * Imports all that a session may need later. A Ctrl-C goes to every process of the terminal, on Node 20 also to the
 * compiler of the TypeScript loader: what is not imported by then cannot be any more.
 */
export async function loadAhead(): Promise<void> {
  await Promise.all([
    import('../cli/check.ts'),
    import('../inspect/check.ts'),
    import('../inspect/check-text.ts'),
    import('../report/redraw.ts'),
    import('../scenario/check-plan.ts'),
    import('./announce.ts'),
    import('./instructions.ts'),
    import('./play.ts'),
    ...ACTS.map((act) => loadScenario(act.scenario, SCENARIO_FOLDER)),
  ]);
}
