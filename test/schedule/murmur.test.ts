import * as assert from 'uvu/assert';
import { absorb, absorbLong, finishHash, startHash } from '../../loadgen/schedule/murmur.ts';
import { suite } from '../support/suite.ts';

suite('murmur hash', (test) => {
  test('it gives the published values of MurmurHash3 x86_32', () => {
    assert.is(hashOf(0), 0);
    assert.is(hashOf(1), 0x514e28b7);
    assert.is(hashOf(0xffffffff), 0x81f16f39);
    assert.is(hashOf(0, 0xffffffff), 0x76293b50);
    assert.is(hashOf(0, 0x87654321), 0xf55b516b);
    assert.is(hashOf(0x5082edee, 0x87654321), 0x2362f9de);
    assert.is(hashOf(0, 0), 0x2362f9de);
    assert.is(hashOf(0x9747b28c, 0x61616161), 0x5a97808a);
    assert.is(hashOf(0x9747b28c, 0x64636261), 0xf0478627);
  });

  test('whole numbers beyond 32 bits, and below 0, are told apart', () => {
    const values = [
      0,
      1,
      -1,
      2 ** 32,
      2 ** 32 + 1,
      -(2 ** 32),
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ];
    assert.is(new Set(values.map((value) => finishHash(absorbLong(0, value), 2))).size, values.length);
  });
});

function hashOf(stream: number, ...words: readonly number[]): number {
  return finishHash(words.reduce(absorb, startHash(stream)), words.length) >>> 0;
}
