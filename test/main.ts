import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installMissing } from './support/install-parts.ts';
import { type FileOutcome, type RunningFile, startFile } from './support/run-file.ts';
import { partsWantedBy } from './support/wanted-parts.ts';

/**
 * Runs every test/**\/*.test.ts in a process of its own: one that hangs, crashes or leaves something behind is a
 * failure of that file and of no other. Arguments choose files by a part of their name, and leave files out by one with
 * a '!' before it. The programs that the files ask for are installed first, where that is allowed; a case whose program
 * is missing is skipped, which with CI=true is a failure.
 */
export async function main(): Promise<void> {
  const given = process.argv.slice(2);
  const wanted = given.filter((word) => !word.startsWith('!'));
  const unwanted = given.filter((word) => word.startsWith('!')).map((word) => word.slice(1));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endAll);
  const files = testFiles()
    .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
    .filter((file) => !unwanted.some((word) => file.includes(word)));
  if (files.length === 0) {
    console.error(`No test file matches ${given.join(' ')}: want a part of a name under test/`);
    process.exitCode = 1;
    return;
  }
  const parts = partsWantedBy(files.map((file) => join(ROOT, file)));
  await installMissing(parts, process.env.LOADGEN_TEST_INSTALL !== '0');
  const outcomes = await runAll(files);
  process.exitCode = summarise(outcomes, process.env.CI === 'true');
}

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** Most files wait more than they work. */
const LANES = Math.max(1, Math.min(2, cpus().length));
const SLOWEST = 5;

function testFiles(): string[] {
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => relative(ROOT, join(ROOT, 'test', name)))
    .sort();
}

const running = new Set<RunningFile>();

async function runAll(files: readonly string[]): Promise<FileOutcome[]> {
  const queue = [...files];
  const outcomes: FileOutcome[] = [];
  const lane = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const started = startFile(ROOT, file);
      running.add(started);
      const outcome = await started.outcome;
      running.delete(started);
      outcomes.push(outcome);
      process.stdout.write(lineOf(outcome));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return outcomes;
}

function lineOf({ file, passed, failed, skipped, output }: FileOutcome): string {
  if (failed > 0) return `\n== ${file}\n${output}\n`;
  return `${file}: ${passed} passed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}\n`;
}

/** Prints what a person wants to know at the end, the counts last. Returns the exit code. */
function summarise(outcomes: readonly FileOutcome[], skipFails: boolean): number {
  const sum = (numberOf: (outcome: FileOutcome) => number) =>
    outcomes.reduce((total, outcome) => total + numberOf(outcome), 0);
  const passed = sum((outcome) => outcome.passed);
  const failed = sum((outcome) => outcome.failed);
  const skipped = sum((outcome) => outcome.skipped.length);
  const slowest = outcomes.toSorted((a, b) => b.tookMs - a.tookMs).slice(0, SLOWEST);
  if (outcomes.length > SLOWEST)
    console.log(
      `slowest: ${slowest.map((one) => `${one.file} ${(one.tookMs / 1000).toFixed(1)} s`).join(', ')}`,
    );
  const wishes = outcomes.flatMap((outcome) => outcome.skipped);
  for (const wish of new Set(wishes))
    console.log(`skipped: ${wishes.filter((one) => one === wish).length} for want of ${wish}`);
  if (skipped > 0 && skipFails) console.log('With CI=true what is skipped is a failure');
  for (const outcome of outcomes.filter((o) => o.failed > 0)) console.log(`failed: ${outcome.file}`);
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed > 0 || (skipped > 0 && skipFails) ? 1 : 0;
}

function endAll(): void {
  for (const one of running) one.end();
  process.exit(130);
}

if (import.meta.main) await main();
