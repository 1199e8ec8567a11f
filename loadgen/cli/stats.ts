import { EXIT } from '../exit.ts';
import type { Look } from '../inspect/watch-stats.ts';
import { widthFor } from '../report/lines.ts';
import { wantsColour } from '../report/terminal.ts';
import type { Problem } from '../scenario/problem.ts';
import type { OptionSpecs } from '../scenario/scenario.ts';
import type { Command, Given } from './command.ts';
import type { Io } from './io.ts';
import { LOOK_FLAGS, parseFlagValues, parseLook, refuse } from './look-flags.ts';

/** `loadgen stats`: the target's own figures, read for a person. */
export function openStats(io: Io): Command {
  return {
    words: [],
    flags: [
      ...LOOK_FLAGS,
      { name: 'watch', value: 'D', about: "look again this often, such as '2s', until Ctrl-C" },
      { name: 'json', about: 'print the figures as JSON; with --watch, a line for each look' },
    ],
    epilogue: EPILOGUE,
    act: (given) => act(given, io),
  };
}

const EPILOGUE = `Reads /metrics and nothing else. A demo service does not count that, so a run that is
on meanwhile still reconciles.
p50, p95 and p99 are what histogram_quantile makes of the histogram's buckets.

Exit code: 0, also after Ctrl-C; 104 the target is no demo service; 106 nothing
answers.`;

const WATCH = {
  watch: { kind: 'duration', default: null, min: '100ms', max: '1h', help: 'how often to look' },
} as const satisfies OptionSpecs;

async function act(given: Given, io: Io): Promise<number> {
  const problems: Problem[] = [];
  const look = parseLook(given, io.env.LOADGEN_TARGET, problems);
  const { watch } = parseFlagValues(WATCH, given, problems);
  refuse(problems);
  const everyMs = typeof watch === 'number' ? watch : null;
  // Imported only now, so that `--help` does not wait for it.
  const { watchStats } = await import('../inspect/watch-stats.ts');
  const stop = new AbortController();
  const release = io.onSignal(() => stop.abort());
  const shown = await displayFor(given.flags.json === true, everyMs, io);
  try {
    await watchStats(look.target, { ...look, everyMs, stop: stop.signal }, shown.show);
    return EXIT.passed;
  } finally {
    shown.end();
    release();
  }
}

type Display = { show(look: Look): void; end(): void };

async function displayFor(json: boolean, everyMs: number | null, io: Io): Promise<Display> {
  if (json) return jsonDisplay(everyMs !== null, io);
  const { renderStats } = await import('../inspect/stats-text.ts');
  const colour = wantsColour(io.env, io.stdoutIsTty);
  const text = (look: Look) =>
    look.kind === 'stats'
      ? renderStats(look.stats, { colour, columns: widthFor(io) })
      : `No answer: ${look.why}\n`;
  return everyMs !== null && io.stdoutIsTty ? redrawnDisplay(text, io) : appendedDisplay(text, io);
}

function jsonDisplay(asLines: boolean, io: Io): Display {
  return {
    show: (look) => {
      if (look.kind === 'stats') io.stdout(`${JSON.stringify(look.stats, null, asLines ? 0 : 2)}\n`);
      else io.stderr(`loadgen: no answer: ${look.why}\n`);
    },
    end() {},
  };
}

/** Block after block, with an empty line between them. */
function appendedDisplay(text: (look: Look) => string, io: Io): Display {
  let between = '';
  return {
    show(look) {
      io.stdout(`${between}${text(look)}`);
      between = '\n';
    },
    end() {},
  };
}

/** One block that is drawn over; the last one stays. When the target is away, its last figures stay too. */
async function redrawnDisplay(text: (look: Look) => string, io: Io): Promise<Display> {
  const { createRedraw } = await import('../report/redraw.ts');
  const redraw = createRedraw({ write: io.stdout, columns: io.columns, rows: io.rows });
  let figures = '';
  return {
    show(look) {
      if (look.kind === 'stats') figures = text(look);
      const lines = `${look.kind === 'stats' ? '' : text(look)}${figures}`.trimEnd().split('\n');
      // What does not fit is cut off below: the totals matter most.
      redraw.draw(lines.slice(0, Math.max(1, io.rows() - 2)).join('\n'));
    },
    end: () => redraw.keep(),
  };
}
