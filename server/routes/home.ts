import { type Answer, faultAnswer, timestamp } from '../answer.ts';
import type { Faults } from '../faults.ts';

export function home(faults: Faults): Answer {
  const fault = faults.home();
  if (fault !== null) return faultAnswer(fault);
  return {
    status: 200,
    body: { message: 'The demo service is running', status: 'running', timestamp: timestamp() },
  };
}
