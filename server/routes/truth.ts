import { type Answer, errorBody } from '../answer.ts';
import type { Truth } from '../truth.ts';

/** @param after the value of `?after=`: an array when it was given more than once */
export function truth(source: Truth, after: string | readonly string[] | undefined): Answer {
  const seen = after ?? '0';
  if (typeof seen === 'string' && /^\d{1,15}$/.test(seen))
    return { status: 200, body: source.read(Number(seen)), headers: { 'Cache-Control': 'no-store' } };
  const error = `Cannot read after ${JSON.stringify(after)}: want the number of a request, 0 for all`;
  return { status: 400, body: errorBody(error, 'bad_request') };
}
