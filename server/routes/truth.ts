import { type Answer, errorBody } from '../answer.ts';
import type { Truth } from '../truth.ts';

/** The answer's way to its reader; 'close' when it is out, or when nobody takes it any more. */
type Outgoing = { once(event: 'close', listener: () => void): unknown };

/** @param after the value of `?after=`: an array when it was given more than once */
export type TruthReader = (after: string | readonly string[] | undefined, outgoing: Outgoing) => Answer;

/** Answers one reader at a time, so that no number of them takes more memory than one page. */
export function createTruthReader(source: Truth): TruthReader {
  let isBusy = false;
  return (after, outgoing) => {
    const seen = after ?? '0';
    if (typeof seen !== 'string' || !/^\d{1,15}$/.test(seen)) return refusal(after);
    if (isBusy) return busy();
    isBusy = true;
    outgoing.once('close', () => {
      isBusy = false;
    });
    return { status: 200, body: source.read(Number(seen)), headers: { 'Cache-Control': 'no-store' } };
  };
}

function refusal(after: string | readonly string[] | undefined): Answer {
  const error = `Cannot read after ${JSON.stringify(after)}: want the number of a request, 0 for all`;
  return { status: 400, body: errorBody(error, 'bad_request') };
}

/** In seconds; a page is out in some milliseconds. */
const RETRY_AFTER = '1';

function busy(): Answer {
  const error = `Cannot read now, another reader is being answered: want one at a time, ask again in ${RETRY_AFTER} s`;
  return {
    status: 503,
    body: errorBody(error, 'busy'),
    headers: { 'Cache-Control': 'no-store', 'Retry-After': RETRY_AFTER },
  };
}
