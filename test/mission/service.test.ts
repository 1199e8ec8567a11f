import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { askAt, type DemoProcess, samplesOf, signal, spawnDemo } from '../server/demo.ts';
import { wants } from '../support/parts.ts';
import { suite } from '../support/suite.ts';
import type { MetricProof, ServiceProof } from './row.ts';
import { SERVICE_ROWS } from './service-rows.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PATHS = ['/', '/health', '/error', '/slow', '/stats', '/metrics'];
const EACH = 1500;
/** A right service strays further in one of 150,000 cases; with its seed it always strays alike. */
const STANDARD_ERRORS = 4.5;

/** What was answered to so many requests of each path, as `status error_type`. */
type Answers = ReadonlyMap<string, readonly string[]>;

suite('the mission: service', (test) => {
  let answers: Answers;
  let exposition: string;
  test.before(async () => {
    // Real faults, at the rates of old; only nobody waits for them.
    const demo = await spawnDemo({ SEED: '1', SLOW_MS: '0', SLOW_TIMEOUT_MS: '0' });
    answers = await askMuch(demo);
    exposition = (await askAt(demo.port, '/metrics')).body.toString();
    signal(demo, 'SIGTERM');
    assert.is((await demo.exited).code, 0);
  });

  for (const { old, now, proof } of SERVICE_ROWS) {
    const body = proofOf(old, now, proof);
    if (body !== null) test(`${old} → ${now}`, body);
  }

  test('there is no error type and no fault that was not there of old', () => {
    const known = SERVICE_ROWS.flatMap(({ now, proof }) => (proof.kind === 'error type' ? [now] : []));
    const seen = [...answers.values()].flat().flatMap((answer) => answer.split(' ')[1] || []);
    assert.equal([...new Set(seen)].sort(), known.sort());
  });

  function proofOf(old: string, now: string, proof: ServiceProof): (() => void) | null {
    switch (proof.kind) {
      case 'endpoint':
        return () => {
          const all = answers.get(proof.path)!;
          const faults = all.filter((answer) => !answer.startsWith('200 '));
          isRate(faults.length, all.length, proof.faultRate);
          const statuses = new Set(faults.map((answer) => Number(answer.split(' ')[0])));
          assert.equal([...statuses].sort(), [...proof.faultStatuses].sort());
        };
      case 'error type':
        return () => {
          const all = answers.get(proof.path)!;
          isRate(all.filter((answer) => answer === `${proof.status} ${now}`).length, all.length, proof.share);
        };
      case 'metric':
        return () => isExposed(exposition, now, proof);
      case 'unit':
        return () => isInstalled(now, proof.installs, proof.booted);
      case 'start':
      case 'reached':
        // Port 5000 and a second machine: own-machine.test.ts.
        assert.match(old, /./);
        return null;
    }
  }
});

async function askMuch(demo: DemoProcess): Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const answers = new Map<string, readonly string[]>();
  for (const path of PATHS) {
    const replies = Array.from({ length: EACH }, () => askAt(demo.port, path, {}, agent));
    const texts = (await Promise.all(replies)).map(({ status, body, json }) =>
      status === 200 ? '200 ' : `${status} ${body.length > 0 ? json().error_type : ''}`,
    );
    answers.set(path, texts);
  }
  agent.destroy();
  return answers;
}

function isRate(hits: number, all: number, rate: number): void {
  const off = Math.abs(hits - all * rate);
  const limit = STANDARD_ERRORS * Math.sqrt(all * rate * (1 - rate));
  assert.ok(all === EACH && off <= limit, `${hits} of ${all}: want ${rate}`);
}

function isExposed(exposition: string, name: string, { type, labels }: MetricProof): void {
  assert.match(exposition, `# TYPE ${name} ${type}\n`);
  const stem = type === 'histogram' ? `${name}_bucket` : name;
  const series = [...samplesOf(exposition).keys()].filter((one) => /^\w+/.exec(one)![0] === stem);
  assert.ok(series.length > 0);
  const wanted = type === 'histogram' ? [...labels, 'le'] : labels;
  for (const one of series)
    assert.equal(
      [...one.matchAll(/(\w+)="/g)].map(([, label]) => label),
      wanted,
    );
  if (type === 'histogram')
    for (const suffix of ['_sum', '_count'])
      assert.match(exposition, new RegExp(`^${name}${suffix} [\\d.]+$`, 'm'));
}

function isInstalled(now: string, installs: string | null, booted: string): void {
  // There a whole system boots, and the command is typed in it.
  assert.ok(readFileSync(`${ROOT}test/systemd/systemd.test.ts`, 'utf8').includes(booted), booted);
  if (installs === null) return;
  assert.is(now, 'sudo systemd/install.sh');
  const { status, stdout, stderr } = spawnSync(`${ROOT}systemd/install.sh`, ['--dry-run'], {
    encoding: 'utf8',
  });
  wants(
    !/Cannot (find node|use)|is another service/.test(stderr),
    'a Node that services can see, and no other flask-app',
  );
  assert.is(status, 0, stderr);
  assert.ok(stdout.split('\n').includes(installs), stdout);
}
