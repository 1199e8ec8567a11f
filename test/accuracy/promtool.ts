import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { part } from '../support/parts.ts';

/** One question to promtool: series, each with promtool's own notation of values, and an expression over them. */
export type Question = {
  readonly id: string;
  readonly series: readonly { readonly labels: Readonly<Record<string, string>>; readonly values: string }[];
  /** Must select the series by `{id="…"}`. */
  readonly expression: string;
  readonly atMs: number;
};

const QUESTIONS_A_FILE = 1000;

/**
 * What Prometheus itself answers, exactly, by id; a question without an answer (an empty vector) has no entry.
 * It expects nothing of any question, so promtool reports each answer as a difference, in shortest exact digits.
 */
export async function askPromtool(
  questions: readonly Question[],
  intervalMs: number,
): Promise<Map<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), 'loadgen-promtool-'));
  try {
    const files: string[] = [];
    for (let at = 0; at < questions.length; at += QUESTIONS_A_FILE) {
      const file = join(directory, `${at}.yml`);
      writeFileSync(file, testFile(questions.slice(at, at + QUESTIONS_A_FILE), intervalMs));
      files.push(file);
    }
    return answersIn(await run(['test', 'rules', ...files]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A number as Go reads it back to the bit. */
export function goNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  if (Math.abs(value) === Number.POSITIVE_INFINITY) return value > 0 ? '+Inf' : '-Inf';
  return String(value).replace('e+', 'e');
}

const LAST_TICK = '1h';

function testFile(questions: readonly Question[], intervalMs: number): string {
  // Samples are loaded up to the last tick only, so one question stands on a tick behind all others.
  const tick = { expr: 'vector(1)', eval_time: LAST_TICK, exp_samples: [{ labels: '{}', value: 1 }] };
  // JSON is YAML.
  return JSON.stringify({
    evaluation_interval: LAST_TICK,
    tests: [
      {
        interval: `${intervalMs}ms`,
        input_series: questions.flatMap(({ id, series }) =>
          series.map(({ labels, values }) => ({ series: `s${labelText({ ...labels, id })}`, values })),
        ),
        promql_expr_test: [
          ...questions.map(({ expression, atMs }) => ({ expr: expression, eval_time: `${atMs}ms` })),
          tick,
        ],
      },
    ],
  });
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `{${pairs.join(',')}}`;
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(part('promtool'), [...args], { maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      // Exit 1 says that some answer differs from nothing, which is what is wanted here.
      if (error !== null && error.code !== 1) reject(error);
      else resolve(`${stdout}\n${stderr}`);
    });
  });
}

function answersIn(output: string): Map<string, number> {
  const answers = new Map<string, number>();
  for (const [, id, value] of output.matchAll(/^ +got: \{id="([^"]+)"\} (\S+)$/gm))
    answers.set(id!, Number(value!.replace('Inf', 'Infinity')));
  const failures = [...output.matchAll(/^ +expr: /gm)].length;
  if (failures !== answers.size || /err:|error|panic/i.test(output))
    throw new Error(
      `Cannot read promtool's answers: ${failures} reported, ${answers.size} understood\n${output.slice(0, 2000)}`,
    );
  return answers;
}
