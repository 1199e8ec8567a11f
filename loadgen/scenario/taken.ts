/** Flags that `run` has for every scenario, in camelCase: no option of a scenario may be called so. */
export const TAKEN_OPTION_NAMES = [
  'clock',
  'connections',
  'dryRun',
  'help',
  'html',
  'insecure',
  'json',
  'junit',
  'linger',
  'quiet',
  'reconcile',
  'seed',
  'target',
  'threshold',
  'timeout',
  'ui',
  'version',
  'workers',
] as const;

export type TakenOptionName = (typeof TAKEN_OPTION_NAMES)[number];
