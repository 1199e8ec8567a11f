import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { pages, type Sample, samplesOf } from './pages.ts';
import { differences, unknownSentences } from './shape.ts';
import { openStage, type Stage } from './stage.ts';

/** Samples that no test can bring about, and why. What they show must still be made of what the program says. */
const NOT_PLAYED: readonly (readonly [RegExp, string])[] = [
  [/^npm (ci|test|run bench:\w+)$/, 'installs, or runs all of this'],
  [/^npm run( --silent)? stack$/, 'wants free ports that are given; test/observability plays it on others'],
  [/^node bench /, 'a benchmark'],
  [/^node loadgen demo$/, 'wants a terminal and a person; test/demo plays it in tmux'],
  [/^node loadgen run continuous/, 'has no end'],
  [/^node loadgen run steady --rate 500 /, 'shows a machine that is too busy'],
  [/^node loadgen run timeouts --rate 20 /, 'waits half a minute for a queue; test/report judges such runs'],
  [
    /^(BUCKETS=\S+ )?node loadgen accuracy (--distribution|--seed)/,
    'measures for long; test/experiment does so with less',
  ],
  [/^node loadgen run controlled --requests 500 --duration 20s$/, 'is about 20 s of nothing else'],
  [/--path \/-\/healthy$/, 'wants a Prometheus on port 9090'],
  [/^node loadgen background start --target .* --rate 5$/, 'stays; played with --seed'],
];

const SHOWN = pages()
  .flatMap(samplesOf)
  .filter(({ output }) => output.length > 0)
  // The French page shows the English one's runs, another test says.
  .filter(({ page }) => page !== 'README.fr.md');
const played = new Set<Sample>();

/** Plays a sample in a way of its own, or returns what it printed. */
type Player = (stage: Stage, sample: Sample) => Promise<string>;

suite('samples in pages', (test) => {
  let stage: Stage;
  test.before(async () => {
    // Enough requests of each kind that no line of a table is missing, and none that takes long.
    stage = await openStage({ SLOW_MS: '1-2', SLOW_TIMEOUT_MS: '1-2' });
    await stage.play({
      command: 'node loadgen run controlled --requests 600 --duration 1s --target http://127.0.0.1:5000',
    });
  });
  test.after(() => stage.close());

  const compareAll = async (samples: readonly Sample[], player: Player) => {
    assert.ok(samples.length > 0);
    const problems: string[] = [];
    for (const sample of samples) {
      played.add(sample);
      const real = await player(stage, sample);
      const found = differences(sample.output, real);
      if (found.length > 0)
        problems.push(`${sample.at}: ${sample.command}\n${found.join('\n')}\n-- it was:\n${real}`);
    }
    assert.is(problems.length, 0, problems.join('\n\n'));
  };

  test('those that are not played are made of what the program says', () => {
    assert.ok(SHOWN.length > 30, `${SHOWN.length} samples`);
    const found = SHOWN.filter(isNotPlayed).flatMap((sample) =>
      unknownSentences(sample.output).map((line) => `${sample.at}: ${line}`),
    );
    assert.equal(found, []);
  });

  test('schedules and helps are printed exactly so', async () => {
    const samples = samplesLike(/--dry-run|--help/);
    assert.ok(samples.length >= 3);
    await stage.play({ command: 'node loadgen new check-out' });
    for (const sample of samples) {
      played.add(sample);
      const real = (await stage.play(sample)).split('\n');
      const at = sample.output.filter((line) => line !== '…').map((line) => real.indexOf(line));
      const isThere = at.every((place, i) => place >= 0 && (i === 0 || place > at[i - 1]!));
      assert.ok(isThere, `${sample.at}\n${real.join('\n')}`);
    }
    rmSync(join(stage.folder.path, 'check-out.ts'));
  });

  test('a scenario is written as the page on it says', async () => {
    await compareAll(samplesLike(/^node loadgen new /), asTyped);
    const written = readFileSync(join(stage.folder.path, 'check-out.ts'), 'utf8').split('\n');
    const fence = pages()
      .find(({ name }) => name === 'docs/commands/new.md')!
      .fences.find(({ language }) => language === 'ts')!;
    const shown = fence.lines.filter((line) => line !== '…' && !line.startsWith('import'));
    assert.equal(
      shown.filter((line) => !written.includes(line)),
      [],
    );
  });

  test('a scenario with mistakes is refused as the page says', async () => {
    stage.folder.write('bad.ts', BAD_SCENARIO);
    await compareAll(samplesLike(/run bad\.ts$/), asTyped);
  });

  test('a run that is disturbed or stopped, or whose target dies, prints what the pages say', async () => {
    await compareAll(samplesLike(/--requests 20 --duration 8s/), disturbed);
    await compareAll(samplesLike(/run steady --target/), stopped);
    await compareAll(samplesLike(/run steady --rate 20 --duration 6s/), bereft);
  });

  test('the life of a daemon is as the page says', async () => {
    await compareAll(samplesLike(/^node loadgen background /), inBackground);
  });

  test('what is watched is looked at again', async () => {
    await compareAll(samplesLike(/ --watch /), watched);
  });

  test('all other samples show what their commands print', async () => {
    await compareAll(
      SHOWN.filter((sample) => !played.has(sample) && !isNotPlayed(sample)),
      alone,
    );
  });
});

function samplesLike(pattern: RegExp): Sample[] {
  return SHOWN.filter((sample) => pattern.test(sample.command) && !isNotPlayed(sample));
}

function isNotPlayed({ command }: Sample): boolean {
  return NOT_PLAYED.some(([pattern]) => pattern.test(command));
}

function asTyped(stage: Stage, sample: Sample): Promise<string> {
  return stage.play(sample);
}

/** Where a page shows that nothing answers, nothing does; where it shows a port that is taken, it is. */
async function alone(stage: Stage, { command, output }: Sample): Promise<string> {
  const shows = (text: string) => output.some((line) => line.includes(text));
  const port = stage.service.url.split(':').at(-1);
  if (shows('EADDRINUSE')) return stage.play({ command: `PORT=${port} ${command}` });
  if (!shows('unreachable')) return stage.play({ command });
  return stage.play({ command: `${command.replace(/ --target \S+/, '')} --target http://127.0.0.1:1` });
}

/** Somebody else asks for /stats meanwhile. */
async function disturbed(stage: Stage, { command }: Sample): Promise<string> {
  const running = await stage.start(command);
  await fetch(`${stage.service.url}/stats`);
  return textOf(await running.ended);
}

async function stopped(stage: Stage, { command }: Sample): Promise<string> {
  const running = await stage.start(command);
  running.signal('SIGINT');
  return textOf(await running.ended);
}

/** The look after the first one, at a service that is asked something meanwhile. */
async function watched(stage: Stage, { command }: Sample): Promise<string> {
  const running = await stage.start(command);
  await running.wrote(/Duration of requests/);
  await stage.play({
    command: 'node loadgen run controlled --requests 400 --duration 1s --target http://127.0.0.1:5000',
  });
  const [look] = await running.wrote(LATER_LOOK);
  running.signal('SIGINT');
  await running.ended;
  return look;
}

/** With requests in it; to the last line. */
const LATER_LOOK =
  /http:[^\n]*\n\nTotals\n +requests[^\n]* [1-9][\d.,]*\/s +now\n[\s\S]*exact: sum \/ count\n/;

/** Its target dies. */
async function bereft(_: Stage, { command }: Sample): Promise<string> {
  const stage = await openStage();
  try {
    const running = await stage.start(command);
    process.kill(stage.service.pid, 'SIGKILL');
    return textOf(await running.ended);
  } finally {
    await stage.close();
  }
}

async function inBackground(stage: Stage, { command, output }: Sample): Promise<string> {
  if (output[0]!.startsWith('dead')) return killed();
  // Time for some lines of the log.
  if (output[0]!.startsWith('running')) await pause(LOG_MS);
  return stage.play({ command: / start /.test(command) ? `${command} --interval 1s` : command });
}

const LOG_MS = 3_500;

async function killed(): Promise<string> {
  const stage = await openStage();
  try {
    await stage.play({
      command: 'node loadgen background start --target http://127.0.0.1:5000 --interval 1s',
    });
    const status = JSON.parse(await stage.play({ command: 'node loadgen background status --json' }));
    process.kill(status.pid, 'SIGKILL');
    while (isThere(status.pid)) await pause(20);
    return await stage.play({ command: 'node loadgen background status' });
  } finally {
    await stage.close();
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function textOf({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  return `${stderr}${stdout}`;
}

const BAD_SCENARIO = `export default {
  name: 'Bad',
  about: '',
  mix: [{ path: 'no slash' }, { path: '/', weight: -1 }],
  phases: [{ kind: 'even', requests: 3, durationMs: 30 }],
};
`;
