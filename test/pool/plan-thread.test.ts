import * as assert from 'uvu/assert';
import { EXIT, ExitError } from '../../loadgen/exit.ts';
import { type PlanLimits, PlanThread } from '../../loadgen/pool/plan-thread.ts';
import { type ScratchFolder, scenarioSource, scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';

const PATIENT: PlanLimits = { computingMs: 600_000, waitingMs: 600_000 };
const IMPATIENT: PlanLimits = { computingMs: 500, waitingMs: 600_000 };

let folder: ScratchFolder;

/** What is said of a scenario with these fields, and with this before them. */
async function failureOf(
  fields: Readonly<Record<string, string>>,
  before = '',
  limits = PATIENT,
): Promise<ExitError> {
  const url = `file://${folder.write(`s${Math.random()}.ts`, scenarioSource(fields, before))}`;
  const thread = new PlanThread(url, 'bad.ts', limits);
  try {
    await thread.load();
    await thread.plan({}, 1);
  } catch (thrown) {
    assert.instance(thrown, ExitError, String(thrown));
    return thrown as ExitError;
  } finally {
    thread.close();
  }
  throw new Error('it did not fail');
}

suite('a scenario that is planned in a thread', (test) => {
  test.before(() => {
    folder = scratchFolder();
  });
  test.after(() => folder.remove());

  test('comes back as plain data', async () => {
    const mix = "[{ path: (draw) => '/' + draw.index, name: '/n', weight: 2 }, { path: '/' }]";
    const url = `file://${folder.write('good.ts', scenarioSource({ mix, thresholds: "['errors < 1%']" }))}`;
    const thread = new PlanThread(url, 'good.ts', PATIENT);
    const card = await thread.load();
    assert.equal(card, { name: 'scratch', about: 'a scenario of a test', thresholds: ['errors < 1%'] });
    const plan = await thread.plan({}, 1);
    thread.close();
    assert.equal(plan.phases, [{ kind: 'even', requests: 3, durationMs: 30 }]);
    assert.equal(plan.mix, [
      { weight: 2, endpoint: 0, path: null },
      { weight: 1, endpoint: 1, path: '/' },
    ]);
    assert.match(plan.mixText, /\/19/);
  });

  test('is refused with one line when it ends the process', async () => {
    const atOnce = await failureOf({}, 'process.exit(3);');
    assert.is(atOnce.exitCode, EXIT.scenarioCode);
    assert.match(
      atOnce.message,
      /^bad\.ts: threw while loading: Error: called process\.exit\(3\), want a scenario/,
    );
    const exitsThread = await failureOf({}, "import { exit } from 'node:process';\nexit(4);");
    assert.is(exitsThread.exitCode, EXIT.scenarioCode);
    assert.match(exitsThread.message, /^bad\.ts: (ended its thread|threw while loading)/);
    const inPhases = await failureOf({ phases: '() => process.exit(0)' });
    assert.match(inPhases.message, /phases\(options\) threw Error: called process\.exit\(0\)/);
  });

  test('is refused with one line when it rejects', async () => {
    const failure = await failureOf({}, "void Promise.reject(new Error('forgotten'));");
    assert.is(failure.exitCode, EXIT.scenarioCode);
    assert.match(
      failure.message,
      /^bad\.ts: the scenario rejected a promise that nobody handles: Error: forgotten \(/,
    );
    assert.not.match(failure.message, /\n/);
  });

  test('is refused with one line when it loops for ever, wherever that is', async () => {
    for (const [fields, before, what] of [
      [{}, 'for (;;);', /did not finish loading within 0\.5 s of computing: does it loop for ever\?/],
      [{ phases: '() => { for (;;); }' }, '', /did not return from its phases, its mix or a path of it/],
      [
        { mix: "[{ name: 'x', path: () => { for (;;); } }]" },
        '',
        /did not return from its phases, its mix or a path/,
      ],
    ] as const) {
      const failure = await failureOf(fields, before, IMPATIENT);
      assert.is(failure.exitCode, EXIT.scenarioCode);
      assert.match(failure.message, what);
    }
  });
});
