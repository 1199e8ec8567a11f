import process, { exit } from 'node:process';
import { defineScenario } from '../../../loadgen/scenario/scenario.ts';

const WAYS = ['throw', 'exit', 'exitLater', 'endThread', 'reject', 'fill', 'loop'] as const;

/** A scenario that takes its thread down, or never gives it back, instead of throwing where somebody catches it. */
export default defineScenario({
  name: 'crashes',
  about: 'ends its thread in the middle of the run',
  options: {
    how: { kind: 'choice', choices: WAYS, default: 'throw', help: 'how' },
    from: { kind: 'integer', default: 30, help: 'the request that does it' },
  },
  mix: ({ how, from }) => [
    {
      path: ({ index }) => {
        if (index === from) crash(how);
        return `/${index}`;
      },
      name: '/:index',
    },
  ],
  phases: () => [{ kind: 'constant', perSecond: 300, durationMs: 3_600_000 }],
});

function crash(how: (typeof WAYS)[number]): void {
  switch (how) {
    case 'throw':
      setTimeout(() => {
        throw new Error('thrown in a timer');
      });
      return;
    case 'reject':
      void Promise.reject(new Error('rejected and forgotten'));
      return;
    case 'exit':
      process.exit(3);
      return;
    case 'exitLater':
      setTimeout(() => process.exit(0));
      return;
    case 'endThread':
      // Taken before anybody could put another in its place.
      exit(3);
      return;
    case 'fill':
      for (const kept: number[][] = []; ; ) kept.push(new Array(1000).fill(Math.random()));
    case 'loop':
      for (;;);
  }
}
