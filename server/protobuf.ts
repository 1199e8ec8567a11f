/**
 * Writes messages of Protocol Buffers, wire format version 2 and 3: values are appended to one growing buffer, and
 * a message inside another is written in place, its length being put before it when it is complete.
 * Source of the format: protobuf.dev, "Encoding". Fields of value 0 are written like all others.
 */
export type ProtobufWriter = {
  /** uint64, uint32, int32 and enums of 0 or more; up to 2^53. */
  unsigned(field: number, value: number): void;
  /** sint32 and sint64, zigzag; within ± 2^52. */
  signed(field: number, value: number): void;
  double(field: number, value: number): void;
  text(field: number, value: string): void;
  /** A repeated sint64, packed. */
  packedSigned(field: number, values: readonly number[]): void;
  message(field: number, write: () => void): void;
  /** A message without a field, only its length before it: how messages follow each other in a stream. */
  delimited(write: () => void): void;
  /** What has been written so far. */
  bytes(): Uint8Array;
};

export function createProtobufWriter(): ProtobufWriter {
  let buffer = Buffer.allocUnsafe(FIRST_BYTES);
  let end = 0;
  const reserve = (bytes: number) => {
    if (end + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * buffer.length, end + bytes));
    buffer.copy(larger, 0, 0, end);
    buffer = larger;
  };
  const varint = (value: number) => {
    reserve(MAX_VARINT_BYTES);
    let rest = value;
    // Divided, not shifted: shifts cut off above 32 bits.
    for (; rest >= 128; rest = Math.floor(rest / 128)) buffer[end++] = (rest % 128) | 128;
    buffer[end++] = rest;
  };
  const delimited = (write: () => void) => {
    const start = end;
    write();
    const length = end - start;
    const prefix = varintBytes(length);
    reserve(prefix);
    buffer.copyWithin(start + prefix, start, end);
    end = start;
    varint(length);
    end += length;
  };
  const tag = (field: number, wireType: number) => varint(field * 8 + wireType);
  return {
    unsigned(field, value) {
      tag(field, VARINT);
      varint(value);
    },
    signed(field, value) {
      tag(field, VARINT);
      varint(zigzag(value));
    },
    double(field, value) {
      tag(field, FIXED_64);
      reserve(8);
      end = buffer.writeDoubleLE(value, end);
    },
    text(field, value) {
      tag(field, DELIMITED);
      const length = Buffer.byteLength(value);
      varint(length);
      reserve(length);
      end += buffer.write(value, end);
    },
    packedSigned(field, values) {
      tag(field, DELIMITED);
      delimited(() => {
        for (const value of values) varint(zigzag(value));
      });
    },
    message(field, write) {
      tag(field, DELIMITED);
      delimited(write);
    },
    delimited,
    bytes: () => buffer.subarray(0, end),
  };
}

const FIRST_BYTES = 16 * 1024;
const MAX_VARINT_BYTES = 10;

/** Wire types. */
const VARINT = 0;
const FIXED_64 = 1;
const DELIMITED = 2;

/** 0, −1, 1, −2 … become 0, 1, 2, 3 … */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}
