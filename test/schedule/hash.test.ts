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
  even: '283414d7a908e04ba7c8fd068e20cf5a',
  constant: '60b6202790585bd89e5ce6fde26d92b4',
  ramp: 'b24f64fda1b5d616542fe2e4c10eeaa3',
  poisson: '1c7ed83a56f05196005ffd8b28855cf4',
  gaps: '351e58bfad96d8083a84a3161018d090',
  wave: '15553098114c03530e60f2e4b8f36ef0',
  closed: '14addddf12f69a600a944ad05dbcba23',
  all: '7aef30914a2bf1c73e4bdfefaa2d60ec',
};
