import * as assert from 'uvu/assert';
import {
  afterFailedConnect,
  FIRST_DELAY_MS,
  LONGEST_DELAY_MS,
  mayConnect,
  openGate,
  READY,
} from '../../loadgen/wire/gate.ts';
import { suite } from '../support/suite.ts';

suite('gate', (test) => {
  test('at first a connect may be tried at once', () => {
    assert.ok(mayConnect(READY, 0));
  });

  test('each failure doubles the delay, up to the longest', () => {
    let nowMs = 1000;
    let backOff = READY;
    const delays: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      backOff = afterFailedConnect(backOff, nowMs);
      delays.push(backOff.untilMs - nowMs);
      nowMs = backOff.untilMs;
    }
    assert.equal(delays, [FIRST_DELAY_MS, 200, 400, 800, 1600, LONGEST_DELAY_MS, LONGEST_DELAY_MS]);
  });

  test('the time is over exactly when it is over', () => {
    const backOff = afterFailedConnect(READY, 500);
    assert.not(mayConnect(backOff, 500));
    assert.not(mayConnect(backOff, 599.999));
    assert.ok(mayConnect(backOff, 600));
  });

  test('many connects that fail together count as one failure', () => {
    const once = afterFailedConnect(READY, 10);
    let many = once;
    for (let i = 0; i < 50; i += 1) many = afterFailedConnect(many, 10 + i);
    assert.equal(many, once);
  });

  test('the gate is open again after a success, and begins anew after the next failure', () => {
    let nowMs = 0;
    const gate = openGate(() => nowMs);
    assert.is(gate.resumesAtMs(), null);
    gate.failed();
    assert.not(gate.mayConnect());
    assert.is(gate.resumesAtMs(), FIRST_DELAY_MS);
    nowMs = FIRST_DELAY_MS;
    assert.ok(gate.mayConnect());
    assert.is(gate.resumesAtMs(), null);
    gate.failed();
    assert.is(gate.resumesAtMs(), nowMs + 2 * FIRST_DELAY_MS);
    gate.succeeded();
    assert.ok(gate.mayConnect());
    gate.failed();
    assert.is(gate.resumesAtMs(), nowMs + FIRST_DELAY_MS);
  });
});
