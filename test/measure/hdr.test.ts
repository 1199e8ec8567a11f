import { inflateSync } from 'node:zlib';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import * as assert from 'uvu/assert';
import { HIGHEST_US } from '../../loadgen/measure/buckets.ts';
import { decodeHdr, encodeHdr } from '../../loadgen/measure/hdr.ts';
import { emptyHistogram, quantileUs } from '../../loadgen/measure/histogram.ts';
import { suite } from '../support/suite.ts';
import { bucketsOf, randomDurations, recorded } from './durations.ts';

suite('HdrHistogram text', (test) => {
  test('a histogram comes back bucket for bucket, with minimum, maximum and sum within 0.1 %', () => {
    for (const size of [1, 10, 1000, 20_000]) {
      const data = recorded(randomDurations(size, size));
      const back = decodeHdr(encodeHdr(data));
      assert.equal(bucketsOf(back), bucketsOf(data));
      assert.is(back.count, data.count);
      for (const key of ['minUs', 'maxUs', 'sumUs'] as const) {
        assert.ok(Math.abs(back[key] / data[key] - 1) <= 0.001, `${key}: ${back[key]} for ${data[key]}`);
      }
    }
    assert.equal(decodeHdr(encodeHdr(emptyHistogram())), emptyHistogram());
    assert.equal(decodeHdr(encodeHdr(recorded([HIGHEST_US]))).buckets, recorded([HIGHEST_US]).buckets);
  });

  test('counts beyond 32 bits come back', () => {
    const data = { ...recorded([5, 900]), count: 2 ** 40 + 1, counts: [2 ** 40, 1] };
    assert.equal(bucketsOf(decodeHdr(encodeHdr(data))), bucketsOf(data));
  });

  test('the library reads the text and finds the same quantiles', () => {
    const data = recorded(randomDurations(8, 5000));
    const histogram = decodeFromCompressedBase64(encodeHdr(data), 64);
    assert.is(histogram.totalCount, 5000);
    for (const q of [0.5, 0.9, 0.99, 0.999]) {
      assert.is(histogram.getValueAtPercentile(q * 100), quantileUs(data, q));
    }
  });

  test('the header is as the V2 format wants it', () => {
    const packed = Buffer.from(encodeHdr(recorded([1, 2, 3])), 'base64');
    assert.is(packed.readInt32BE(0), 0x1c849314);
    assert.is(packed.readInt32BE(4), packed.length - 8);
    const body = inflateSync(packed.subarray(8));
    assert.is(body.readInt32BE(0), 0x1c849313);
    assert.is(body.readInt32BE(4), body.length - 40);
    assert.equal([body.readInt32BE(8), body.readInt32BE(12)], [0, 3]);
    assert.equal([body.readBigInt64BE(16), body.readBigInt64BE(24)], [1n, BigInt(HIGHEST_US)]);
    assert.is(body.readDoubleBE(32), 1);
  });

  test('what is no such histogram is refused with what is wanted', () => {
    const cut = encodeHdr(recorded(randomDurations(1, 100))).slice(0, 60);
    for (const text of ['', 'hello', 'AAAAAAAA', cut]) {
      assert.throws(() => decodeHdr(text), /Cannot decode histogram ".*": want base64 of HdrHistogram V2/);
    }
  });
});
