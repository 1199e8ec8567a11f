import { FAULT_STATUS, type Fault } from './faults.ts';

/** What a route answers; an object is sent as JSON. */
export type Answer = {
  readonly status: number;
  readonly body: string | Uint8Array | object;
  readonly headers?: Readonly<Record<string, string>>;
  /** The fault that was injected. */
  readonly fault?: Fault;
};

/** Now, in ISO 8601 UTC. */
export function timestamp(): string {
  return new Date().toISOString();
}

/** The body of every error that the service answers. */
export function errorBody(error: string, errorType: string): object {
  return { error, error_type: errorType, timestamp: timestamp() };
}

/** The answer of an injected fault. */
export function faultAnswer(fault: Fault): Answer {
  return { status: FAULT_STATUS[fault], body: errorBody(MESSAGES[fault], fault), fault };
}

const MESSAGES: Readonly<Record<Fault, string>> = {
  home_error: 'Internal server error',
  health_check_failed: 'Health check failed',
  validation_error: 'Validation failed',
  database_error: 'Database connection failed',
  timeout_error: 'Upstream timed out',
  permission_error: 'Permission denied',
  timeout: 'The answer took too long',
};
