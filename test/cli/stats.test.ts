import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import type { Stats } from '../../loadgen/inspect/stats.ts';
import { type Demo, startDemo } from '../server/demo.ts';
import { answerWell, startBadServer, stayInSilence } from '../support/bad-servers.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { suite } from '../support/suite.ts';
import { startLoadgen } from './running-loadgen.ts';

let demo: Demo;
let target: string;

suite('stats', (test) => {
  test.before(async () => {
    demo = await startDemo({ SLOW_MS: '0', SLOW_TIMEOUT_MS: '0' });
    target = `http://127.0.0.1:${demo.service.port}`;
  });
  test.after(() => demo.stop());

  test('shows totals, endpoints, statuses, error types and durations', async () => {
    for (let i = 0; i < 20; i++) for (const path of ['/', '/error']) await demo.ask(path);
    const ended = await runLoadgen(['stats', '--target', target]);
    assert.is(ended.stderr, '');
    assert.is(ended.exitCode, EXIT.passed);
    assert.match(ended.stdout, /requests {2}40\n/);
    assert.match(ended.stdout, /\n {2}\/error +20 +100 % /);
    assert.match(ended.stdout, /Answers by status[\s\S]*Errors by type[\s\S]*Duration of requests[\s\S]*p99/);
    for (const line of ended.stdout.split('\n')) assert.ok(line.length <= 80, line);
  });

  test('as JSON is what the service itself counts', async () => {
    const ended = await runLoadgen(['stats', '--json'], { env: { LOADGEN_TARGET: target } });
    const stats: Stats = JSON.parse(ended.stdout);
    const { total_requests, error_count } = (await demo.ask('/stats')).json();
    assert.equal([stats.schema, stats.target, stats.recent], ['loadgen.stats/1', target, null]);
    assert.equal([stats.requests, stats.errors], [total_requests, error_count]);
  });

  test('--watch shows what came since the last look, and ends with 0 at a signal', async () => {
    const running = startLoadgen(['stats', '--target', target, '--watch', '100ms', '--json']);
    const [first] = await running.lines(1);
    for (let i = 0; i < 10; i++) await demo.ask('/health');
    const seen = () => demo.ask('/stats');
    await seen();
    // Two looks later, whatever was asked before has been seen.
    const before = (await running.lines(2)).length;
    const lines = await running.lines(before + 2);
    running.signal('SIGINT');
    const ended = await running.ended;
    assert.is(ended.exitCode, EXIT.passed);
    assert.is(ended.stderr, '');
    assert.is((JSON.parse(first!) as Stats).recent, null);
    const recents = lines.slice(1).map((line) => (JSON.parse(line) as Stats).recent!);
    const sum = (path: string) => recents.reduce((total, { endpoints }) => total + (endpoints[path] ?? 0), 0);
    assert.is(sum('/health'), 10);
    assert.is(sum('/stats'), 1);
  });

  test('--watch appends blocks where no terminal is', async () => {
    const running = startLoadgen(['stats', '--target', target, '--watch', '100ms']);
    const blocks = async (count: number): Promise<string> => {
      for (let lines = 20; ; lines += 20) {
        const text = (await running.lines(lines)).join('\n');
        if (text.split('\nTotals\n').length > count) return text;
      }
    };
    const text = await blocks(2);
    running.signal('SIGTERM');
    assert.is((await running.ended).exitCode, EXIT.passed);
    assert.match(text, /\/s {2}now/);
    assert.not.match(text, '\u001b');
  });

  test('--watch goes on when the target goes away and comes back', async () => {
    const other = await startDemo();
    const { port } = other.service;
    // Both services are of this process, so what tells of the restart is that all counters fell.
    for (const path of ['/stats', '/nope']) await other.ask(path);
    const running = startLoadgen(['stats', '--target', `http://127.0.0.1:${port}`, '--watch', '100ms']);
    await running.lines(10);
    await other.stop();
    for (let lines = 10; ; lines++)
      if ((await running.lines(lines)).some((line) => /^No answer: the connection was refused/.test(line)))
        break;
    const again = await startDemo({ PORT: String(port) });
    for (let lines = 10; ; lines++)
      if ((await running.lines(lines)).some((line) => /the service was started anew/.test(line))) break;
    running.signal('SIGINT');
    assert.is((await running.ended).exitCode, EXIT.passed);
    await again.stop();
  });

  test('a target that does not answer is 106, and one that is no demo service 104', async () => {
    const silent = await startBadServer(stayInSilence);
    const late = await runLoadgen(['stats', '--target', silent.origin, '--timeout', '50ms']);
    await silent.close();
    assert.is(late.exitCode, EXIT.unreachable);
    const refused = await runLoadgen(['stats', '--target', silent.origin, '--watch', '1s']);
    assert.is(refused.exitCode, EXIT.unreachable);
    assert.match(
      refused.stderr,
      /^loadgen: Cannot reach http\S+: the connection was refused; is the service/,
    );
    const hello = await startBadServer(answerWell);
    const other = await runLoadgen(['stats', '--target', hello.origin]);
    await hello.close();
    assert.is(other.exitCode, EXIT.configuration);
    assert.match(other.stderr, 'is no demo service');
    for (const { stdout } of [late, refused, other]) assert.is(stdout, '');
  });

  test('a watch of no length, or of too little, is refused', async () => {
    for (const watch of ['0s', '1ms', '2', 'often']) {
      const ended = await runLoadgen(['stats', '--watch', watch, '--target', target]);
      assert.is(ended.exitCode, EXIT.usage);
      assert.match(ended.stderr, /^loadgen: --watch: got '.+', want a duration/);
    }
  });
});
