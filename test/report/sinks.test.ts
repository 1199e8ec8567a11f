import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { htmlSink } from '../../loadgen/report/html.ts';
import { jsonSink } from '../../loadgen/report/json.ts';
import { junitSink } from '../../loadgen/report/junit.ts';
import { deliver, type Sink, sinksFor } from '../../loadgen/report/sinks.ts';
import { terminalSink } from '../../loadgen/report/terminal.ts';
import { type SinkUnderTest, sinkContract } from '../contracts/sink.ts';
import { suite } from '../support/suite.ts';
import { REPORTS } from './report-samples.ts';
import { reportOf } from './samples.ts';

const FILE_SINKS: Readonly<Record<string, (path: string) => Sink>> = {
  json: (path) => jsonSink(path, () => assert.unreachable('a file was asked for')),
  html: htmlSink,
  junit: junitSink,
};

suite('sinks', (test) => {
  for (const [name, create] of Object.entries(FILE_SINKS)) sinkContract(test, name, () => inFolder(create));
  sinkContract(test, 'json to stdout', () => inMemory((write) => jsonSink('-', write)));
  sinkContract(test, 'terminal', () =>
    inMemory((write) => terminalSink(write, () => ({ colour: true, columns: 100 }))),
  );

  for (const [name, create] of Object.entries(FILE_SINKS)) {
    test(`${name}: a folder that does not exist is named, and nothing is left behind`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sinks-'));
      const path = join(folder, 'missing', 'report');
      const problems = await deliver(REPORTS['of nothing sent']!, [create(path)]);
      assert.is(problems.length, 1);
      assert.match(problems[0]!, /Cannot write .*missing.*: its folder does not exist, want one that does/);
      assert.equal(await readdir(folder), []);
      await rm(folder, { recursive: true });
    });

    test(`${name}: where the write fails, the old file stays as it was`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'sinks-'));
      await mkdir(join(folder, 'report'));
      const problems = await deliver(REPORTS['of nothing sent']!, [create(join(folder, 'report'))]);
      assert.match(problems[0]!, /it is a folder, want a file name/);
      assert.equal(await readdir(folder), ['report']);
      await rm(folder, { recursive: true });
    });
  }

  test('a sink that fails keeps the report from no other', async () => {
    const written: string[] = [];
    const failing: Sink = async () => {
      throw new Error('the printer is on fire');
    };
    const sinks = [failing, jsonSink('-', (text) => written.push(text))];
    assert.equal(await deliver(reportOf([]), sinks), ['the printer is on fire']);
    assert.is(written.length, 1);
  });

  test('only what was chosen is written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sinks-'));
    const written: string[] = [];
    const none = { terminal: null, json: null, html: null, junit: null };
    const stdout = (text: string) => written.push(text);
    assert.equal(sinksFor({ ...none, stdout }), []);
    const sinks = sinksFor({ ...none, json: '-', html: join(folder, 'a.html'), stdout });
    assert.equal(await deliver(reportOf([]), sinks), []);
    assert.equal(await readdir(folder), ['a.html']);
    assert.equal(JSON.parse(written.join('')), reportOf([]));
    await rm(folder, { recursive: true });
  });
});

async function inFolder(create: (path: string) => Sink): Promise<SinkUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'sinks-'));
  const path = join(folder, 'report');
  await writeFile(path, 'an old report\n');
  return {
    sink: create(path),
    async read() {
      assert.equal(await readdir(folder), ['report'], 'no temporary file is left');
      return readFile(path, 'utf8');
    },
    close: () => rm(folder, { recursive: true }),
  };
}

async function inMemory(create: (write: (text: string) => void) => Sink): Promise<SinkUnderTest> {
  let text = '';
  const sink = create((more) => {
    text += more;
  });
  return { sink, read: async () => text, close: async () => {} };
}
