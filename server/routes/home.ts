import { type Answer, faultAnswer, timestamp } from '../answer.ts';
import type { Faults } from '../faults.ts';

/** @param message what it says when all is well */
export function home(faults: Faults, message: string): Answer {
  const fault = faults.home();
  if (fault !== null) return faultAnswer(fault);
  return {
    status: 200,
    body: { message, status: 'running', timestamp: timestamp() },
  };
}
