import * as assert from 'uvu/assert';
import { parseTruth } from '../../loadgen/accuracy/truth.ts';
import { createTruth } from '../../server/truth.ts';
import { suite } from '../support/suite.ts';

suite('truth', (test) => {
  test('what the demo service tells reads back to the last bit', () => {
    const service = createTruth(100, ['home_error', 'timeout']);
    const base = { method: 'GET', errorType: null, startMs: 10 };
    service.record({ ...base, endpoint: '/', status: 200, endMs: 10.1 });
    service.record({ ...base, endpoint: '/', status: 500, errorType: 'home_error', endMs: 1 / 3 + 10 });
    service.record({ ...base, endpoint: '/slow', status: 200, endMs: 4010 });
    const truth = parseTruth(JSON.stringify(service.read(0)));
    assert.is(truth.last, 3);
    assert.is(truth.dropped, 0);
    const [home, slow] = truth.endpoints;
    assert.equal([home?.endpoint, slow?.endpoint], ['/', '/slow']);
    assert.equal([...home!.seconds], [(10.1 - 10) / 1000, (1 / 3 + 10 - 10) / 1000]);
    assert.equal([...slow!.endedAtMs], [performance.timeOrigin + 4010]);
    assert.equal(home!.statuses, { 200: 1, 500: 1 });
    assert.equal(home!.injected, { home_error: 1, timeout: 0 });
    assert.is(parseTruth(JSON.stringify(service.read(2))).endpoints.length, 1);
  });

  test('half a truth is refused by its place', () => {
    const refused: [object, RegExp][] = [
      [{ schema: 'loadgen.truth/1' }, /schema is loadgen\.truth\/1, want 'loadgen\.truth\/2'/],
      [{ last: -1 }, /last is -1, want a whole number/],
      [{ endpoints: {} }, /endpoints is .*, want a list/],
      [{ endpoints: [{ ...ENDPOINT, count: 3 }] }, /endpoints\[0\]\.durations .*want 3 doubles/],
      [
        { endpoints: [{ ...ENDPOINT, statuses: { 200: 1 } }] },
        /endpoints\[0\]\.statuses .*want the count, 2/,
      ],
      [{ endpoints: [{ ...ENDPOINT, durations: doubles(1, -1) }] }, /durations\[1\] is -1, want a finite/],
      [{ endpoints: [{ ...ENDPOINT, durations: doubles(Number.NaN, 1) }] }, /durations\[0\] is NaN/],
      [{ endpoints: [{ ...ENDPOINT, method: 7 }] }, /endpoints\[0\]\.method is 7, want a string/],
      [{ endpoints: [{ ...ENDPOINT, injected: { home_error: 0.5 } }] }, /injected\.home_error is 0\.5/],
      [{ endpoints: [null] }, /endpoints\[0\] is .*, want an object/],
    ];
    assert.is(parseTruth(JSON.stringify(PAGE)).endpoints.length, 1);
    for (const [change, wanted] of refused)
      assert.throws(() => parseTruth(JSON.stringify({ ...PAGE, ...change })), wanted);
    assert.throws(() => parseTruth('<html>'), /Cannot read the truth/);
    assert.throws(() => parseTruth('[]'), /the page is .*, want an object/);
  });
});

function doubles(...values: readonly number[]): string {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [i, value] of values.entries()) bytes.writeDoubleLE(value, i * 8);
  return bytes.toString('base64');
}

const ENDPOINT = {
  method: 'GET',
  endpoint: '/',
  count: 2,
  injected: { home_error: 0 },
  statuses: { 200: 2 },
  durations: doubles(0.1, 0.2),
  endedAtMs: doubles(1, 2),
};

const PAGE = { schema: 'loadgen.truth/2', last: 2, upTo: 2, dropped: 0, limit: 10, endpoints: [ENDPOINT] };
