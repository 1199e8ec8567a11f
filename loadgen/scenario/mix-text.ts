import { drawFor } from '../schedule/draw.ts';
import { canonicalJson } from '../schedule/hash.ts';
import type { Plan } from './plan.ts';
import { prepareRequests } from './prepare.ts';
import { describeThrown } from './scenario-error.ts';

/**
 * What a plan decides about its requests, as text for a hash: equal mixes give equal text. A function stands for itself by
 * what it gives the first arrivals; its source would differ from runtime to runtime.
 */
export function mixText({ mix, seed }: Plan): string {
  const request = prepareRequests(mix, '');
  const drawn = (entryIndex: number, index: number) => {
    try {
      return request(entryIndex, drawFor(seed, 0, index));
    } catch (thrown) {
      return describeThrown(thrown);
    }
  };
  return canonicalJson(
    mix.map(({ weight, endpoint, path, body }, entryIndex) => {
      const isFixed = typeof path !== 'function' && typeof body !== 'function';
      const requests = Array.from({ length: isFixed ? 1 : HASHED_DRAWS }, (_, i) => drawn(entryIndex, i));
      return { weight, endpoint, requests };
    }),
  );
}

const HASHED_DRAWS = 20;
