import * as assert from 'uvu/assert';
import type { Report } from '../../loadgen/report/report.ts';
import type { Sink } from '../../loadgen/report/sinks.ts';
import { REPORTS } from '../report/report-samples.ts';
import type { Cases } from '../support/suite.ts';

/** A sink at a place of its own, and what is to be read there after a report was handed over. */
export type SinkUnderTest = {
  readonly sink: Sink;
  read(): Promise<string>;
  close(): Promise<void>;
};

/** What every sink must do, whatever it writes and wherever. */
export function sinkContract(test: Cases, name: string, open: () => Promise<SinkUnderTest>): void {
  const given = async (report: Report): Promise<string> => {
    const { sink, read, close } = await open();
    try {
      await sink(report);
      return await read();
    } finally {
      await close();
    }
  };

  for (const [kind, report] of Object.entries(REPORTS)) {
    test(`${name}: a report ${kind} is there whole when the sink is done`, async () => {
      const text = await given(report);
      assert.ok(text.includes(report.scheduleHash.slice(0, 12)), 'it names the schedule');
      assert.ok(text.endsWith('\n'));
    });
  }

  test(`${name}: the report is only read`, async () => {
    const report = deepFrozen(structuredClone(REPORTS['with everything in it']!));
    await given(report);
  });

  test(`${name}: the same report gives the same text`, async () => {
    const report = REPORTS['with everything in it']!;
    assert.is(await given(report), await given(structuredClone(report)));
  });

  test(`${name}: a second report takes the place of the first, or follows it`, async () => {
    const { sink, read, close } = await open();
    try {
      await sink(REPORTS['of nothing sent']!);
      await sink(REPORTS['with everything in it']!);
      const text = await read();
      assert.ok(text.endsWith(await given(REPORTS['with everything in it']!)));
    } finally {
      await close();
    }
  });
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFrozen(inner);
  }
  return value;
}
