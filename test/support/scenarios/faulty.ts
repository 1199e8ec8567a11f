import { defineScenario } from '../../../loadgen/scenario/scenario.ts';

/** A scenario whose own code fails, and not before it is sent from: the first draws are tried before a run. */
export default defineScenario({
  name: 'faulty',
  about: 'throws in the middle of the run',
  options: {
    model: { kind: 'choice', choices: ['open', 'closed', 'both'], default: 'open', help: 'the loop' },
    from: { kind: 'integer', default: 100, min: 0, max: 1e9, help: 'the first request that cannot be made' },
  },
  mix: [
    { path: '/', weight: 3 },
    { path: ({ index }) => pathOf(index), name: '/drawn' },
  ],
  phases: ({ model, from }) => {
    firstFault = from;
    const open = { kind: 'constant', perSecond: 500, durationMs: HOUR_MS } as const;
    const closed = { kind: 'closed', connections: 4, durationMs: HOUR_MS } as const;
    if (model === 'both') return [{ ...open, durationMs: 100 }, closed];
    return [model === 'open' ? open : closed];
  },
});

const HOUR_MS = 3_600_000;
let firstFault = Number.POSITIVE_INFINITY;

function pathOf(index: number): `/${string}` {
  if (index >= firstFault) throw new TypeError(`no path for request ${index}`);
  return `/drawn/${index}`;
}
