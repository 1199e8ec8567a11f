/**
 * Timeouts of one constant length for many requests. As all are equally long they fall due in the order in which they
 * began, so a linked list and a single timer for its head do: beginning and ending one costs no timer.
 */
export type Deadlines = {
  /** `deadline` must not be running. `nowMs` is the present by the clock. */
  begin(deadline: Deadline, nowMs: number): void;
  /** Does nothing when it isn't running. */
  end(deadline: Deadline): void;
  /** Ends all, calls none; what begins later never expires. */
  close(): void;
};

/** One place in the list, made once and used again for request after request. */
export type Deadline = {
  readonly expire: () => void;
  dueMs: number;
  running: boolean;
  before: Deadline | null;
  after: Deadline | null;
};

export type DeadlineClock = {
  now(): number;
  /** Calls once after at least about `delayMs`. Returns a function that cancels it. */
  wake(delayMs: number, call: () => void): () => void;
};

export function createDeadline(expire: () => void): Deadline {
  return { expire, dueMs: 0, running: false, before: null, after: null };
}

export function openDeadlines(lengthMs: number, clock: DeadlineClock = REAL_CLOCK): Deadlines {
  let head: Deadline | null = null;
  let tail: Deadline | null = null;
  let cancelWake: (() => void) | null = null;
  let expiring = false;
  let closed = false;

  return { begin, end, close };

  function begin(deadline: Deadline, nowMs: number): void {
    deadline.dueMs = nowMs + lengthMs;
    deadline.running = true;
    deadline.before = tail;
    if (tail === null) head = deadline;
    else tail.after = deadline;
    tail = deadline;
    // From within an expiry, others that are due sooner may still wait in the list.
    if (cancelWake === null && !expiring && !closed) cancelWake = clock.wake(lengthMs, expireDue);
  }

  function end(deadline: Deadline): void {
    if (!deadline.running) return;
    const { before, after } = deadline;
    if (before === null) head = after;
    else before.after = after;
    if (after === null) tail = before;
    else after.before = before;
    deadline.running = false;
    deadline.before = null;
    deadline.after = null;
  }

  function close(): void {
    closed = true;
    cancelWake?.();
    cancelWake = null;
    while (head !== null) end(head);
  }

  /** A head that ended early is not worth a change of the timer: it finds nothing due and looks again later. */
  function expireDue(): void {
    cancelWake = null;
    expiring = true;
    let nowMs = clock.now();
    while (head !== null && head.dueMs <= nowMs) {
      const due: Deadline = head;
      end(due);
      due.expire();
      if (head !== null && head.dueMs > nowMs) nowMs = clock.now();
    }
    expiring = false;
    if (head !== null) cancelWake = clock.wake(Math.max(1, head.dueMs - nowMs), expireDue);
  }
}

const REAL_CLOCK: DeadlineClock = {
  now: () => performance.now(),
  wake(delayMs, call) {
    const timer = setTimeout(call, Math.ceil(delayMs));
    return () => clearTimeout(timer);
  },
};
