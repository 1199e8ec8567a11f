import { type Answer, faultAnswer, timestamp } from '../answer.ts';
import type { Faults } from '../faults.ts';
import { type Closable, wait } from '../wait.ts';

/** @param client closes when nobody waits for the answer any more */
export async function slow(faults: Faults, client: Closable): Promise<Answer> {
  const { fault, waitMs } = faults.slow();
  await wait(waitMs, client);
  if (fault !== null) return faultAnswer(fault);
  const body = {
    message: 'Slow answer',
    waited_ms: Math.round(waitMs * 1000) / 1000,
    timestamp: timestamp(),
  };
  return { status: 200, body };
}
