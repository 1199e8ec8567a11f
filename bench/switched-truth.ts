import type { Observer } from '../server/middleware/measure-requests.ts';
import { median } from './processes.ts';

/** CPU time of the whole process for a request, in microseconds; medians over slots in which the truth was on, or off. */
export type SwitchedCosts = { readonly onUs: number; readonly offUs: number };

const SLOT_MS = 100;
/** A slot at the edge of a run, half of it idle, tells little. */
const LEAST_REQUESTS = 200;

/**
 * An observer that tells another one of the requests of every second slot. Two processes of the same program differ by more than
 * what is looked for, two slots of one process hardly do.
 */
export function switched(observe: Observer): { readonly observe: Observer; costs(): SwitchedCosts } {
  const cpuUs = { on: [] as number[], off: [] as number[] };
  let isOn = false;
  let requests = 0;
  let before = process.cpuUsage();
  setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    if (requests >= LEAST_REQUESTS) cpuUs[isOn ? 'on' : 'off'].push((user + system) / requests);
    isOn = !isOn;
    requests = 0;
    before = process.cpuUsage();
  }, SLOT_MS).unref();
  return {
    observe(finished) {
      requests += 1;
      if (isOn) observe(finished);
    },
    costs: () => ({ onUs: median(cpuUs.on), offUs: median(cpuUs.off) }),
  };
}
