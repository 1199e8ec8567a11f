/** Flags that `run` and `background start` have for every scenario, in camelCase: no option of a scenario may be called so. */
export const TAKEN_OPTION_NAMES = [
  'allowInvalid',
  'clock',
  'connections',
  'dryRun',
  'help',
  'html',
  'insecure',
  'interval',
  'json',
  'junit',
  'linger',
  'log',
  'pidfile',
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
