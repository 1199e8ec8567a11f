import { type Answer, errorBody, timestamp } from '../answer.ts';
import { MAX_WAIT_MS } from '../config.ts';
import { SHAPE_NAMES, type Shapes } from '../shapes.ts';
import { type Closable, waitUntil } from '../wait.ts';

/** As Koa parses a query: an array for a name that was given more than once. */
type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The longest that `/work` takes, whatever it is asked for or draws. */
const MAX_WORK_SECONDS = MAX_WAIT_MS / 1000;
const MIN_SCALE = 0.01;
const MAX_SCALE = 10;

/**
 * Takes as long as it is told to, or as a draw from a known distribution says.
 *
 * @param startMs when the request's duration began, in milliseconds of `performance.now()`
 * @param client closes when nobody waits for the answer any more
 */
export async function work(shapes: Shapes, query: Query, startMs: number, client: Closable): Promise<Answer> {
  const asked = askedOf(query, shapes);
  if (asked.kind === 'problem') return { status: 400, body: errorBody(asked.problem, 'bad_request') };
  await waitUntil(startMs + asked.seconds * 1000, client);
  return { status: 200, body: { seconds: asked.seconds, timestamp: timestamp() } };
}

type Asked =
  | { readonly kind: 'seconds'; readonly seconds: number }
  | { readonly kind: 'problem'; readonly problem: string };

function askedOf({ seconds, distribution, scale }: Query, shapes: Shapes): Asked {
  if ((seconds === undefined) === (distribution === undefined))
    return { kind: 'problem', problem: 'Cannot work: want either ?seconds= or ?distribution=' };
  const factor = decimalOf(scale ?? '1');
  if (factor === undefined || factor < MIN_SCALE || factor > MAX_SCALE)
    return refused('scale', scale, `a number from ${MIN_SCALE} to ${MAX_SCALE}`);
  if (distribution === undefined) {
    const value = decimalOf(seconds);
    if (value === undefined || value * factor > MAX_WORK_SECONDS)
      return refused('seconds', seconds, `a number from 0 to ${MAX_WORK_SECONDS}, the scale included`);
    return { kind: 'seconds', seconds: value * factor };
  }
  const name = SHAPE_NAMES.find((shape) => shape === distribution);
  if (name === undefined) return refused('distribution', distribution, `one of ${SHAPE_NAMES.join(', ')}`);
  return { kind: 'seconds', seconds: Math.min(MAX_WORK_SECONDS, shapes(name) * factor) };
}

function refused(name: string, value: Query[string], wish: string): Asked {
  return { kind: 'problem', problem: `Cannot work with ${name}=${JSON.stringify(value)}: want ${wish}` };
}

function decimalOf(text: Query[string]): number | undefined {
  return typeof text === 'string' && /^(\d{1,9}\.?\d*|\.\d+)(e-?\d{1,2})?$/i.test(text)
    ? Number(text)
    : undefined;
}
