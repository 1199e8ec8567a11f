import * as assert from 'uvu/assert';
import { descriptorLimit, fittingConnections } from '../../loadgen/cli/descriptors.ts';
import { EXIT, ExitError } from '../../loadgen/exit.ts';
import type { Phase } from '../../loadgen/schedule/phase.ts';
import { scratchFolder } from '../support/scratch-folder.ts';
import { suite } from '../support/suite.ts';

const OPEN: Phase = { kind: 'constant', perSecond: 10, durationMs: 1_000 };
const CLOSED: Phase = { kind: 'closed', connections: 50, durationMs: 1_000 };
const WISH = { connections: 1_000, isTyped: false, workers: 1, phases: [OPEN], limit: 64 };

function refusal(wish: Parameters<typeof fittingConnections>[0]): { exitCode: number; message: string } {
  try {
    fittingConnections(wish);
  } catch (thrown) {
    assert.instance(thrown, ExitError);
    return thrown as ExitError;
  }
  throw new Error('it was not refused');
}

suite('descriptors', (test) => {
  test('connections that nobody asked for are as many as fit', () => {
    assert.is(fittingConnections({ ...WISH, limit: 20_000 }), 1_000);
    const few = fittingConnections(WISH);
    assert.ok(few > 0 && few < 64, String(few));
    assert.is(fittingConnections({ ...WISH, limit: null }), 1_000);
  });

  test('connections that were asked for and do not fit are refused, with the limit and how to raise it', () => {
    const typed = refusal({ ...WISH, isTyped: true, connections: 500 });
    assert.is(typed.exitCode, EXIT.usage);
    assert.match(
      typed.message,
      /may open 64 files, and the run wants about \d+: 500 connections.*ulimit -n 1024/,
    );
    const closed = refusal({ ...WISH, phases: [OPEN, CLOSED] });
    assert.is(closed.exitCode, EXIT.configuration);
    assert.match(closed.message, /50 connections/);
    assert.is(fittingConnections({ ...WISH, isTyped: true, connections: 10 }), 10);
  });

  test('the limit is read where the system tells it', () => {
    const folder = scratchFolder();
    const file = folder.write(
      'limits',
      'Limit  Soft Limit  Hard Limit  Units\nMax open files            64                   128                  files\n',
    );
    assert.is(descriptorLimit(file), 64);
    assert.is(descriptorLimit(folder.write('other', 'Max open files unlimited unlimited files\n')), null);
    folder.remove();
    assert.is(descriptorLimit(file), null);
  });
});
