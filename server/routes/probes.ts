import type { Answer } from '../answer.ts';
import type { Lifecycle } from '../lifecycle.ts';

/** `/livez`: the process answers. */
export function livez(): Answer {
  return { status: 200, body: 'ok' };
}

/** `/readyz`: new traffic is welcome. */
export function readyz(lifecycle: Lifecycle): Answer {
  return lifecycle.draining ? { status: 503, body: 'draining' } : { status: 200, body: 'ok' };
}
