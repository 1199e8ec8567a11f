import * as assert from 'uvu/assert';
import type { Check } from '../../loadgen/inspect/check.ts';
import { renderCheck } from '../../loadgen/inspect/check-text.ts';
import { suite } from '../support/suite.ts';

const REMARK = 'answers with a redirect, which is not followed';
const CHECK: Check = {
  schema: 'loadgen.check/1',
  target: 'http://127.0.0.1:5000',
  reachable: true,
  metricsPrefix: null,
  endpoints: ['/', '/a/longer/path'].map((path) => ({
    ...{ path, status: 307, timeUs: 1234, verdict: 'good' as const, note: REMARK },
  })),
  failure: null,
  passed: true,
};

suite('the check as text', (test) => {
  test('a remark that does not fit goes on in the next line, and nothing is lost', () => {
    for (const columns of [80, 120, 200]) {
      const text = renderCheck(CHECK, { colour: false, columns });
      for (const line of text.split('\n')) assert.ok(line.length <= columns, line);
      assert.not.match(text, /…/);
      assert.is(text.replace(/\s+/g, ' ').split(REMARK).length - 1, 2, text);
    }
  });
});
