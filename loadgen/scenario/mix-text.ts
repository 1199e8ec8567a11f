import { drawFor } from '../schedule/draw.ts';
import { canonicalJson } from '../schedule/hash.ts';
import type { WireRequest } from '../wire/wire.ts';
import type { Plan } from './plan.ts';
import { prepareRequests } from './prepare.ts';
import { differingFields } from './repeatability.ts';
import { describeThrown } from './scenario-error.ts';

/**
 * What a plan decides about its requests, as text for a hash: equal mixes give equal text. A function stands for itself by
 * what it gives the first arrivals; its source would differ from runtime to runtime. What is another each time it is built is
 * left out: the text is that of what does repeat, and `repeatability` says that not all does.
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
    mix.map((entry, entryIndex) => {
      const { weight, endpoint, path, body } = entry;
      const isFixed = typeof path !== 'function' && typeof body !== 'function';
      if (isFixed) return { weight, endpoint, requests: [drawn(entryIndex, 0)] };
      const differing = differingFields(entry, entry, seed, HASHED_DRAWS).map(({ name }) => name);
      const requests = Array.from({ length: HASHED_DRAWS }, (_, i) =>
        without(drawn(entryIndex, i), differing),
      );
      return { weight, endpoint, requests };
    }),
  );
}

const HASHED_DRAWS = 20;

function without(drawn: WireRequest | string, fields: readonly ('path' | 'body')[]): unknown {
  if (fields.length === 0) return drawn;
  // What was thrown may tell of what differs.
  if (typeof drawn === 'string') return { differs: fields };
  return { ...drawn, ...Object.fromEntries(fields.map((field) => [field, null])), differs: fields };
}
