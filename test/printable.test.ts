import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { RotatingLog } from '../loadgen/background/log.ts';
import { printable, printableLines } from '../loadgen/printable.ts';
import { renderHtml } from '../loadgen/report/html.ts';
import { renderJson } from '../loadgen/report/json.ts';
import { renderJunit } from '../loadgen/report/junit.ts';
import { startLive } from '../loadgen/report/live.ts';
import { renderTerminal } from '../loadgen/report/terminal.ts';
import { reportOf } from './report/samples.ts';
import { scratchFolder } from './support/scratch-folder.ts';
import { suite } from './support/suite.ts';

const HOSTILE = '/\u001b[2J\u009b31m\u0007\u202ename\u0000';
/** All but the line break, which every renderer writes itself. */
const STEERING = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

suite('text that others wrote', (test) => {
  test('steers nothing where it is printed', () => {
    assert.not.match(printable(`${HOSTILE}\n`), STEERING);
    assert.is(printableLines('a\u001b\nb'), 'a\ufffd\nb');
    assert.is(printable('Zürich 日本 👍'), 'Zürich 日本 👍');
  });

  test('reaches no terminal, page, JUnit file or log as it is', async () => {
    const report = reportOf([{ path: HOSTILE, statuses: { 200: 5 } }], {
      scenario: HOSTILE,
      target: `http://${HOSTILE}`,
      thresholds: ['latency.p99 < 1us'],
    });
    const folder = scratchFolder();
    const path = `${folder.path}/log`;
    const log = new RotatingLog(path, process.getuid?.() ?? -1);
    log.line(HOSTILE);
    log.close();
    let said = '';
    const write = (text: string) => {
      said += text;
    };
    (await startLive({ write, isTty: false, columns: () => 80 }, { quiet: false })).say(HOSTILE);
    const texts = {
      terminal: renderTerminal(report, { colour: false, columns: 200 }),
      page: renderHtml(report, { styles: [], scripts: [] }),
      junit: renderJunit(report),
      json: renderJson(report),
      log: readFileSync(path, 'utf8'),
      said,
    };
    folder.remove();
    for (const [name, text] of Object.entries(texts))
      assert.not.match(text.replaceAll('\n', ''), STEERING, name);
  });
});
