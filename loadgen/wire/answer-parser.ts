/** Of a status line and its header fields, interim answers each for itself. Node's own limit is 16 KiB, curl's 300 kB. */
export const HEAD_LIMIT_BYTES = 65_536;
export const TRAILER_LIMIT_BYTES = 65_536;
/** A chunk's size with its extensions, which mean nothing to us. */
export const CHUNK_LINE_LIMIT_BYTES = 16_384;
/** A longer element of a header field that governs the framing is not one that we know. */
const ELEMENT_LIMIT_BYTES = 64;

/** more: the answer is not whole yet · whole: it is, and `end` says where it ended · bad: it breaks RFC 9112 */
export type Verdict = 'more' | 'whole' | 'bad';

/**
 * Reads HTTP/1.1 answers, one after another, wherever their bytes are cut (RFC 9112). It is strict where a sender must
 * be: a bare CR or LF, obs-fold, a control byte, white space before a colon, Content-Length beside Transfer-Encoding are
 * no answer. Bodies are counted, never kept. It allocates nothing and has no clock.
 */
export class AnswerParser {
  /** Of the answer that is being read; 0 until it is known. */
  status = 0;
  /** Of a whole answer: whether its connection may carry another request. */
  reusable = false;
  /** How long the target keeps an idle connection, as its Keep-Alive header says; Infinity when it doesn't. */
  idleLimitMs = Number.POSITIVE_INFINITY;
  /** The body without the framing of its chunks. */
  bodyBytes = 0;
  /** Answers of 1xx that were skipped so far. */
  interims = 0;
  /** Where the answer ended in the bytes that were read last; after 'bad' nothing of use. */
  end = 0;
  #headOnly = false;
  #state = VERSION;
  /** Bytes of the head, of a chunk's line or of the trailers that came before the bytes being read. */
  #section = 0;
  /** How far into the status line, a name or a run of bytes with a length. */
  #position = 0;
  #minor = 0;
  #field = OTHER;
  #candidate = NO_NAME;
  readonly #element = new Uint8Array(ELEMENT_LIMIT_BYTES);
  #elementLength = 0;
  /** White space came after the element: nothing but its end may follow. */
  #gap = false;
  #length = NO_LENGTH;
  #encoded = false;
  /** In the field that is being read. */
  #codings = 0;
  #chunked = false;
  #close = false;
  #keepAlive = false;
  #left = 0;

  /** The next bytes are the beginning of an answer; `headOnly`: to HEAD. */
  begin(headOnly: boolean): void {
    this.#headOnly = headOnly;
    this.bodyBytes = 0;
    this.interims = 0;
    this.#beginHead();
  }

  /** Whether a byte of an answer was read, be it only an interim one that is not whole yet. */
  get begun(): boolean {
    return this.#state !== VERSION || this.#position > 0;
  }

  get inInterim(): boolean {
    return this.status >= 100 && this.status < 200;
  }

  /** Whether the answer is whole when the connection ends now. */
  get endsWithConnection(): boolean {
    return this.#state === UNTIL_CLOSE;
  }

  /** After 'whole' or 'bad' it must not be called before `begin`. */
  read(bytes: Uint8Array, length: number): Verdict {
    let at = 0;
    let sectionFrom = 0;
    while (at < length) {
      const byte = bytes[at]!;
      switch (this.#state) {
        case VERSION:
          if (!this.#readVersion(byte)) return 'bad';
          at += 1;
          break;

        case REASON:
          while (at < length && IN_VALUE[bytes[at]!] === 1) at += 1;
          if (at === length) break;
          if (bytes[at] !== CR) return 'bad';
          this.#state = LINE_LF;
          at += 1;
          break;

        case LINE_LF:
          if (byte !== LF) return 'bad';
          this.#state = LINE;
          at += 1;
          break;

        case LINE:
          at += 1;
          if (byte === CR) {
            this.#state = HEAD_LF;
            break;
          }
          if (IN_TOKEN[byte] === 0) return 'bad';
          this.#beginName(byte | 0x20);
          this.#state = NAME;
          break;

        case NAME: {
          // The candidate is the one known name that these bytes may still become.
          let candidate = this.#candidate;
          let position = this.#position;
          let inName = byte;
          while (IN_TOKEN[inName] === 1) {
            if (candidate !== NO_NAME) {
              if (position === 3 && candidate === CONTENT_LENGTH_NAME && (inName | 0x20) === LOWER_N)
                candidate = CONNECTION_NAME;
              if (candidate[position] !== (inName | 0x20)) candidate = NO_NAME;
            }
            position += 1;
            at += 1;
            if (at === length) break;
            inName = bytes[at]!;
          }
          this.#candidate = candidate;
          this.#position = position;
          if (at === length) break;
          if (inName !== COLON) return 'bad';
          this.#field = position === candidate.length ? fieldOf(candidate) : OTHER;
          if (this.#field === OTHER) this.#state = VALUE;
          else this.#beginKnownValue();
          at += 1;
          break;
        }

        case VALUE:
          while (at < length && IN_VALUE[bytes[at]!] === 1) at += 1;
          if (at === length) break;
          if (bytes[at] !== CR) return 'bad';
          this.#state = LINE_LF;
          at += 1;
          break;

        case KNOWN_VALUE:
          at += 1;
          if (byte === CR || byte === COMMA) {
            if (!this.#endElement()) return 'bad';
            if (byte === CR) {
              if (this.#field === TRANSFER_ENCODING && this.#codings === 0) return 'bad';
              this.#state = LINE_LF;
            }
          } else if (IN_VALUE[byte] === 0) return 'bad';
          else this.#addToElement(byte);
          break;

        case HEAD_LF: {
          if (byte !== LF) return 'bad';
          at += 1;
          if (this.#section + at - sectionFrom > HEAD_LIMIT_BYTES) return 'bad';
          const next = this.#endHead();
          if (next === BAD) return 'bad';
          if (next === WHOLE) {
            this.end = at;
            return 'whole';
          }
          this.#state = next;
          this.#section = 0;
          sectionFrom = at;
          break;
        }

        case BODY: {
          const taken = Math.min(this.#left, length - at);
          at += taken;
          this.bodyBytes += taken;
          this.#left -= taken;
          if (this.#left > 0) break;
          this.end = at;
          return 'whole';
        }

        case UNTIL_CLOSE:
          this.bodyBytes += length - at;
          at = length;
          break;

        case CHUNK_SIZE: {
          const digit = HEX_VALUE[byte]!;
          at += 1;
          if (digit < 16) {
            this.#left = this.#left * 16 + digit;
            this.#position += 1;
            if (this.#left > Number.MAX_SAFE_INTEGER) return 'bad';
            break;
          }
          if (this.#position === 0) return 'bad';
          if (byte === CR) this.#state = CHUNK_LINE_LF;
          else if (byte === SEMICOLON) this.#state = EXTENSION;
          else if (byte === SPACE || byte === TAB) this.#state = BEFORE_EXTENSION;
          else return 'bad';
          break;
        }

        case BEFORE_EXTENSION:
          at += 1;
          if (byte === SEMICOLON) this.#state = EXTENSION;
          else if (byte !== SPACE && byte !== TAB) return 'bad';
          break;

        case EXTENSION:
          while (at < length && IN_VALUE[bytes[at]!] === 1) at += 1;
          if (at === length) break;
          if (bytes[at] !== CR) return 'bad';
          this.#state = CHUNK_LINE_LF;
          at += 1;
          break;

        case CHUNK_LINE_LF:
          if (byte !== LF) return 'bad';
          at += 1;
          if (this.#section + at - sectionFrom > CHUNK_LINE_LIMIT_BYTES) return 'bad';
          this.#state = this.#left === 0 ? TRAILER_LINE : CHUNK;
          this.#section = 0;
          sectionFrom = at;
          break;

        case CHUNK: {
          const taken = Math.min(this.#left, length - at);
          at += taken;
          this.bodyBytes += taken;
          this.#left -= taken;
          if (this.#left === 0) this.#state = CHUNK_CR;
          break;
        }

        case CHUNK_CR:
          if (byte !== CR) return 'bad';
          this.#state = CHUNK_LF;
          at += 1;
          break;

        case CHUNK_LF:
          if (byte !== LF) return 'bad';
          at += 1;
          this.#beginChunk();
          sectionFrom = at;
          break;

        case TRAILER_LINE:
          at += 1;
          if (byte === CR) this.#state = TRAILERS_LF;
          else if (IN_TOKEN[byte] === 1) this.#state = TRAILER_NAME;
          else return 'bad';
          break;

        case TRAILER_NAME:
          while (at < length && IN_TOKEN[bytes[at]!] === 1) at += 1;
          if (at === length) break;
          if (bytes[at] !== COLON) return 'bad';
          this.#state = TRAILER_VALUE;
          at += 1;
          break;

        case TRAILER_VALUE:
          while (at < length && IN_VALUE[bytes[at]!] === 1) at += 1;
          if (at === length) break;
          if (bytes[at] !== CR) return 'bad';
          this.#state = TRAILER_LF;
          at += 1;
          break;

        case TRAILER_LF:
          if (byte !== LF) return 'bad';
          this.#state = TRAILER_LINE;
          at += 1;
          break;

        default: // TRAILERS_LF
          if (byte !== LF) return 'bad';
          at += 1;
          if (this.#section + at - sectionFrom > TRAILER_LIMIT_BYTES) return 'bad';
          this.end = at;
          return 'whole';
      }
    }
    this.end = length;
    return this.#keepsWithinLimits(length - sectionFrom) ? 'more' : 'bad';
  }

  #beginHead(): void {
    this.status = 0;
    this.idleLimitMs = Number.POSITIVE_INFINITY;
    this.reusable = false;
    this.#state = VERSION;
    this.#section = 0;
    this.#position = 0;
    this.#length = NO_LENGTH;
    this.#encoded = false;
    this.#chunked = false;
    this.#close = false;
    this.#keepAlive = false;
  }

  /** `HTTP/1.x ddd` and what follows the status: a space, or the line's end (the reason and its space are left out often). */
  #readVersion(byte: number): boolean {
    const position = this.#position;
    this.#position = position + 1;
    if (position < 7) return byte === HTTP_1[position];
    if (position === 8) return byte === SPACE;
    if (position === 12) {
      this.#state = byte === CR ? LINE_LF : REASON;
      return this.status >= 100 && (byte === SPACE || byte === CR);
    }
    if (byte < DIGIT_0 || byte > DIGIT_9) return false;
    if (position === 7) this.#minor = byte - DIGIT_0;
    else this.status = this.status * 10 + byte - DIGIT_0;
    return true;
  }

  #beginName(lowerCased: number): void {
    this.#position = 1;
    this.#candidate =
      lowerCased === LOWER_C
        ? CONTENT_LENGTH_NAME
        : lowerCased === LOWER_T
          ? TRANSFER_ENCODING_NAME
          : lowerCased === LOWER_K
            ? KEEP_ALIVE_NAME
            : NO_NAME;
  }

  #beginKnownValue(): void {
    this.#state = KNOWN_VALUE;
    this.#elementLength = 0;
    this.#gap = false;
    this.#codings = 0;
    if (this.#field === TRANSFER_ENCODING) this.#encoded = true;
    else if (this.#field === CONTENT_LENGTH && this.#length === NO_LENGTH) this.#length = EMPTY_LENGTH;
  }

  /** White space around an element is none of it. One that is too long, or has white space within, is none that we know. */
  #addToElement(byte: number): void {
    if (byte === SPACE || byte === TAB) {
      this.#gap = this.#elementLength > 0;
      return;
    }
    if (this.#gap || this.#elementLength >= ELEMENT_LIMIT_BYTES) {
      this.#elementLength = TOO_LONG;
      return;
    }
    this.#element[this.#elementLength] = byte >= UPPER_A && byte <= UPPER_Z ? byte | 0x20 : byte;
    this.#elementLength += 1;
  }

  /** Empty elements of a list mean nothing (RFC 9110, 5.6.1). */
  #endElement(): boolean {
    const length = this.#elementLength;
    if (length === 0) return true;
    this.#elementLength = 0;
    this.#gap = false;
    const element = this.#element;
    switch (this.#field) {
      case CONTENT_LENGTH:
        return this.#addLength(length);
      case TRANSFER_ENCODING: {
        const isChunked = is(element, length, CHUNKED_WORD);
        if (isChunked && this.#chunked) return false;
        this.#chunked = isChunked;
        this.#codings += 1;
        return true;
      }
      case CONNECTION:
        if (is(element, length, CLOSE_WORD)) this.#close = true;
        else if (is(element, length, KEEP_ALIVE_NAME)) this.#keepAlive = true;
        return true;
      default:
        this.#noteIdleLimit(length);
        return true;
    }
  }

  #addLength(digits: number): boolean {
    if (digits === TOO_LONG) return false;
    const length = numberIn(this.#element, 0, digits);
    if (length === null || (this.#length >= 0 && this.#length !== length)) return false;
    this.#length = length;
    return true;
  }

  /** `timeout=5`, in seconds; what else may stand in a Keep-Alive header is nothing that we could use. */
  #noteIdleLimit(length: number): void {
    if (length === TOO_LONG || length <= TIMEOUT_WORD.length) return;
    if (!is(this.#element, TIMEOUT_WORD.length, TIMEOUT_WORD)) return;
    const seconds = numberIn(this.#element, TIMEOUT_WORD.length, length);
    if (seconds !== null) this.idleLimitMs = seconds * 1000;
  }

  /** What comes after the head. RFC 9112, 6.3; an answer of 205 is framed as any other. */
  #endHead(): number {
    const { status } = this;
    if (this.#encoded && (this.#length !== NO_LENGTH || this.#minor === 0)) return BAD;
    if (status === 101 || this.#length === EMPTY_LENGTH) return BAD;
    if (status < 200) {
      this.interims += 1;
      this.#beginHead();
      return VERSION;
    }
    this.reusable = !this.#close && (this.#minor > 0 || this.#keepAlive);
    if (this.#headOnly || status === 204 || status === 304 || this.#length === 0) return WHOLE;
    if (this.#chunked) {
      this.#beginChunk();
      return CHUNK_SIZE;
    }
    if (this.#length > 0) {
      this.#left = this.#length;
      return BODY;
    }
    this.reusable = false;
    return UNTIL_CLOSE;
  }

  #beginChunk(): void {
    this.#state = CHUNK_SIZE;
    this.#section = 0;
    this.#position = 0;
    this.#left = 0;
  }

  #keepsWithinLimits(sectionBytes: number): boolean {
    const state = this.#state;
    if (state >= BODY) return true;
    this.#section += sectionBytes;
    if (state <= HEAD_LF) return this.#section <= HEAD_LIMIT_BYTES;
    return this.#section <= (state <= CHUNK_LINE_LF ? CHUNK_LINE_LIMIT_BYTES : TRAILER_LIMIT_BYTES);
  }
}

// States of a head, of a chunk's line, of trailers, and of what has no limit, in this order.
const VERSION = 0;
const REASON = 1;
const LINE_LF = 2;
const LINE = 3;
const NAME = 4;
const VALUE = 5;
const KNOWN_VALUE = 6;
const HEAD_LF = 7;
const CHUNK_SIZE = 8;
const BEFORE_EXTENSION = 9;
const EXTENSION = 10;
const CHUNK_LINE_LF = 11;
const TRAILER_LINE = 12;
const TRAILER_NAME = 13;
const TRAILER_VALUE = 14;
const TRAILER_LF = 15;
const TRAILERS_LF = 16;
const BODY = 17;
const UNTIL_CLOSE = 18;
const CHUNK = 19;
const CHUNK_CR = 20;
const CHUNK_LF = 21;
// What else a head can end in.
const WHOLE = -1;
const BAD = -2;

const NO_LENGTH = -1;
const EMPTY_LENGTH = -2;
const TOO_LONG = ELEMENT_LIMIT_BYTES + 1;

// The fields that govern the framing or the connection.
const OTHER = 0;
const CONTENT_LENGTH = 1;
const TRANSFER_ENCODING = 2;
const CONNECTION = 3;
const KEEP_ALIVE = 4;

const CR = 0x0d;
const LF = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const COMMA = 0x2c;
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const LOWER_C = 0x63;
const LOWER_K = 0x6b;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;

const HTTP_1 = bytesOf('HTTP/1.');
const NO_NAME = bytesOf('');
const CONTENT_LENGTH_NAME = bytesOf('content-length');
const TRANSFER_ENCODING_NAME = bytesOf('transfer-encoding');
const CONNECTION_NAME = bytesOf('connection');
const KEEP_ALIVE_NAME = bytesOf('keep-alive');
const CHUNKED_WORD = bytesOf('chunked');
const CLOSE_WORD = bytesOf('close');
const TIMEOUT_WORD = bytesOf('timeout=');

const IN_TOKEN = tableOf((byte) => /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(byte)));
const IN_VALUE = tableOf((byte) => byte === TAB || (byte >= SPACE && byte !== 0x7f));
/** 16: no hexadecimal digit. */
const HEX_VALUE = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase());
  return value === -1 ? 16 : value;
});

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function tableOf(holds: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0));
}

function fieldOf(name: Uint8Array): number {
  if (name === CONTENT_LENGTH_NAME) return CONTENT_LENGTH;
  if (name === TRANSFER_ENCODING_NAME) return TRANSFER_ENCODING;
  return name === CONNECTION_NAME ? CONNECTION : KEEP_ALIVE;
}

/** Whether the first `length` bytes are this word and no more. */
function is(bytes: Uint8Array, length: number, word: Uint8Array): boolean {
  if (length !== word.length) return false;
  for (let i = 0; i < length; i += 1) if (bytes[i] !== word[i]) return false;
  return true;
}

/** null: not digits alone, none, or more than can be counted exactly. */
function numberIn(bytes: Uint8Array, from: number, to: number): number | null {
  if (from === to) return null;
  let number = 0;
  for (let i = from; i < to; i += 1) {
    const digit = bytes[i]! - DIGIT_0;
    if (digit < 0 || digit > 9) return null;
    number = number * 10 + digit;
  }
  return number > Number.MAX_SAFE_INTEGER ? null : number;
}
