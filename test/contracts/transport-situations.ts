import * as assert from 'uvu/assert';
import type { DisconnectReason, Outcome, WireRequest } from '../../loadgen/transport/transport.ts';
import {
  ANSWERS,
  answerAfter,
  answerAndClose,
  answerByteByByte,
  answerInPieces,
  answerWell,
  type BadServer,
  type Behaviour,
  resetEvery,
  stayInSilence,
} from '../support/bad-servers.ts';
import {
  HEAD,
  LONG_TIMEOUT_MS,
  POST,
  REQUESTS,
  SHORT_TIMEOUT_MS,
  tally,
} from '../support/drive-transport.ts';

export type Situation = {
  readonly title: string;
  readonly behaviour: Behaviour;
  readonly request?: WireRequest;
  readonly timeoutMs?: number;
  /** How the requests end; 'lost' ones are disconnected, and 'any' lets the race decide how many. */
  readonly lost?: number | 'any';
  readonly timedOut?: number;
  readonly status?: number;
  readonly reasons?: readonly DisconnectReason[];
  /** Which requests the target counts: those that were sent, or (it read no others) those that it answered. */
  readonly reached?: 'sent' | 'answered';
};

export const BROKEN: readonly DisconnectReason[] = ['reset', 'closed early'];

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
    timedOut: REQUESTS,
  },
  {
    title: 'half an answer and silence is a timeout',
    behaviour: answerInPieces(ANSWERS.half),
    timeoutMs: SHORT_TIMEOUT_MS,
    timedOut: REQUESTS,
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

export function assertSituation(situation: Situation, outcomes: readonly Outcome[], server: BadServer): void {
  const count = tally(outcomes);
  const { lost = 0, timedOut = 0, status = 200 } = situation;
  assert.is(count.timedOut, timedOut);
  if (lost !== 'any') assert.is(count.disconnected, lost);
  assert.is(count.answered + count.timedOut + count.disconnected, REQUESTS);
  assert.equal([...count.statuses], count.answered === 0 ? [] : [status]);
  for (const reason of count.reasons) assert.ok(situation.reasons?.includes(reason), reason);
  assert.is(server.reached(), situation.reached === 'answered' ? count.answered : count.sent);
  const { timeoutMs = LONG_TIMEOUT_MS } = situation;
  for (const outcome of outcomes)
    if (outcome.kind === 'timedOut') assert.ok(outcome.endedAtMs - (outcome.sentAtMs ?? 0) > timeoutMs / 2);
}
