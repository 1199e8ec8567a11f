import type { Io } from '../cli/io.ts';
import { Follower, lastLines } from './follow.ts';
import { LOG_LIMITS } from './log.ts';
import { readOwnFile } from './own-file.ts';

const POLL_MS = 200;

/**
 * Prints the last lines of a log, those of full files kept beside it too when it is young. Answers false when there is
 * no log.
 * @throws {ForeignFileError} when something else has its name
 */
export function printLog(path: string, lines: number, io: Io): boolean {
  const texts = wholeLog(path, lines, io.uid);
  io.stdout(lastLines(texts.join(''), lines));
  return texts.length > 0;
}

/** Prints the last lines, and then what comes, until a signal ends it or nobody reads any more. */
export function followLog(path: string, lines: number, io: Io): Promise<void> {
  const follower = new Follower(path, io.uid);
  const own = follower.read();
  const older = countLines(own) < lines ? wholeLog(`${path}.1`, lines - countLines(own), io.uid) : [];
  io.stdout(lastLines(`${older.join('')}${own}`, lines));
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      try {
        const text = follower.read();
        if (text !== '') io.stdout(text);
      } catch (error) {
        end();
        reject(error);
      }
    }, POLL_MS);
    const end = () => {
      clearInterval(timer);
      release();
      follower.close();
    };
    const endWell = () => {
      end();
      resolve();
    };
    const release = io.onSignal(endWell);
    io.onStdoutClosed(endWell);
  });
}

/** The file and so many of those kept beside it as the wanted lines need, oldest first; empty when there is none. */
function wholeLog(path: string, lines: number, uid: number): string[] {
  const texts: string[] = [];
  const names = [path, ...Array.from({ length: LOG_LIMITS.kept }, (_, i) => `${path}.${i + 1}`)];
  let missing = lines;
  for (const name of names) {
    const text = missing > 0 || texts.length === 0 ? readOwnFile(name, uid) : null;
    if (text === null) break;
    texts.unshift(text);
    missing -= countLines(text);
  }
  return texts;
}

function countLines(text: string): number {
  return text.split('\n').length - 1;
}
