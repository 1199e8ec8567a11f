import { type Answer, faultAnswer, timestamp } from '../answer.ts';
import type { Faults } from '../faults.ts';

export function health(faults: Faults): Answer {
  const fault = faults.health();
  if (fault !== null) return faultAnswer(fault);
  return { status: 200, body: { status: 'healthy', timestamp: timestamp() } };
}
