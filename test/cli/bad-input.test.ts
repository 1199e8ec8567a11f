import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import { answerInPieces, selfSignedCertificate, startBadServer } from '../support/bad-servers.ts';
import { runLoadgen } from '../support/run-loadgen.ts';
import { type ScratchFolder, scenarioSource, scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';

let folder: ScratchFolder;
let recorder: Server;
let target: string;
let reached = 0;

/** Runs in the scratch folder against the recorder: refused with this code in `lines` lines, nothing sent, nothing left. */
async function refused(args: readonly string[], exitCode: number, message: RegExp, lines = 1): Promise<void> {
  const before = { reached, names: folder.names() };
  const ended = await runLoadgen(args, { cwd: folder.path, env: { LOADGEN_TARGET: target } });
  assert.match(ended.stderr, message);
  assert.is(ended.exitCode, exitCode, ended.stderr);
  assert.is(ended.stderr.trimEnd().split('\n').length, lines, ended.stderr);
  assert.match(ended.stderr, /^loadgen: /);
  assert.is(ended.stdout, '');
  assert.equal(ended.leftProcesses, []);
  assert.equal({ reached, names: folder.names() }, before);
}

function refusedScenario(
  fields: Readonly<Record<string, string>>,
  exitCode: number,
  message: RegExp,
): Promise<void> {
  folder.write('bad.ts', scenarioSource(fields));
  return refused(['run', 'bad.ts'], exitCode, message);
}

suite('bad input', (test) => {
  test.before(async () => {
    folder = scratchFolder();
    recorder = createServer((_, response) => {
      reached++;
      response.end();
    });
    await new Promise<void>((resolve) => recorder.listen(0, '127.0.0.1', resolve));
    target = `http://127.0.0.1:${(recorder.address() as AddressInfo).port}`;
  });
  test.after(async () => {
    folder.remove();
    recorder.closeAllConnections();
    await new Promise((resolve) => recorder.close(resolve));
  });

  test('an unknown command or flag is refused with a suggestion', async () => {
    for (const more of [[], ['--help']])
      await refused(
        ['rnu', ...more],
        EXIT.usage,
        /unknown command 'rnu' \(Did you mean run\?\): want one of run, background, /,
      );
    await refused(
      ['run', 'steady', '--queit'],
      EXIT.usage,
      /unknown option '--queit' \(Did you mean --quiet\?\)/,
    );
    await refused(
      ['run', '--queit', 'steady'],
      EXIT.usage,
      /unknown option '--queit' \(Did you mean --quiet\?\)/,
    );
    await refused(
      ['run', 'spike', '--thread', '5'],
      EXIT.usage,
      /unknown option '--thread' \(Did you mean --threads\?\)/,
    );
    await refused(
      ['run', 'steady', '--thres', 'errors < 5%'],
      EXIT.usage,
      /unknown option '--thres' \(Did you mean --threshold\?\)/,
    );
    await refused(['--versoin'], EXIT.usage, /unknown option '--versoin' \(Did you mean --version\?\)/);
  });

  test('a missing or a second scenario is refused', async () => {
    await refused(
      ['run'],
      EXIT.usage,
      /missing required argument 'SCENARIO': want a file, or one of .*spike, steady/,
    );
    await refused(['run', 'steady', 'spike'], EXIT.usage, /too many arguments/);
  });

  test('wrong values are refused, all in one line', async () => {
    const typed = ['run', 'steady', '--rate', '-5', '--duration', '5', '--workers', '0', '--clock', 'spn'];
    await refused(
      typed,
      EXIT.usage,
      /--rate: got '-5'.*--duration: got '5'.*did you mean '5s'.*--workers: got '0'.*did you mean 'spin'/,
    );
    await refused(
      ['run', 'steady', '--json', '--quiet'],
      EXIT.usage,
      /--json wants a value, got the flag '--quiet'/,
    );
    await refused(
      ['run', 'steady', '--json', 'nowhere/x.json'],
      EXIT.usage,
      /--json: cannot write 'nowhere\/x.json': want a folder/,
    );
    folder.write('file.txt', '');
    for (const flag of ['--json', '--html', '--junit']) {
      await refused(['run', 'steady', flag, '.'], EXIT.usage, /cannot write '\.': it is a folder/);
      await refused(
        ['run', 'steady', flag, 'file.txt/x'],
        EXIT.usage,
        /cannot write 'file.txt\/x': want a folder/,
      );
    }
    await refused(
      ['run', 'steady', '--json', 'x', '--html', './x'],
      EXIT.usage,
      /--html: '\.\/x' is that of --json too, want a file for each/,
    );
    await refused(['background'], EXIT.usage, /missing required argument 'ACTION': want one of start, stop/);
    await refused(
      ['run', 'steady', '--threshold', 'latency.p98 < 5'],
      EXIT.usage,
      /--threshold: Cannot read threshold/,
    );
  });

  test('a target that is no URL is refused', async () => {
    await refused(
      ['run', 'steady', '--target', 'localhost:5000'],
      EXIT.usage,
      /did you mean 'http:\/\/localhost:5000'\?/,
    );
    await refused(
      ['run', 'steady', '--target', 'ftp://x'],
      EXIT.usage,
      /--target: got 'ftp:\/\/x', want an http or https URL/,
    );
  });

  test('a scenario that is missing, exports nothing or throws is refused', async () => {
    await refused(['run', 'spkie'], EXIT.configuration, /spkie: no such scenario, .* did you mean 'spike'\?/);
    folder.write('empty.ts', '');
    await refused(['run', 'empty.ts'], EXIT.configuration, /empty.ts: exports nothing/);
    folder.write('throws.ts', "throw new Error('one\\ntwo');");
    await refused(
      ['run', 'throws.ts'],
      EXIT.scenarioCode,
      /throws.ts: threw while loading: Error: one \(throws.ts:1:/,
    );
  });

  test('a scenario with an empty mix, a negative rate or a path with a space is refused', async () => {
    await refusedScenario({ mix: '[]' }, EXIT.configuration, /mix: got an empty list/);
    await refusedScenario({ mix: '() => []' }, EXIT.configuration, /mix: got an empty list/);
    await refusedScenario({ mix: "[{ path: '/a b' }]" }, EXIT.configuration, /mix\[0\]\.path: got '\/a b'/);
    const negative = "() => [{ kind: 'constant', perSecond: -1, durationMs: 5 }]";
    await refusedScenario(
      { phases: negative },
      EXIT.configuration,
      /phases\[0\]\.perSecond: got -1, want a number above 0/,
    );
    await refusedScenario(
      { thresholds: "['latency < 5']" },
      EXIT.configuration,
      /thresholds\[0\]: Cannot read threshold/,
    );
  });

  test('a scenario whose functions throw is refused', async () => {
    const faulty = "() => { throw new TypeError('no phases today'); }";
    await refusedScenario(
      { phases: faulty },
      EXIT.scenarioCode,
      /phases\(options\) threw TypeError: no phases today \(bad\.ts:\d+:\d+\)/,
    );
    const spaced = "[{ path: (draw: any): any => '/' + draw.index + ' x', name: 'x' }]";
    await refusedScenario(
      { mix: spaced },
      EXIT.scenarioCode,
      /mix\[0\]\.path\(draw\): got '\/0 x', want a path/,
    );
  });

  test('many problems of a scenario come one a line', async () => {
    folder.write('many.ts', scenarioSource({ name: "'No'", about: "''", mix: '[]' }));
    await refused(
      ['run', 'many.ts'],
      EXIT.configuration,
      /^loadgen: many\.ts: 3 problems\n {2}name: .*\n {2}about: .*\n {2}mix: /,
      4,
    );
  });

  test('a handle that the scenario leaves open does not keep the command', async () => {
    folder.write('handle.ts', "setInterval(() => {}, 1000);\nthrow new Error('left open');");
    await refused(['run', 'handle.ts'], EXIT.scenarioCode, /left open/);
  });

  test('a target that refuses is unreachable', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await refused(
      ['run', 'steady', '--target', `http://127.0.0.1:${port}`],
      EXIT.unreachable,
      /Cannot reach/,
    );
  });

  test('a target with a bad certificate is unreachable', async () => {
    const server = await startBadServer(answerInPieces('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'), {
      certificate: selfSignedCertificate(),
    });
    await refused(
      ['run', 'steady', '--target', server.origin],
      EXIT.unreachable,
      /Cannot reach .*certificate/,
    );
    assert.is(server.reached(), 0);
    await server.close();
  });

  test('a target with which no TLS comes about is given up after --timeout', async () => {
    const server = await startBadServer(() => {});
    await refused(
      ['run', 'steady', '--target', server.origin.replace('http:', 'https:'), '--timeout', '1s'],
      EXIT.unreachable,
      /Cannot reach .*no connection within 1000 ms/,
    );
    await server.close();
  });

  test('a target that takes connections and gives no answers is unreachable, and that is all that is asked of it', async () => {
    const three = [
      'controlled',
      '--requests',
      '3',
      '--duration',
      '100ms',
      '--no-reconcile',
      '--timeout',
      '1s',
    ];
    for (const [behaviour, why] of [
      [() => {}, /Not one answer came \(3 timed out\)/],
      [
        answerInPieces('220 mail.example ESMTP\r\n'),
        /Not one answer came \(3 bad answer\)\. What answers there/,
      ],
    ] as const) {
      const server = await startBadServer(behaviour);
      const ended = await runLoadgen(['run', ...three, '--target', server.origin]);
      assert.is(ended.exitCode, EXIT.unreachable, ended.stderr);
      assert.match(ended.stdout, why);
      assert.is(server.reached(), 3);
      await server.close();
    }
  });

  test('without a command the help goes to stderr', async () => {
    const ended = await runLoadgen([]);
    assert.match(ended.stderr, /^Usage: loadgen/);
    assert.is(ended.exitCode, EXIT.usage);
    assert.is(ended.stdout, '');
  });
});
