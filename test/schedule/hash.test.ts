import * as assert from 'uvu/assert';
import { canonicalJson, scheduleHash } from '../../loadgen/schedule/hash.ts';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { suite } from '../support/suite.ts';

suite('the hash of a schedule', (test) => {
  test('every kind of phase has the same hash on every runtime', () => {
    for (const phase of PHASES) assert.is(scheduleHash([phase], 1, ''), PINNED[phase.kind], phase.kind);
    assert.is(scheduleHash(PHASES, 1, 'mix'), PINNED.all);
  });

  test('the same schedule has the same hash, in whatever order its keys were written', () => {
    const turned = PHASES.map((phase) => Object.fromEntries(Object.entries(phase).reverse()) as Phase);
    assert.is(scheduleHash(turned, 1, 'mix'), scheduleHash(PHASES, 1, 'mix'));
  });

  test('any change gives another hash', () => {
    const last = PHASES.at(-1)!;
    const hashes = [
      scheduleHash(PHASES, 1, 'mix'),
      scheduleHash(PHASES, 2, 'mix'),
      scheduleHash(PHASES, 1, 'another mix'),
      scheduleHash(PHASES.slice(1), 1, 'mix'),
      scheduleHash([...PHASES].reverse(), 1, 'mix'),
      scheduleHash([...PHASES.slice(0, -1), { ...last, durationMs: 10_001 } as Phase], 1, 'mix'),
      scheduleHash([], 1, 'mix'),
    ];
    assert.is(new Set(hashes).size, hashes.length);
  });

  test('canonical JSON sorts the keys at every depth and leaves lists as they are', () => {
    const value = { b: [{ d: 1, c: null }, 'x', 2.5], a: { z: true, y: 'é' } };
    assert.is(canonicalJson(value), '{"a":{"y":"é","z":true},"b":[{"c":null,"d":1},"x",2.5]}');
  });
});

const PHASES: readonly Phase[] = [
  { kind: 'even', requests: 1000, durationMs: 60_000 },
  { kind: 'constant', perSecond: 0.3, durationMs: null },
  { kind: 'ramp', fromPerSecond: 0.1, toPerSecond: 77.7, durationMs: 60_000 },
  { kind: 'poisson', perSecond: 123.4, durationMs: null },
  { kind: 'gaps', minGapMs: 500, maxGapMs: 2000, durationMs: null },
  { kind: 'wave', meanPerSecond: 3, swing: 0.9, periodMs: 86_400_000, durationMs: null },
  { kind: 'closed', connections: 5, durationMs: 10_000 },
];

const PINNED: Readonly<Record<Phase['kind'] | 'all', string>> = {
  even: '',
  constant: '',
  ramp: '',
  poisson: '',
  gaps: '',
  wave: '',
  closed: '',
  all: '',
};
