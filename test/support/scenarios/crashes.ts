import { defineScenario } from '../../../loadgen/scenario/scenario.ts';

/** A scenario that takes its thread down, or never gives it back, instead of throwing where somebody catches it. */
export default defineScenario({
  name: 'crashes',
  about: 'ends its thread in the middle of the run',
  options: {
    how: { kind: 'choice', choices: ['throw', 'exit', 'reject', 'loop'], default: 'throw', help: 'how' },
  },
  mix: ({ how }) => [
    {
      path: ({ index }) => {
        if (index === 30) crash(how);
        return `/${index}`;
      },
      name: '/:index',
    },
  ],
  phases: () => [{ kind: 'constant', perSecond: 300, durationMs: 3_600_000 }],
});

function crash(how: 'throw' | 'exit' | 'reject' | 'loop'): void {
  while (how === 'loop');
  if (how === 'exit') process.exit(3);
  if (how === 'reject') void Promise.reject(new Error('rejected and forgotten'));
  else
    setTimeout(() => {
      throw new Error('thrown where nobody catches it');
    });
}
