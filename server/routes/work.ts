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
const PARAMETERS: readonly string[] = ['seconds', 'distribution', 'scale'];
const WISH = 'either ?seconds= or ?distribution=, and &scale= if you like';
/** Finer than a clock here can tell, and enough for what JavaScript writes of a sum of such numbers. */
const DECIMALS = 9;
const DECIMAL = new RegExp(`^(\\d{1,9}(\\.\\d{1,${DECIMALS}})?|\\.\\d{1,${DECIMALS}})$`);

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

function askedOf(query: Query, shapes: Shapes): Asked {
  const { seconds, distribution, scale } = query;
  const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined)
    return { kind: 'problem', problem: `Cannot work with ${JSON.stringify(unknown)}: want ${WISH}` };
  if ((seconds === undefined) === (distribution === undefined))
    return { kind: 'problem', problem: `Cannot work: want ${WISH}` };
  const factor = decimalOf(scale ?? '1');
  if (factor === undefined || factor < MIN_SCALE || factor > MAX_SCALE)
    return refused('scale', scale, `a plain number from ${MIN_SCALE} to ${MAX_SCALE}, such as 1.5`);
  if (distribution === undefined) {
    const value = decimalOf(seconds);
    if (value === undefined || value * factor > MAX_WORK_SECONDS)
      return refused(
        'seconds',
        seconds,
        `a plain number from 0 to ${MAX_WORK_SECONDS}, the scale included, with at most ${DECIMALS} decimals, such as 0.0123`,
      );
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
  return typeof text === 'string' && DECIMAL.test(text) ? Number(text) : undefined;
}
