import { relative } from 'node:path';
import { EXIT } from '../exit.ts';
import type { Command } from './command.ts';
import type { Io } from './io.ts';

/** `loadgen new NAME`: a commented scenario file to start from. */
export function openNew(io: Io): Command {
  return {
    words: [
      {
        name: 'NAME',
        about: "what the scenario is called; a folder may stand before it: 'load/checkout'",
        wish: "want one such as 'checkout'",
      },
    ],
    flags: [],
    epilogue: `Writes NAME.ts, and never over a file that is there. It runs as it is: ${io.command} run NAME.ts`,
    act: async ({ words }) => {
      const { writeScenario } = await import('../scaffold/write-scenario.ts');
      const path = await writeScenario(words[0]!, io.cwd, io.command);
      const shown = relative(io.cwd, path);
      io.stdout(`Wrote ${shown}. It runs as it is:\n  ${io.command} run ${shown}\n`);
      return EXIT.passed;
    },
  };
}
