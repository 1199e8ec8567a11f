import type { HandIn } from '../engine/engine.ts';
import type { ExitCode } from '../exit.ts';
import type { Counts } from '../measure/counts.ts';

/** What came of one worker's part. */
export type PartResult = { readonly kind: 'handedIn'; readonly handIn: HandIn } | LostPart;

/** A worker that did not hand in: its thread died, or was ended because it did nothing any more. */
export type LostPart = {
  readonly kind: 'lost';
  /** Null: it never told anything. */
  readonly last: LastWord | null;
  /** In words, one line, with which worker it was and what is known of it. */
  readonly why: string;
  /** 107 when the scenario's code is to blame, 1 when ours is. */
  readonly exitCode: ExitCode;
};

/** What a worker told last. */
export type LastWord = {
  /** Of all that it told. */
  readonly counts: Counts;
  readonly toldAtEpochMs: number;
};
