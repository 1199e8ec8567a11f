import * as assert from 'uvu/assert';
import { daemonSignals } from '../../loadgen/background/daemon-signals.ts';
import type { StopSignal } from '../../loadgen/cli/io.ts';
import { suite } from '../support/suite.ts';

suite('daemon signals', (test) => {
  test('what comes before the run listens is kept for it', () => {
    const { signals, send, heard } = opened();
    send('SIGTERM');
    signals.onSignal((signal) => heard.push(signal));
    assert.equal(heard, ['SIGTERM']);
  });

  test('SIGTERM counts once, and every SIGINT counts', () => {
    const { signals, send, heard } = opened();
    signals.onSignal((signal) => heard.push(signal));
    for (const signal of ['SIGTERM', 'SIGTERM', 'SIGINT', 'SIGTERM', 'SIGINT'] as const) send(signal);
    assert.equal(heard, ['SIGTERM', 'SIGINT', 'SIGINT']);
  });

  test('SIGHUP reaches only the log', () => {
    const { signals, send, heard, hangUps } = opened();
    send('SIGHUP');
    signals.onSignal((signal) => heard.push(signal));
    send('SIGHUP');
    assert.equal([heard.length, hangUps()], [0, 2]);
  });

  test('a run that has let go hears no more, and the process is given back its signals', () => {
    const { signals, send, heard, isReleased } = opened();
    signals.onSignal((signal) => heard.push(signal))();
    send('SIGINT');
    assert.equal(heard, []);
    signals.release();
    assert.ok(isReleased());
  });
});

function opened() {
  let send: (signal: StopSignal) => void = () => {};
  let hangUps = 0;
  let isReleased = false;
  const io = {
    onSignal(listener: (signal: StopSignal) => void) {
      send = listener;
      return () => {
        isReleased = true;
      };
    },
  };
  const signals = daemonSignals(io, () => hangUps++);
  const heard: StopSignal[] = [];
  return {
    ...{ signals, heard },
    send: (signal: StopSignal) => send(signal),
    hangUps: () => hangUps,
    isReleased: () => isReleased,
  };
}
