import { type Answer, errorBody, faultAnswer } from '../answer.ts';
import { ERROR_ENDPOINT_FAULTS, type ErrorEndpointFault, type Faults } from '../faults.ts';

/** @param type the value of `?type=`: an array when it was given more than once */
export function error(faults: Faults, type: string | readonly string[] | undefined): Answer {
  if (type === undefined) return faultAnswer(faults.error());
  const chosen = ERROR_ENDPOINT_FAULTS.find((fault: ErrorEndpointFault) => fault === type);
  if (chosen !== undefined) return faultAnswer(chosen);
  const wish = `want one of ${ERROR_ENDPOINT_FAULTS.join(', ')}`;
  return { status: 400, body: errorBody(`Unknown type ${JSON.stringify(type)}: ${wish}`, 'unknown_type') };
}
