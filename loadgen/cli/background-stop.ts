import { KILL_MARGIN_MS, type Stopped, stopDaemon } from '../background/stop.ts';
import { EXIT } from '../exit.ts';
import { formatMs } from '../report/figures.ts';
import type { Problem } from '../scenario/problem.ts';
import { BACKGROUND_FLAGS, BACKGROUND_SPECS, placeFrom } from './background-flags.ts';
import type { Command, Given } from './command.ts';
import type { Io } from './io.ts';
import { parseFlagValues, refuse } from './look-flags.ts';

/** `loadgen background stop`. */
export function openStop(io: Io): Command {
  return {
    usage: 'stop [flags]',
    words: [{ name: 'stop', about: 'let it get its answers and write its report, and say what was sent' }],
    flags: [BACKGROUND_FLAGS.killAfter, BACKGROUND_FLAGS.pidfile],
    epilogue: `Exit code: 0 it is not running any more, or was not, whatever its report says; 1 it had to be killed
(after its request timeout and ${formatMs(KILL_MARGIN_MS)}), and there is no report.`,
    act: (given) => act(given, io),
  };
}

/** So long nobody wonders what a stop waits for. */
const SILENCE_MS = 1_000;

async function act(given: Given, io: Io): Promise<number> {
  const problems: Problem[] = [];
  const { killAfter } = parseFlagValues({ killAfter: BACKGROUND_SPECS.killAfter }, given, problems);
  refuse(problems);
  const say = () => io.stderr('Waiting for the answers to what was sent …\n');
  const timer = setTimeout(say, SILENCE_MS);
  try {
    const stopped = await stopDaemon(placeFrom(given, io), killAfter === null ? null : Number(killAfter), io);
    io.stdout(`${stoppedLines(stopped).join('\n')}\n`);
    return stopped.kind === 'killed' ? EXIT.fault : EXIT.passed;
  } finally {
    clearTimeout(timer);
  }
}

function stoppedLines(stopped: Stopped): string[] {
  switch (stopped.kind) {
    case 'notRunning':
      return ['not running'];
    case 'wasDead': {
      const who =
        stopped.record === null
          ? 'the pidfile named no daemon'
          : `pid ${stopped.record.pid} was killed or crashed`;
      return [`not running: ${who}; the pidfile is removed`];
    }
    case 'ended': {
      const { record, end, afterMs } = stopped;
      const first = `stopped ${record.scenario}, pid ${record.pid}, after ${formatMs(afterMs)}`;
      if (end === null) return [first, `  it left no word of how it ended; see ${record.log}`];
      const report = end.hasReport ? [`  report   ${record.report}`] : [];
      return [first, ...[end.summary, ...end.remarks].map((line) => `  ${line}`), ...report];
    }
    case 'killed': {
      const { record, afterMs } = stopped;
      return [
        `killed ${record.scenario}, pid ${record.pid}: it had not ended after ${formatMs(afterMs)}; there is no report`,
      ];
    }
  }
}
