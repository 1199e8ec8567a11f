import type { DaemonRecord } from './pidfile.ts';
import { findDaemon, removePidfile, writePidfile } from './pidfile.ts';
import { type Place, prepareFolder } from './place.ts';
import { isSameProcess } from './process-identity.ts';
import { type DaemonState, writeState } from './state.ts';

const KEEP_EVERY_MS = 1_000;

/** What a daemon is known by while it lives: its pidfile and its state, written once a second. */
export class DaemonFiles {
  readonly #place: Place;
  readonly #uid: number;
  readonly #record: DaemonRecord;
  #state: DaemonState;
  #timer: NodeJS.Timeout | undefined;

  constructor(place: Place, uid: number, record: DaemonRecord, state: DaemonState) {
    this.#place = place;
    this.#uid = uid;
    this.#record = record;
    this.#state = state;
  }

  /** @throws {Error} when they cannot be written: a daemon that nobody finds must not run */
  begin(): void {
    writePidfile(this.#place.pidfile, this.#record);
    writeState(this.#place.statefile, this.#state);
    this.#timer = setInterval(() => this.#keep(), KEEP_EVERY_MS);
  }

  get state(): DaemonState {
    return this.#state;
  }

  /** What changed goes to the file with the next turn. */
  change(change: Partial<DaemonState>): void {
    this.#state = { ...this.#state, ...change, updatedAt: new Date().toISOString() };
  }

  changeNow(change: Partial<DaemonState>): void {
    this.change(change);
    this.#keep();
  }

  /** Takes the pidfile away and leaves how it ended; not where another daemon has moved in. */
  end(): void {
    clearInterval(this.#timer);
    quietly(() => {
      const found = findDaemon(this.#place.pidfile, this.#uid);
      if (found.kind === 'none' || found.record === null || !isSameProcess(found.record, this.#record))
        return;
      writeState(this.#place.statefile, this.#state);
    });
    quietly(() => removePidfile(this.#place.pidfile, this.#uid, this.#record));
  }

  /** The folder in memory that a session has goes with its last session: what is missing is put there again. */
  #keep(): void {
    quietly(() => {
      prepareFolder(this.#place, this.#uid);
      const { pidfile, statefile } = this.#place;
      if (findDaemon(pidfile, this.#uid).kind === 'none') writePidfile(pidfile, this.#record);
      writeState(statefile, this.#state);
    });
  }
}

/** Load goes on when a disk is full or a folder is gone; the next turn tries again. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // The state is out of date then, and says of when it is.
  }
}
