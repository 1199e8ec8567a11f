import * as assert from 'uvu/assert';
import { planRun } from '../../loadgen/scenario/plan.ts';
import { prepareRequests } from '../../loadgen/scenario/prepare.ts';
import { chooser, drawFor } from '../../loadgen/schedule/draw.ts';
import { firstIndexes } from '../../loadgen/schedule/numbering.ts';
import { arrivalSequence } from '../../loadgen/schedule/sequence.ts';
import { answerWell, type BadServer } from '../support/bad-servers.ts';
import { keeper, keepServer } from '../support/keeper.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import recorded from '../support/scenarios/recorded.ts';
import { suite } from '../support/suite.ts';

const SEED = 11;
const SCENARIO = new URL('../support/scenarios/recorded.ts', import.meta.url).pathname;

suite('what is really sent', (test) => {
  const keep = keeper(test);

  test('over one connection: the requests of the schedule, in its order, with what the seed draws, as a dry run prints', async () => {
    const server = await keepServer(keep, answerWell);
    const requests = await send(server, ['--workers', '1', '--connections', '1', '--closed', 'without']);
    assert.equal(requests.map(textOf), openRequests({ closed: 'without' }));
    const dry = await runLoadgen([
      'run',
      SCENARIO,
      '--closed',
      'without',
      '--seed',
      String(SEED),
      '--dry-run',
    ]);
    assert.equal(
      dry.stdout
        .trim()
        .split('\n')
        .map((line) => line.trim().split('  ')[1]),
      requests.map(({ method, path }) => `${method} ${path.slice(0, 2)}`),
    );
  });

  test('by two workers, with closed phases between: each request is one of its phase, and each number comes once', async () => {
    const server = await keepServer(keep, answerWell);
    const requests = await send(server, ['--workers', '2', '--connections', '2']);
    const sent = requests.map(textOf);
    const open = openRequests({ closed: 'with' });
    const known = new Set(open);
    assert.equal(sent.filter((one) => known.has(one)).sort(), [...open].sort());
    for (const share of [0, 1]) {
      const own = new Set(openRequests({ closed: 'with' }, { index: share, of: 2 }));
      assert.equal(
        sent.filter((one) => own.has(one)),
        [...own],
        `worker ${share} keeps the order`,
      );
    }
    const rest = requests.filter((one) => !known.has(textOf(one)));
    const request = requestsOf({ closed: 'with' });
    const firsts = firstIndexes(planOf({ closed: 'with' }).phases, SEED);
    for (const one of rest) {
      const number = numberIn(one.path);
      const phaseIndex = firsts.findLastIndex((first) => first <= number);
      assert.is.not([1, 3].indexOf(phaseIndex), -1, `${one.path} is of no closed phase`);
      assert.is(textOf(one), request(phaseIndex, number - firsts[phaseIndex]!));
    }
    const numbers = requests.map(({ path }) => numberIn(path));
    assert.is(new Set(numbers).size, numbers.length);
  });

  test('path and body of a request draw one row, and go on with what they draw', async () => {
    const server = await keepServer(keep, answerWell);
    const requests = await send(server, ['--workers', '1', '--connections', '1', '--closed', 'without']);
    const posts = requests.filter(({ method }) => method === 'POST');
    assert.ok(posts.length > 5);
    const uuids = posts.flatMap(({ path, body }) => {
      const [, , , user = '', first = ''] = path.split('/');
      const [city = '', second = ''] = body.split(' ');
      assert.is(city, user.replace('user', 'city'));
      return [first, second];
    });
    assert.is(new Set(uuids).size, 2 * posts.length);
  });
});

/** Sends to a server that records, and gives what came of the scenario. */
async function send(server: BadServer, flags: readonly string[]): Promise<BadServer['requests']> {
  const asked = [
    'run',
    SCENARIO,
    '--seed',
    String(SEED),
    '--target',
    server.origin,
    '--no-reconcile',
    '--quiet',
  ];
  const ended = await runLoadgen([...asked, '--timeout', '60s', ...flags]);
  assert.equal(ended.leftProcesses, [], ended.stderr);
  return server.requests.filter(({ path }) => path !== '/metrics');
}

function planOf(options: { readonly closed: 'with' | 'without' }) {
  return planRun(recorded, options, SEED);
}

/** What the request with this number in this phase must be, going by the pure functions alone. */
function requestsOf(options: Parameters<typeof planOf>[0]): (phaseIndex: number, index: number) => string {
  const plan = planOf(options);
  const make = prepareRequests(plan.mix, '');
  const choose = chooser(plan.mix.map(({ weight }) => weight));
  const firsts = firstIndexes(plan.phases, SEED);
  return (phaseIndex, index) =>
    textOf(make(choose(SEED, phaseIndex, index), drawFor(SEED, phaseIndex, index, firsts[phaseIndex])));
}

function openRequests(options: Parameters<typeof planOf>[0], share = { index: 0, of: 1 }): string[] {
  const request = requestsOf(options);
  const found: string[] = [];
  const arrivals = arrivalSequence(planOf(options).phases, SEED, share);
  for (; arrivals.atMs !== Number.POSITIVE_INFINITY; arrivals.advance())
    found.push(request(arrivals.phaseIndex, arrivals.index));
  return found;
}

function textOf(one: {
  readonly method: string;
  readonly path: string;
  readonly body: string | null;
}): string {
  return `${one.method} ${one.path} ${one.body ?? ''}`.trim();
}

function numberIn(path: string): number {
  return Number(path.split('/')[2]);
}
