import { printableLines } from '../printable.ts';
import { type ProgressState, renderProgress } from './progress.ts';

/** Shows a run while it runs, on stderr. */
export type Live = {
  show(state: ProgressState): void;
  /** A line that stays, above the live one. */
  say(text: string): void;
  /** Takes the live line away. */
  end(): void;
};

export type LiveOutput = {
  write(text: string): void;
  readonly isTty: boolean;
  columns(): number;
};

/**
 * On a terminal one line that is drawn over; elsewhere a plain line every PLAIN_INTERVAL_MS of the run. Quiet shows no
 * progress at all; what is said is still said.
 */
export async function startLive(output: LiveOutput, options: { readonly quiet: boolean }): Promise<Live> {
  if (options.quiet) return { show() {}, say: (text) => output.write(`${printableLines(text)}\n`), end() {} };
  return output.isTty ? terminalLive(output) : plainLive(output);
}

export const PLAIN_INTERVAL_MS = 5000;

function plainLive(output: LiveOutput): Live {
  let nextAtMs = PLAIN_INTERVAL_MS;
  return {
    show(state) {
      if (state.elapsedMs < nextAtMs) return;
      nextAtMs = (Math.floor(state.elapsedMs / PLAIN_INTERVAL_MS) + 1) * PLAIN_INTERVAL_MS;
      output.write(`${renderProgress(state, PLAIN_COLUMNS)}\n`);
    },
    say: (text) => output.write(`${printableLines(text)}\n`),
    end() {},
  };
}

/** A log has no width; this one keeps its lines readable. */
const PLAIN_COLUMNS = 160;

async function terminalLive(output: LiveOutput): Promise<Live> {
  // Only a terminal pays for loading it.
  const { createRedraw } = await import('./redraw.ts');
  const line = createRedraw(output);
  let last: ProgressState | null = null;
  const draw = () => {
    // One column less: a full line wraps on some terminals.
    if (last !== null) line.draw(renderProgress(last, output.columns() - 1));
  };
  return {
    show(state) {
      last = state;
      draw();
    },
    say(text) {
      line.clear();
      output.write(`${printableLines(text)}\n`);
      draw();
    },
    end() {
      last = null;
      line.clear();
    },
  };
}
