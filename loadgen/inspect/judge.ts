import type { Asked } from './ask.ts';

/** What to think of one endpoint. A fault is an error that a demo service makes on purpose. */
export type Verdict = 'good' | 'fault' | 'bad';

export type EndpointCheck = {
  readonly path: string;
  /** null: no answer. */
  readonly status: number | null;
  /** Whole exchange, from the dial to the last byte. */
  readonly timeUs: number;
  readonly verdict: Verdict;
  /** The verdict in words. */
  readonly note: string;
};

/** Who wants to know: an endpoint that should be there is judged harder than one that is only tried. */
export type Expectation = 'demo' | 'named' | 'tried';

/** Judges one answer. */
export function judge(path: string, asked: Asked, expectation: Expectation): EndpointCheck {
  const { timeUs } = asked;
  if (asked.kind === 'unanswered')
    return { path, status: null, timeUs, verdict: 'bad', note: asked.failure.what };
  const { status } = asked;
  return { path, status, timeUs, ...verdictOf(path, asked, expectation) };
}

type Answered = Extract<Asked, { kind: 'answered' }>;

function verdictOf(
  path: string,
  { status, body }: Answered,
  expectation: Expectation,
): Pick<EndpointCheck, 'verdict' | 'note'> {
  const fault = expectation === 'demo' ? injectedFault(body) : null;
  if (status < 300) return { verdict: 'good', note: NOTES[path]?.[expectation] ?? 'answers' };
  if (status < 400) return { verdict: 'good', note: 'answers with a redirect, which is not followed' };
  if (fault !== null) return { verdict: 'fault', note: `injected: ${fault}` };
  if (expectation === 'demo' && status === 503) return { verdict: 'bad', note: 'draining or overloaded' };
  if (status >= 500) return { verdict: 'bad', note: 'answers with an error of its own' };
  return expectation === 'tried'
    ? { verdict: 'good', note: 'answers, but has nothing here: --path asks elsewhere' }
    : { verdict: 'bad', note: status === 404 ? 'answers, but has nothing here' : 'refuses the request' };
}

const NOTES: Readonly<Record<string, Partial<Record<Expectation, string>>>> = {
  '/error': { demo: 'answers, but should fail' },
  '/slow': { demo: 'answers after its wait' },
  '/metrics': { demo: 'metrics that reconcile', tried: 'metrics, but not those of the demo service' },
};

/** The `error_type` of an error that was injected; null for any other answer. */
function injectedFault(body: string): string | null {
  try {
    const { error_type: type } = JSON.parse(body) as { error_type?: unknown };
    return typeof type === 'string' && type !== 'internal_error' ? type : null;
  } catch {
    return null;
  }
}
