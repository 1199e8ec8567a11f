import { defaultText, flagName } from '../scenario/options.ts';
import type { ScenarioCard } from '../scenario/planned.ts';
import type { OptionSpec } from '../scenario/scenario.ts';
import type { Flag } from './command.ts';
import { SETTINGS } from './run-request.ts';

/** The flags that `run` has for every scenario. */
export const COMMON_FLAGS: readonly Flag[] = [
  {
    name: 'target',
    value: 'URL',
    about: 'what to send to (or LOADGEN_TARGET); without one, a demo service is started for the run',
  },
  { ...settingFlag('workers'), about: 'threads that send (default: cores - 1)' },
  { ...settingFlag('seed'), about: 'makes the run repeatable (default: random, and printed)' },
  settingFlag('connections'),
  settingFlag('timeout'),
  { name: 'insecure', about: 'do not check certificates' },
  settingFlag('clock'),
  {
    name: 'threshold',
    value: 'EXPRESSION',
    repeatable: true,
    about: "fail with exit code 99 unless it holds, such as 'latency.p99 < 500ms' (repeatable)",
  },
  { name: 'no-reconcile', about: "do not hold the target's own metrics against what was sent" },
  {
    name: 'allow-invalid',
    about: 'do not end with exit code 98 when the figures are not to be believed',
  },
  settingFlag('linger'),
  { name: 'json', value: 'FILE', about: "write the report as JSON, '-' for stdout" },
  { name: 'junit', value: 'FILE', about: 'write the verdict as JUnit XML' },
  { name: 'html', value: 'FILE', about: 'write the report as a page' },
  { name: 'quiet', about: 'print no progress and no summary' },
  { name: 'dry-run', about: 'print the schedule, send nothing' },
];

/** What a scenario declares as options, as flags. */
export function scenarioFlags(scenario: ScenarioCard): Flag[] {
  return Object.entries(scenario.options ?? {}).map(([name, spec]) => ({
    ...optionFlag(name, spec),
    group: `Options of ${scenario.name}:`,
  }));
}

function settingFlag(name: keyof typeof SETTINGS): Flag {
  return optionFlag(name, SETTINGS[name]);
}

function optionFlag(name: string, spec: OptionSpec): Flag {
  return {
    name: flagName(name).slice(2),
    value: placeholder(spec),
    about: `${spec.help} (default: ${defaultText(spec)})`,
  };
}

function placeholder(spec: OptionSpec): string {
  switch (spec.kind) {
    case 'integer':
    case 'number':
      return 'N';
    case 'duration':
      return 'D';
    case 'choice':
      return spec.choices.join('|');
  }
}
