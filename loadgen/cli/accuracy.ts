import { resolve } from 'node:path';
import { EXIT, ExitError } from '../exit.ts';
import { type AccuracyRequest, DEFAULT_SAMPLES, SHAPE_NAMES, type ShapeName } from '../experiment/plan.ts';
import { didYouMean } from '../nearest.ts';
import { gotWant, type Problem } from '../scenario/problem.ts';
import type { OptionSpecs } from '../scenario/scenario.ts';
import type { Command, Flag, Given } from './command.ts';
import type { Io } from './io.ts';
import { parseFlagValues, refuse, targetOf } from './look-flags.ts';
import { whyUnwritable } from './run.ts';

/** `loadgen accuracy`: how far the histogram's quantiles are from the truth. */
export function openAccuracy(io: Io): Command {
  return { words: [], flags: FLAGS, epilogue: EPILOGUE, act: (given) => act(given, io) };
}

const NUMBERS = {
  rate: { kind: 'number', default: 500, min: 0.001, max: 100_000, help: 'requests a second at most' },
  scale: {
    kind: 'number',
    default: 1,
    min: 0.01,
    max: 10,
    help: 'multiplies the durations of a distribution',
  },
  promql: { kind: 'choice', choices: ['2.42', '3'], default: '3', help: 'whose histogram_quantile answers' },
  maxBuckets: {
    kind: 'integer',
    default: 15,
    min: 1,
    max: 100,
    help: 'finite bounds of the suggested layout',
  },
  maxError: {
    kind: 'number',
    default: 30,
    min: 0,
    max: 1_000_000,
    help: "exit 99 when a quantile of the target's own bounds is farther off, in percent",
  },
  workers: { kind: 'integer', default: 1, min: 1, max: 256, help: 'threads that send' },
  connections: {
    kind: 'integer',
    default: 1_000,
    min: 1,
    max: 10_000,
    help: 'the most connections at a time',
  },
  timeout: { kind: 'duration', default: '60s', min: '1ms', max: '1h', help: 'how long a request may take' },
} as const satisfies OptionSpecs;

const FLAGS: readonly Flag[] = [
  {
    name: 'target',
    value: 'URL',
    about:
      'a demo service that was started with TRUTH=1 (or LOADGEN_TARGET); without one, it is started for the time being',
  },
  {
    name: 'samples',
    value: 'N',
    about: `requests of one experiment (default: ${DEFAULT_SAMPLES.endpoints}, of a distribution ${DEFAULT_SAMPLES.distribution})`,
  },
  { name: 'rate', value: 'N', about: `${NUMBERS.rate.help} (default: ${NUMBERS.rate.default})` },
  { name: 'seed', value: 'N', about: 'makes it repeatable (default: random, and printed)' },
  {
    name: 'distribution',
    value: 'NAME',
    repeatable: true,
    about: `let /work take as long as draws of this law, instead of the service's own endpoints: ${SHAPE_NAMES.join(', ')}, or all (repeatable)`,
  },
  { name: 'scale', value: 'N', about: `${NUMBERS.scale.help} (default: 1)` },
  { name: 'promql', value: '2.42|3', about: `${NUMBERS.promql.help} (default: 3)` },
  { name: 'suggest', about: 'search bucket bounds, and judge them on runs that the search has not seen' },
  { name: 'max-buckets', value: 'N', about: `${NUMBERS.maxBuckets.help} (default: 15)` },
  {
    name: 'max-error',
    value: 'PERCENT',
    about: `${NUMBERS.maxError.help} (default: ${NUMBERS.maxError.default})`,
  },
  { name: 'workers', value: 'N', about: `${NUMBERS.workers.help} (default: 1)` },
  { name: 'connections', value: 'N', about: `${NUMBERS.connections.help} (default: 1000)` },
  { name: 'timeout', value: 'D', about: `${NUMBERS.timeout.help} (default: 60s)` },
  { name: 'insecure', about: 'do not check certificates' },
  { name: 'json', value: 'FILE', about: "write the report as JSON, '-' for stdout" },
  { name: 'svg', value: 'FILE', about: 'write a picture of the curves' },
  { name: 'quiet', about: 'print no progress and no tables' },
];

const EPILOGUE = `Drives the target, reads its histograms and its own exact durations (/truth) before
and after, and splits what a dashboard is off into its causes: buckets, place of
measurement, scraping.

Exit code: 0 the histograms hold the truth, no quantile lies above the top bound or is
farther off than --max-error; 99 otherwise; 104 the target has no truth; 105 stopped; 106 nothing answers.`;

async function act(given: Given, io: Io): Promise<number> {
  const problems: Problem[] = [];
  const request = requestOf(given, io, problems);
  refuse(problems);
  for (const [flag, file] of [
    ['--json', request.jsonFile],
    ['--svg', request.svgFile],
  ] as const) {
    if (file === null || file === '-') continue;
    const reason = await whyUnwritable(resolve(io.cwd, file));
    if (reason !== null) throw new ExitError(EXIT.usage, `${flag}: cannot write '${file}': ${reason}`);
  }
  // Imported only now, so that `--help` does not wait for it.
  const { measureAccuracy } = await import('../experiment/accuracy.ts');
  return measureAccuracy(request, io);
}

function requestOf({ words, flags }: Given, io: Io, problems: Problem[]): AccuracyRequest {
  const given = { words, flags };
  const values = parseFlagValues({ ...NUMBERS, ...typedOnly(flags) }, given, problems);
  return {
    target: targetOf(given, io.env.LOADGEN_TARGET, problems),
    seed: Number(values.seed ?? Math.floor(Math.random() * 2 ** 31)),
    samples: values.samples === undefined ? null : Number(values.samples),
    rate: Number(values.rate),
    distributions: distributionsOf(flags.distribution, problems),
    scale: Number(values.scale),
    promql: values.promql === '2.42' ? '2.42' : '3',
    suggest: flags.suggest === true,
    maxBuckets: Number(values.maxBuckets),
    maxError: Number(values.maxError) / 100,
    workers: Number(values.workers),
    connections: Number(values.connections),
    timeoutMs: Number(values.timeout),
    insecure: flags.insecure === true,
    jsonFile: fileOf(flags.json, '--json', true, problems),
    svgFile: fileOf(flags.svg, '--svg', false, problems),
    quiet: flags.quiet === true,
  };
}

/** Flags whose default is none: only what was typed is read. */
function typedOnly(flags: Given['flags']): OptionSpecs {
  const specs = {
    seed: { kind: 'integer', default: 0, min: 0, max: 2 ** 31 - 1, help: '' },
    samples: { kind: 'integer', default: 1, min: 1, max: 1_000_000, help: '' },
  } as const satisfies OptionSpecs;
  return Object.fromEntries(Object.entries(specs).filter(([name]) => flags[name] !== undefined));
}

function distributionsOf(typed: Given['flags'][string] | undefined, problems: Problem[]): ShapeName[] {
  const names = [typed ?? []].flat().map(String);
  const wanted = names.flatMap((name): readonly string[] => (name === 'all' ? SHAPE_NAMES : [name]));
  return [...new Set(wanted)].flatMap((name) => {
    const shape = SHAPE_NAMES.find((known) => known === name);
    if (shape !== undefined) return [shape];
    const wish = `one of ${SHAPE_NAMES.join(', ')}, or all${didYouMean(name, SHAPE_NAMES)}`;
    problems.push({ path: '--distribution', wish: gotWant(name, wish) });
    return [];
  });
}

function fileOf(
  typed: Given['flags'][string] | undefined,
  flag: string,
  takesStdout: boolean,
  problems: Problem[],
): string | null {
  if (typeof typed !== 'string') return null;
  if (typed === '' || (typed === '-' && !takesStdout))
    problems.push({ path: flag, wish: gotWant(typed, 'a file name') });
  return typed;
}
