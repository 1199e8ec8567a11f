import type { Middleware as KoaMiddleware, ParameterizedContext } from 'koa';
import type { ErrorType } from './metrics.ts';

/** What one request carries from middleware to middleware. */
export type State = {
  /** When its duration began, in milliseconds of `performance.now()`; absent where nothing is measured. */
  startMs?: number;
  /** The error that was injected into this request, or that struck it. */
  errorType?: ErrorType;
  /** It was refused before it was routed. */
  refused?: boolean;
};

export type Context = ParameterizedContext<State>;
export type Middleware = KoaMiddleware<State>;
