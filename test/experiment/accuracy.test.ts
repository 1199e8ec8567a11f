import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { AccuracyReport, AccuracyRow } from '../../loadgen/accuracy/accuracy-report.ts';
import { type DemoService, startDemoService } from '../../loadgen/demo-service.ts';
import { createShapes } from '../../server/shapes.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';

const QUANTILES = [0.5, 0.9, 0.95, 0.99, 0.999];
/** Where buckets are not what is tested: how far they are off is a matter of the machine. */
const ANY_ERROR = ['--max-error', '1000000'];

suite('loadgen accuracy', (test) => {
  const folder = scratchFolder();
  test.after(() => folder.remove());

  test('drives every endpoint of its own service, and its histograms hold the truth', async () => {
    const json = join(folder.path, 'accuracy.json');
    const svg = join(folder.path, 'accuracy.svg');
    const ended = await runLoadgen(
      [
        ...['accuracy', '--samples', '400', '--rate', '400', '--seed', '3', ...ANY_ERROR],
        ...['--json', json, '--svg', svg],
      ],
      {
        env: { SLOW_MS: '1-50', SLOW_TIMEOUT_MS: '60-80' },
      },
    );
    assert.is(ended.exitCode, 0, ended.stdout + ended.stderr);
    assert.equal(ended.leftProcesses, []);
    assert.match(ended.stdout, /✓ every bucket of the target holds what its own durations say/);
    assert.match(ended.stderr, /started a demo service with TRUTH=1/);
    const report: AccuracyReport = JSON.parse(readFileSync(json, 'utf8'));
    assert.equal([report.schema, report.seed, report.samples], ['loadgen.accuracy/1', 3, 400]);
    assert.equal([report.maxError, report.passed], [10_000, true]);
    const shipped = report.rows.filter(({ layout }) => layout === 'shipped');
    assert.equal([...new Set(shipped.map(({ endpoint }) => endpoint))].sort(), [
      '/',
      '/error',
      '/health',
      '/slow',
      '/stats',
      'all',
    ]);
    assert.equal(
      shipped.filter(({ endpoint }) => endpoint === '/').map(({ quantile }) => quantile),
      QUANTILES,
    );
    for (const row of shipped) assertSound(row);
    assert.equal(
      report.layouts.map(({ name }) => name),
      [
        ...['shipped', 'prom-client', 'python', 'exponential-12', 'exponential-20', 'exponential-40'],
        ...['native-3', 'native-5', 'best-15'],
      ],
    );
    assert.match(readFileSync(svg, 'utf8'), /^<svg /);
  });

  test('known shape, known answer: constant and two-point give what can be computed by hand', async () => {
    const [seed, samples, scale] = [5, 150, 10];
    const ended = await runLoadgen(
      [
        ...[
          'accuracy',
          '--distribution',
          'constant',
          '--distribution',
          'two-point',
          '--scale',
          String(scale),
        ],
        ...['--samples', String(samples), '--rate', '100', '--seed', String(seed), '--json', '-'],
        ...ANY_ERROR,
      ],
      { env: { BUCKETS: '0.09,0.99,50' } },
    );
    assert.is(ended.exitCode, 0, ended.stderr);
    const rows = (JSON.parse(ended.stdout) as AccuracyReport).rows.filter(
      ({ layout }) => layout === 'shipped',
    );
    const draw = createShapes(seed);
    const rare = Array.from({ length: samples }, () => draw('two-point')).filter(
      (seconds) => seconds > 0.05,
    ).length;
    for (const row of rows) {
      const isTwoPoint = row.endpoint === `/work two-point ×${scale}`;
      const usual = isTwoPoint ? samples - rare : samples;
      const isRare = row.quantile * samples > usual;
      assert.is(row.lawSeconds, row.quantile > 0.9 && isTwoPoint ? 1 : 0.1);
      assert.ok(row.truthSeconds >= (isRare ? 1 : 0.1) - 1e-9, 'a wait never ends early');
      assert.equal(row.bracketSeconds, isRare ? [0.99, 50] : [0.09, 0.99]);
      const [low, high] = row.bracketSeconds;
      const share = isRare ? (row.quantile * samples - usual) / rare : (row.quantile * samples) / usual;
      assert.ok(Math.abs(row.promqlSeconds - (low + (high! - low) * share)) < 1e-12);
      assertSound(row);
    }
    assert.is(rows.length, 2 * QUANTILES.length);
  });

  test('a quantile above the top bound is no value, and fails the check', async () => {
    const ended = await runLoadgen(
      ['accuracy', '--distribution', 'constant', '--scale', '2', '--samples', '50', '--rate', '100'],
      { env: { BUCKETS: '0.001,0.01' } },
    );
    assert.is(ended.exitCode, 99, ended.stderr);
    assert.match(ended.stdout, /p50 .*≥ 10 ms +> 10 ms +censored/);
    assert.match(ended.stdout, /✗ no quantile lies above the target's top bucket bound/);
  });

  test('a quantile farther off than 30 %, or than --max-error, fails and is named', async () => {
    const given = ['accuracy', '--distribution', 'constant', '--samples', '50', '--rate', '100'];
    // All wait 10 ms or more; half of the bucket is 50 s, so the machine may be as busy as it likes.
    const env = { BUCKETS: '0.001,100' };
    const ended = await runLoadgen([...given, '--seed', '1'], { env });
    assert.is(ended.exitCode, 99, ended.stderr);
    assert.match(
      ended.stdout,
      /✗ the buckets are off by at most 30 %\n +constant p50: (\+\d+ %|×[\d,]+), a dashboard/,
    );
    assert.match(ended.stdout, /✓ no quantile lies above/);
    assert.match(ended.stdout, /not so: the buckets are off by at most 30 %/);
    const strict = await runLoadgen([...given, '--max-error', '2.5', '--json', '-', '--quiet'], { env });
    assert.is(strict.exitCode, 99, strict.stderr);
    assert.match(
      strict.stderr,
      /^loadgen: failed: the buckets are off by at most 2\.5 %: constant p50: ×[\d,]+, a dashboard shows .* in truth, and \d more\n$/,
    );
    assert.is((JSON.parse(strict.stdout) as AccuracyReport).maxError, 0.025);
  });

  test('a suggestion is judged on runs of its own', async () => {
    const ended = await runLoadgen(
      [
        ...['accuracy', '--suggest', '--max-buckets', '6', '--distribution', 'uniform'],
        ...['--samples', '120', '--rate', '200', '--seed', '1', '--json', '-', ...ANY_ERROR],
      ],
      {},
    );
    assert.is(ended.exitCode, 0, ended.stderr);
    const { suggestion, experiments }: AccuracyReport = JSON.parse(ended.stdout);
    assert.equal(
      experiments.map(({ use, seed }) => [use, seed]),
      [
        ['reported', 1],
        ['training', 2],
        ['judging', 3],
        ['judging', 4],
      ],
    );
    assert.ok(suggestion!.boundsSeconds.length <= 6);
    assert.is(suggestion!.cells, 2 * QUANTILES.length * 7);
  });

  test('what cannot be meant is refused before anything is started', async () => {
    for (const [args, wanted] of [
      [
        ['--distribution', 'lognormel'],
        /--distribution: got 'lognormel', want one of .*, did you mean 'lognormal'\?/,
      ],
      [['--samples', '0'], /--samples: got '0', want a whole number from 1 to/],
      [['--promql', '4'], /--promql: got '4', want one of 2\.42, 3/],
      [['--max-error', '-1'], /--max-error: got '-1', want a number from 0 to/],
      [['--max-error', '30%'], /--max-error: got '30%', want a number from 0 to/],
      [['--svg', '-'], /--svg: got '-', want a file name/],
      [['--json', '/no/such/folder/x.json'], /cannot write/],
    ] as const) {
      const { exitCode, stderr } = await runLoadgen(['accuracy', ...args]);
      assert.is(exitCode, 2, stderr);
      assert.match(stderr, wanted);
      assert.not.match(stderr, /started/);
    }
  });
});

suite('loadgen accuracy against a given target', (test) => {
  const SMALL = ['accuracy', '--samples', '200', '--rate', '200', '--distribution', 'constant', ...ANY_ERROR];

  test('a target that does not tell its truth is a matter of configuration', async () => {
    const service = await demoService({});
    try {
      const ended = await runLoadgen([...SMALL, '--target', service.url]);
      assert.is(ended.exitCode, 104, ended.stderr);
      assert.match(ended.stderr, /does not tell its truth: \/truth answers 404, want .* TRUTH=1/);
    } finally {
      await service.close();
    }
  });

  test('a target that is not there is unreachable', async () => {
    const ended = await runLoadgen([...SMALL, '--target', 'http://127.0.0.1:1']);
    assert.is(ended.exitCode, 106, ended.stderr);
  });

  test('what happened before is no matter, other traffic meanwhile is a failure', async () => {
    const service = await demoService({ TRUTH: '1' });
    try {
      for (let i = 0; i < 20; i++) await (await fetch(`${service.url}/stats`)).text();
      const alone = await runLoadgen([...SMALL, '--target', service.url]);
      assert.is(alone.exitCode, 0, alone.stdout + alone.stderr);
      const over = { value: false };
      const measured = runLoadgen([...SMALL, '--target', service.url]).finally(() => {
        over.value = true;
      });
      while (!over.value) await (await fetch(`${service.url}/stats`)).text();
      const ended = await measured;
      assert.is(ended.exitCode, 99, ended.stdout + ended.stderr);
      assert.match(ended.stdout, /✗ the target counted what was sent, and nothing else/);
    } finally {
      await service.close();
    }
  });

  test('a target that has forgotten requests does not tell the whole truth', async () => {
    const service = await demoService({ TRUTH: '1', TRUTH_MAX: '150' });
    try {
      const ended = await runLoadgen([...SMALL, '--target', service.url]);
      assert.is(ended.exitCode, 99, ended.stderr);
      assert.match(ended.stdout, /✗ the target tells the whole truth/);
      assert.match(ended.stdout, /has forgotten 50 requests/);
    } finally {
      await service.close();
    }
  });
});

function assertSound(row: AccuracyRow): void {
  const [low, high] = row.bracketSeconds;
  assert.ok(low < row.truthSeconds && row.truthSeconds <= high!, `${row.endpoint} ${row.quantile}`);
  assert.ok(row.promqlSeconds >= low && row.promqlSeconds <= high!);
  assert.is(row.binningError, (row.promqlSeconds - row.truthSeconds) / row.truthSeconds);
  // The client's clock is read after the service's, but for a thread that was held up between.
  assert.ok(row.clientSeconds! >= row.truthSeconds * 0.999 - 0.05);
  assert.is(row.censored, false);
}

function demoService(settings: Readonly<Record<string, string>>): Promise<DemoService> {
  const isDeno = 'Deno' in globalThis;
  return startDemoService({ execPath: process.execPath, isDeno, env: process.env, settings });
}
