import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import { DEFAULT_LOG } from '../../loadgen/cli/background-flags.ts';
import { EXIT } from '../../loadgen/exit.ts';
import { countingTarget } from '../background/box.ts';
import { soundReport } from '../run/report-of.ts';
import { eventually } from '../server/demo.ts';
import { chiSquare, chiSquareLimit } from '../support/chi-square.ts';
import { type Keep, keeper } from '../support/keeper.ts';
import { runLoadgen, startLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';
import { arrivalsOf, ROUNDING_SECONDS, SEED, wordsOf } from './planned.ts';
import type { ScriptProof } from './row.ts';
import { SCRIPT_ROWS } from './script-rows.ts';

suite('the mission: what goes on until Ctrl-C', (test) => {
  const keep = keeper(test);
  for (const { old, now, proof } of SCRIPT_ROWS) {
    const proofs = proofsOf(wordsOf(now), proof, keep);
    for (const [what, body] of Object.entries(proofs)) test(`${old} → ${now}: ${what}`, body);
  }

  test('the default log is the file of old', async () => {
    const { stdout } = await runLoadgen(['background', 'start', '--help']);
    assert.match(stdout.replaceAll(/\s+/g, ' '), '(default: /tmp/background_traffic.log)');
    assert.is(DEFAULT_LOG, '/tmp/background_traffic.log');
  });
});

type Proofs = Readonly<Record<string, () => Promise<void>>>;

function proofsOf(words: readonly string[], proof: ScriptProof, keep: Keep): Proofs {
  switch (proof.kind) {
    case 'gaps':
      return {
        'as it stands, planned': () => plansGaps(words, proof.fromSeconds, proof.toSeconds),
        'as it stands, until Ctrl-C': () => sendsUntilStopped(words, keep),
      };
    case 'threads':
      return {
        'as it stands, planned': () => plansPeak(words, proof.threads, proof.seconds),
        'as it stands, until Ctrl-C': () => opensConnections(words, proof.threads, keep),
      };
    case 'even':
      // controlled.test.ts
      return {};
    case 'act':
    case 'menu':
      // menu.test.ts
      return {};
    case 'statistics':
    case 'connectivity':
    case 'background':
      // As they stand they want port 5000 and /tmp: own-machine.test.ts.
      return {};
  }
}

async function plansGaps(words: readonly string[], fromSeconds: number, toSeconds: number): Promise<void> {
  const arrivals = await arrivalsOf(words);
  assert.ok(arrivals.length >= 1000, 'it has no end');
  const gaps = arrivals.map((atSeconds, index) => atSeconds - (arrivals[index - 1] ?? 0));
  for (const gap of gaps)
    assert.ok(gap > fromSeconds - ROUNDING_SECONDS && gap < toSeconds + ROUNDING_SECONDS, `${gap}`);
  const bins = new Array<number>(10).fill(0);
  for (const gap of gaps) {
    const bin = Math.floor(((gap - fromSeconds) / (toSeconds - fromSeconds)) * bins.length);
    bins[Math.min(bins.length - 1, Math.max(0, bin))]! += 1;
  }
  const even = bins.map(() => gaps.length / bins.length);
  assert.ok(chiSquare(bins, even) < chiSquareLimit(bins.length - 1), bins.join(' '));
}

async function sendsUntilStopped(words: readonly string[], keep: Keep): Promise<void> {
  const target = keep(await countingTarget(), (one) => one.close());
  const running = keep(startLoadgen([...words, '--target', target.url, '--json', '-']), (one) => one.close());
  await eventually(() => target.count() >= 2 || undefined);
  running.signal('SIGINT');
  const ended = await running.ended;
  assert.is(ended.exitCode, EXIT.signal, ended.stderr);
  const report = soundReport(ended, ended.stdout);
  assert.is(report.requests.sent, target.count());
}

async function plansPeak(words: readonly string[], threads: number, seconds: number): Promise<void> {
  const { exitCode, stdout, stderr } = await runLoadgen([...words, '--dry-run', ...SEED]);
  assert.is(exitCode, EXIT.passed, stderr);
  const lines = stdout.trimEnd().split('\n');
  const peaks = lines.filter((line) => line.includes('connections'));
  assert.equal(peaks, [
    `    5.000000  ${threads} connections, each as fast as it is answered, for ${seconds} s`,
  ]);
  const calm = lines.map((line) => Number(line.trim().split(' ')[0])).filter((at) => at !== 5);
  assert.equal([calm[0], calm.at(-1)], [0, 5 + seconds + 4.5]);
}

/** So many requests wait for their answers at once, and never one more. */
async function opensConnections(words: readonly string[], threads: number, keep: Keep): Promise<void> {
  const target = keep(await crowdedTarget(threads), (one) => one.close());
  const running = keep(startLoadgen([...words, '--target', target.url, '--json', '-']), (one) => one.close());
  await eventually(() => target.crowds() >= 5 || undefined);
  running.signal('SIGINT');
  const ended = await running.ended;
  assert.is(ended.exitCode, EXIT.signal, ended.stderr);
  assert.is(soundReport(ended, ended.stdout).options.threads, threads);
  assert.is(target.most(), threads);
}

/** Answers when so many wait, after a moment in which one more could come, or after a while. */
async function crowdedTarget(size: number) {
  const waiting = new Set<() => void>();
  let crowds = 0;
  let most = 0;
  const server = createServer((_, response) => {
    const answer = () => {
      if (waiting.delete(answer)) response.end('ok');
    };
    waiting.add(answer);
    setTimeout(answer, PATIENCE_MS).unref();
    most = Math.max(most, waiting.size);
    if (waiting.size !== size) return;
    crowds++;
    const all = [...waiting];
    setTimeout(() => {
      for (const one of all) one();
    }, MOMENT_MS).unref();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    crowds: () => crowds,
    most: () => most,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const PATIENCE_MS = 400;
const MOMENT_MS = 50;
