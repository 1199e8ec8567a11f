import * as assert from 'uvu/assert';
import { createFaults, ERROR_ENDPOINT_FAULTS, type FaultSettings } from '../../server/faults.ts';
import { suite } from '../support/suite.ts';

const SETTINGS: FaultSettings = {
  homeErrorRate: 0.05,
  healthErrorRate: 0.2,
  slowTimeoutRate: 0.3,
  slowMs: { fromMs: 100, toMs: 1000 },
  slowTimeoutMs: { fromMs: 2000, toMs: 5000 },
};

const DRAWS = 20_000;

suite('server faults', (test) => {
  test('the same seed gives the same faults and waits', () => {
    for (const seed of [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER])
      assert.equal(history(seed, SETTINGS), history(seed, SETTINGS));
  });

  test('neighbouring seeds and seeds that share their low half differ', () => {
    const histories = [1, 2, 3, 1 + 2 ** 32].map((seed) => JSON.stringify(history(seed, SETTINGS)));
    assert.is(new Set(histories).size, histories.length);
  });

  test('each rate is kept within five standard errors', () => {
    for (const seed of [1, 2, 3]) {
      const faults = createFaults(seed, SETTINGS);
      near(
        share(() => faults.home() !== null),
        0.05,
      );
      near(
        share(() => faults.health() !== null),
        0.2,
      );
      near(
        share(() => faults.slow().fault !== null),
        0.3,
      );
    }
  });

  test('/error has even odds', () => {
    const faults = createFaults(1, SETTINGS);
    const drawn = Array.from({ length: DRAWS }, () => faults.error());
    for (const type of ERROR_ENDPOINT_FAULTS) near(drawn.filter((d) => d === type).length / DRAWS, 0.25);
  });

  test('rates of 0 and 1 mean never and always', () => {
    const never = createFaults(1, { ...SETTINGS, homeErrorRate: 0 });
    const always = createFaults(1, { ...SETTINGS, homeErrorRate: 1 });
    assert.is(
      share(() => never.home() !== null),
      0,
    );
    assert.is(
      share(() => always.home() !== null),
      1,
    );
  });

  test('waits stay in their range and spread evenly over it', () => {
    const faults = createFaults(1, SETTINGS);
    const draws = Array.from({ length: DRAWS }, () => faults.slow());
    for (const { fault, waitMs } of draws) {
      const { fromMs, toMs } = fault === null ? SETTINGS.slowMs : SETTINGS.slowTimeoutMs;
      assert.ok(waitMs >= fromMs && waitMs <= toMs);
    }
    const quick = draws.filter((draw) => draw.fault === null);
    near(quick.filter((draw) => draw.waitMs < 550).length / quick.length, 0.5);
  });

  test('draws of one endpoint never shift those of another', () => {
    const calm = createFaults(1, SETTINGS);
    const busy = createFaults(1, SETTINGS);
    for (let i = 0; i < 1000; i += 1) {
      busy.home();
      busy.error();
      assert.is(busy.health(), calm.health());
      assert.equal(busy.slow(), calm.slow());
    }
  });

  test('a changed rate counts from the next draw and shifts no stream', () => {
    const steady = createFaults(1, SETTINGS);
    const changed = createFaults(1, SETTINGS);
    for (let i = 0; i < 100; i += 1) changed.slow();
    for (let i = 0; i < 100; i += 1) steady.slow();
    changed.change({ ...SETTINGS, slowTimeoutRate: 1 });
    for (let i = 0; i < 100; i += 1) {
      assert.is(changed.slow().fault, 'timeout');
      steady.slow();
    }
    changed.change(SETTINGS);
    for (let i = 0; i < 100; i += 1) assert.equal(changed.slow(), steady.slow());
  });
});

function history(seed: number, settings: FaultSettings): unknown[] {
  const faults = createFaults(seed, settings);
  return Array.from({ length: 200 }, () => [faults.home(), faults.health(), faults.error(), faults.slow()]);
}

function share(draw: () => boolean): number {
  let hits = 0;
  for (let i = 0; i < DRAWS; i += 1) hits += draw() ? 1 : 0;
  return hits / DRAWS;
}

function near(observed: number, expected: number): void {
  const standardError = Math.sqrt((expected * (1 - expected)) / (DRAWS / 2));
  assert.ok(Math.abs(observed - expected) < 5 * standardError, `${observed} is not near ${expected}`);
}
