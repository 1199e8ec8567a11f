/** One field of a message as it stands on the wire; bytes are a text, a message or packed numbers. */
type Field = { readonly field: number; readonly value: bigint | number | Buffer };

/** A message whose fields can be asked for by number. */
export type Message = {
  /** In order; only those with this number. */
  all(field: number): readonly Field['value'][];
  unsigned(field: number): number;
  signed(field: number): number;
  double(field: number): number;
  text(field: number): string;
  message(field: number): Message;
  messages(field: number): readonly Message[];
  packedSigned(field: number): readonly number[];
};

/** Reads messages that stand after their lengths, to the last byte. Written from the format's description alone. */
export function readDelimited(bytes: Uint8Array): Message[] {
  const reader = createReader(Buffer.from(bytes));
  const messages: Message[] = [];
  while (!reader.atEnd()) messages.push(readMessage(reader.take(Number(reader.varint()))));
  return messages;
}

export function readMessage(bytes: Buffer): Message {
  const reader = createReader(bytes);
  const fields: Field[] = [];
  while (!reader.atEnd()) fields.push(readField(reader));
  const all = (field: number) => fields.filter((one) => one.field === field).map(({ value }) => value);
  const last = (field: number) => all(field).at(-1);
  return {
    all,
    unsigned: (field) => Number(last(field) ?? 0n),
    signed: (field) => unzigzag((last(field) ?? 0n) as bigint),
    double: (field) => (last(field) ?? 0) as number,
    text: (field) => ((last(field) ?? Buffer.alloc(0)) as Buffer).toString(),
    message: (field) => readMessage(last(field) as Buffer),
    messages: (field) => all(field).map((value) => readMessage(value as Buffer)),
    packedSigned: (field) => {
      const packed = createReader((last(field) ?? Buffer.alloc(0)) as Buffer);
      const values: number[] = [];
      while (!packed.atEnd()) values.push(unzigzag(packed.varint()));
      return values;
    },
  };
}

function readField(reader: Reader): Field {
  const tag = Number(reader.varint());
  const field = Math.floor(tag / 8);
  switch (tag % 8) {
    case 0:
      return { field, value: reader.varint() };
    case 1:
      return { field, value: reader.take(8).readDoubleLE() };
    case 2:
      return { field, value: reader.take(Number(reader.varint())) };
    default:
      throw new Error(`Cannot read wire type ${tag % 8} of field ${field}: want 0, 1 or 2`);
  }
}

type Reader = { atEnd(): boolean; take(bytes: number): Buffer; varint(): bigint };

function createReader(bytes: Buffer): Reader {
  let at = 0;
  return {
    atEnd: () => at === bytes.length,
    take(count) {
      if (at + count > bytes.length)
        throw new Error(`Cannot take ${count} bytes at ${at} of ${bytes.length}: want all of them`);
      at += count;
      return bytes.subarray(at - count, at);
    },
    varint() {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[at++];
        if (byte === undefined) throw new Error('Cannot read a number: the bytes end within it');
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return value;
      }
    },
  };
}

function unzigzag(value: bigint): number {
  return Number(value % 2n === 0n ? value / 2n : -(value + 1n) / 2n);
}
