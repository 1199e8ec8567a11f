import type { Socket } from 'node:net';

/** How much of what a client sends ahead is read into requests. */
export type Intake = {
  /** A request was read whose turn has not come yet. */
  queued(): void;
  /** The turn of one of them has come, or it will never come. */
  taken(): void;
  /** From now on somebody else reads the connection. */
  release(): void;
};

/** So many requests of one connection wait for their turn at most, and those that come with the last of them in one piece. */
const MAX_WAITING = 16;
/** What is read into requests without a look at how many wait: some twenty of the shortest. */
const PIECE_BYTES = 512;
/** When so much waits unread, the client must wait as well. */
const MAX_HELD_BYTES = 64 * 1024;
const END_OF_HEADERS = '\r\n\r\n';

/**
 * Stands between a connection and node:http, which would make requests of all that has arrived, thousands at a time, while
 * everybody else waits: here it gets small pieces, and none while enough requests wait for their turn.
 */
export function meterIntake(socket: Socket): Intake {
  const parsers = socket.listeners('data') as ((chunk: Buffer) => void)[];
  const held: Buffer[] = [];
  let heldBytes = 0;
  let waiting = 0;
  let isInside = false;
  let isPaused = false;
  let isReleased = false;
  const isOpen = () => !isReleased && !socket.destroyed && !socket.writableEnded;
  const parse = (piece: Buffer) => {
    for (const parser of parsers) parser.call(socket, piece);
  };
  const next = (): Buffer => {
    const [first] = held as [Buffer];
    const end = endOfPiece(first);
    // Half a request has only some seconds to become a whole one, so none is kept waiting.
    isInside = end === 0;
    const length = end === 0 ? Math.min(PIECE_BYTES, first.length) : end;
    if (length === first.length) held.shift();
    else held[0] = first.subarray(length);
    heldBytes -= length;
    return first.subarray(0, length);
  };
  const pump = () => {
    // node:http stops reading while a client takes no answers, and does not expect to be given more.
    while (held.length > 0 && isOpen() && !socket.writableNeedDrain && (isInside || waiting < MAX_WAITING))
      parse(next());
    if (!isPaused && heldBytes > MAX_HELD_BYTES) {
      isPaused = true;
      socket.pause();
    } else if (isPaused && heldBytes <= MAX_HELD_BYTES) {
      isPaused = false;
      socket.resume();
    }
  };
  const take = (chunk: Buffer) => {
    held.push(chunk);
    heldBytes += chunk.length;
    pump();
  };
  socket.on('data', take).on('drain', pump);
  for (const parser of parsers) socket.off('data', parser);
  readInJavaScript(socket);
  return {
    queued: () => {
      waiting += 1;
    },
    taken: () => {
      waiting -= 1;
      pump();
    },
    release: () => {
      isReleased = true;
      socket.off('data', take).off('drain', pump);
    },
  };
}

/**
 * node:http has the connection's bytes parsed as they come, without a 'data' event, until somebody listens for one. Deno's
 * goes on so even then, and has to be told.
 */
function readInJavaScript(socket: Socket & { readonly parser?: NativeParser | null }): void {
  const { parser } = socket;
  if (parser?._consumed !== true) return;
  parser.unconsume();
  parser._consumed = false;
}

type NativeParser = { _consumed?: boolean; unconsume(): void };

/** Where the last request ends that ends within the first piece; 0 when none does. */
function endOfPiece(bytes: Buffer): number {
  const at = bytes.subarray(0, PIECE_BYTES).lastIndexOf(END_OF_HEADERS);
  return at === -1 ? 0 : at + END_OF_HEADERS.length;
}
