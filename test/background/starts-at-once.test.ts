import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import type { Report } from '../../loadgen/report/report.ts';
import { suite } from '../support/suite.ts';
import { countingTarget, openBox } from './box.ts';

const STARTS = 24;

suite('background starts at once', (test) => {
  test(`of ${STARTS} starts at the same time exactly one runs, and the others name it`, async () => {
    const box = openBox();
    const target = await countingTarget();
    try {
      const command = ['start', '--target', target.url, '--log', box.log, '--rate', '60'];
      const ended = await Promise.all(Array.from({ length: STARTS }, () => box.background(...command)));
      const started = ended.filter(({ exitCode }) => exitCode === 0);
      const refused = ended.filter(({ exitCode }) => exitCode === 1);
      assert.equal([started.length, refused.length], [1, STARTS - 1]);
      const pid = box.pid();
      assert.match(started[0]!.stdout, new RegExp(`pid ${pid}\\n`));
      for (const { stderr } of refused)
        assert.match(stderr, new RegExp(`Already running: background, pid ${pid}, `));
      await box.settled([pid]);
      assert.is((await box.background('stop')).exitCode, 0);
      const report = JSON.parse(readFileSync(box.log.replace(/log$/, 'json'), 'utf8')) as Report;
      assert.is(report.requests.ok, target.count());
      assert.is(readFileSync(box.log, 'utf8').match(/started: /g)?.length, 1);
    } finally {
      await box.close();
      await target.close();
    }
  });
});
