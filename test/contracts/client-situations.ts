import * as assert from 'uvu/assert';
import type { DisconnectReason, Outcome, WireRequest } from '../../loadgen/wire/wire.ts';
import {
  ANSWERS,
  answerAfter,
  answerAndClose,
  answerByteByByte,
  answerInPieces,
  answerWell,
  type Behaviour,
  resetEvery,
  stayInSilence,
} from '../support/bad-servers.ts';
import {
  assertWaited,
  HEAD,
  LONG_TIMEOUT_MS,
  POST,
  REQUESTS,
  SHORT_TIMEOUT_MS,
  tally,
} from '../support/drive-client.ts';

export type Situation = {
  readonly title: string;
  readonly behaviour: Behaviour;
  readonly request?: WireRequest;
  readonly timeoutMs?: number;
  readonly requests?: number;
  /** How the requests end; 'lost' ones are disconnected, and 'any' lets the race decide how many. */
  readonly lost?: number | 'any';
  readonly timedOut?: number;
  readonly status?: number;
  readonly reasons?: readonly DisconnectReason[];
  /** Which requests the target counts: those that were sent, or (it read no others) those that it answered. */
  readonly reached?: 'sent' | 'answered';
};

export const BROKEN: readonly DisconnectReason[] = ['reset', 'closed early'];
/** Where each takes as long as a timeout. */
const FEW = 8;

export const SITUATIONS: readonly Situation[] = [
  { title: 'good answers are answered', behaviour: answerWell },
  { title: 'a request with a body is answered', behaviour: answerWell, request: POST },
  { title: 'a status of 503 is an answer', behaviour: answerInPieces(ANSWERS.serverError), status: 503 },
  { title: 'slow answers are waited for', behaviour: answerAfter(20) },
  { title: 'an answer that comes byte by byte is one answer', behaviour: answerByteByByte() },
  { title: 'a long answer is one answer', behaviour: answerInPieces(ANSWERS.long) },
  { title: 'an empty answer is answered', behaviour: answerInPieces(ANSWERS.empty) },
  { title: 'a chunked answer is answered', behaviour: answerInPieces(...ANSWERS.chunked) },
  { title: 'a zipped and chunked answer is answered', behaviour: answerInPieces(ANSWERS.zippedChunks) },
  {
    title: 'a reset at every fifth request costs every fifth request',
    behaviour: resetEvery(5),
    lost: REQUESTS / 5,
    reasons: BROKEN,
  },
  { title: 'resets at all requests cost all', behaviour: resetEvery(1), lost: REQUESTS, reasons: BROKEN },
  {
    title: 'a target that closes after each answer and says so',
    behaviour: answerAndClose(ANSWERS.okAndClose),
  },
  {
    // What is sent before we hear of the close is never read by the target.
    title: 'a target that closes after each answer and does not say so',
    behaviour: answerAndClose(ANSWERS.ok),
    lost: 'any',
    reasons: BROKEN,
    reached: 'answered',
  },
  { title: 'early hints are not the answer', behaviour: answerInPieces(...ANSWERS.earlyHints) },
  {
    title: 'a 100 without being asked is not the answer',
    behaviour: answerInPieces(...ANSWERS.unsolicitedContinue),
  },
  { title: 'a 100 in one go with the answer', behaviour: answerInPieces(ANSWERS.continueInOneGo) },
  { title: 'a 100 and its answer byte by byte', behaviour: answerByteByByte(ANSWERS.continueInOneGo) },
  {
    title: 'HEAD with a length has no body',
    behaviour: answerInPieces(ANSWERS.headWithLength),
    request: HEAD,
  },
  { title: 'HEAD with chunks has no body', behaviour: answerInPieces(ANSWERS.headWithChunks), request: HEAD },
  { title: '204 has no body', behaviour: answerInPieces(ANSWERS.noContent), status: 204 },
  { title: '304 without a length', behaviour: answerInPieces(ANSWERS.notModified), status: 304 },
  {
    title: '304 with a length has no body',
    behaviour: answerInPieces(ANSWERS.notModifiedWithLength),
    status: 304,
  },
  {
    title: 'a body without a length ends with the connection',
    behaviour: answerAndClose(ANSWERS.untilClose),
  },
  { title: 'an answer of HTTP/1.0', behaviour: answerInPieces(ANSWERS.oldHttp) },
  {
    title: 'no answer is a timeout',
    behaviour: stayInSilence,
    timeoutMs: SHORT_TIMEOUT_MS,
    requests: FEW,
    timedOut: FEW,
  },
  {
    title: 'half an answer and silence is a timeout',
    behaviour: answerInPieces(ANSWERS.half),
    timeoutMs: SHORT_TIMEOUT_MS,
    requests: FEW,
    timedOut: FEW,
  },
  {
    title: 'half an answer and a close',
    behaviour: answerAndClose(ANSWERS.half),
    lost: REQUESTS,
    reasons: ['closed early'],
  },
  {
    title: 'half a chunked answer and a close',
    behaviour: answerAndClose(ANSWERS.halfChunked),
    lost: REQUESTS,
    reasons: ['closed early'],
  },
  {
    title: 'half the headers and a close',
    behaviour: answerAndClose(ANSWERS.halfAHead),
    lost: REQUESTS,
    reasons: ['closed early'],
  },
  {
    title: 'what is no HTTP is a bad answer',
    behaviour: answerInPieces(ANSWERS.garbage),
    lost: REQUESTS,
    reasons: ['bad answer'],
  },
  {
    title: 'a length that is no number is a bad answer',
    behaviour: answerInPieces(ANSWERS.badLength),
    lost: REQUESTS,
    reasons: ['bad answer'],
  },
  { title: 'a second answer that nobody asked for', behaviour: answerInPieces(ANSWERS.twice) },
  { title: 'an answer and a half', behaviour: answerInPieces(ANSWERS.oneAndAHalf) },
];

export function assertSituation(situation: Situation, outcomes: readonly Outcome[]): void {
  const count = tally(outcomes);
  const {
    lost = 0,
    timedOut = 0,
    status = 200,
    requests = REQUESTS,
    timeoutMs = LONG_TIMEOUT_MS,
  } = situation;
  // On a busy machine even a connect may not be there in time.
  const late = outcomes.filter((o) => o.kind === 'timedOut' || o.reason === 'connect timed out');
  assert.is(late.length, timedOut);
  assert.is(count.timedOut > 0, timedOut > 0);
  for (const outcome of late) assertWaited(outcome, timeoutMs);
  if (lost !== 'any') assert.is(count.disconnected, lost);
  assert.is(count.answered + count.disconnected + late.length, requests);
  assert.equal(count.statuses, count.answered === 0 ? [] : [status]);
  for (const { kind, reason } of outcomes)
    if (kind === 'disconnected')
      assert.ok(
        situation.reasons?.some((wanted) => wanted === reason),
        String(reason),
      );
}

/** How many requests the target must have read. */
export function reachedBy(situation: Situation, outcomes: readonly Outcome[]): number {
  const count = tally(outcomes);
  return situation.reached === 'answered' ? count.answered : count.sent;
}
