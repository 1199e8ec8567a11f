/**
 * Takes `100 Continue` out of what a target sends. A client must put up with one that it didn't ask for
 * (RFC 9110, 15.2); undici drops the connection instead.
 */
export type ContinueFilter = {
  /** The next bytes are the beginning of an answer. */
  begin(): void;
  /** What is left for the parser: the chunk itself nearly always, nothing while a 100 is not whole. */
  take(chunk: Buffer): Buffer;
};

export function createContinueFilter(): ContinueFilter {
  let atBeginning = false;
  let held: Buffer = NOTHING;
  return {
    begin() {
      atBeginning = true;
      held = NOTHING;
    },
    take(chunk) {
      if (!atBeginning) return chunk;
      let bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      held = NOTHING;
      while (isContinue(bytes)) {
        const end = bytes.indexOf('\r\n\r\n');
        if (end === -1) break;
        bytes = bytes.subarray(end + 4);
      }
      if (mayBecomeContinue(bytes)) {
        held = bytes;
        return NOTHING;
      }
      atBeginning = false;
      return bytes;
    },
  };
}

const NOTHING = Buffer.alloc(0);
const LONGEST_HEAD_BYTES = 16_384;
/** `HTTP/1.1 100`; the x stands for any digit. */
const PATTERN = 'HTTP/1.x 100';

function isContinue(bytes: Buffer): boolean {
  return bytes.length >= PATTERN.length && agrees(bytes);
}

function mayBecomeContinue(bytes: Buffer): boolean {
  return bytes.length < LONGEST_HEAD_BYTES && agrees(bytes);
}

/** Whether the bytes, as far as they go, begin a 100. The status is looked at first: it nearly always says no. */
function agrees(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, PATTERN.length);
  if (length === PATTERN.length && (bytes[9] !== 0x31 || bytes[10] !== 0x30 || bytes[11] !== 0x30))
    return false;
  for (let i = 0; i < length; i += 1) if (i !== 7 && bytes[i] !== PATTERN.charCodeAt(i)) return false;
  return true;
}
