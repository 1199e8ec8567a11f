import * as assert from 'uvu/assert';
import { createProtobufWriter } from '../../server/protobuf.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { suite } from '../support/suite.ts';
import { readDelimited, readMessage } from './protobuf-decoder.ts';

suite('server protobuf', (test) => {
  test('numbers, texts and lists come back as they were written', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 300; round += 1) {
      const unsigned = Math.floor(2 ** (53 * random()));
      const signed = Math.trunc((random() < 0.5 ? -1 : 1) * 2 ** (52 * random()));
      const double = (random() - 0.5) * 10 ** (600 * random() - 300);
      const text = 'é€😀x'.repeat(Math.floor(random() * 100));
      const list = Array.from({ length: Math.floor(random() * 200) }, () =>
        Math.round((random() - 0.5) * 1e6),
      );
      const field = 1 + Math.floor(random() * 100);
      const writer = createProtobufWriter();
      writer.unsigned(field, unsigned);
      writer.signed(field + 1, signed);
      writer.double(field + 2, double);
      writer.text(field + 3, text);
      writer.packedSigned(field + 4, list);
      const read = readMessage(Buffer.from(writer.bytes()));
      assert.is(read.unsigned(field), unsigned);
      assert.is(read.signed(field + 1), signed);
      assert.is(read.double(field + 2), double);
      assert.is(read.text(field + 3), text);
      assert.equal(read.packedSigned(field + 4), list);
    }
  });

  test('the numbers at which a byte more is needed, and those that are none', () => {
    const writer = createProtobufWriter();
    const unsigned = [0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53];
    const signed = [0, -1, 1, -64, 63, -65, 64, -(2 ** 31), 2 ** 31, -(2 ** 52), 2 ** 52];
    const doubles = [0, -0, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE];
    for (const value of unsigned) writer.unsigned(1, value);
    for (const value of signed) writer.message(2, () => writer.signed(1, value));
    for (const value of doubles) writer.double(3, value);
    writer.double(4, Number.NaN);
    const read = readMessage(Buffer.from(writer.bytes()));
    assert.equal(read.all(1).map(Number), unsigned);
    assert.equal(
      read.messages(2).map((message) => message.signed(1)),
      signed,
    );
    assert.ok(read.all(3).every((value, i) => Object.is(value, doubles[i])));
    assert.ok(Number.isNaN(read.double(4)));
  });

  test('messages hold messages of any length, to any depth', () => {
    for (const length of [0, 1, 126, 127, 128, 16_383, 16_384, 300_000]) {
      const text = 'x'.repeat(length);
      const writer = createProtobufWriter();
      const nest = (depth: number) => {
        writer.text(1, text);
        if (depth > 0) writer.message(2, () => nest(depth - 1));
        writer.unsigned(3, depth);
      };
      for (const _ of [1, 2]) writer.delimited(() => nest(5));
      const both = readDelimited(writer.bytes());
      assert.is(both.length, 2);
      for (let [read, depth] = [both[1]!, 5]; depth > 0; [read, depth] = [read.message(2), depth - 1]) {
        assert.is(read.text(1), text);
        assert.is(read.unsigned(3), depth);
      }
    }
  });
});
