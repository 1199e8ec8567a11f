import type { Endpoint, Recorder } from '../../loadgen/measure/recorder.ts';
import { seededRandom } from '../support/seeded-random.ts';

export const ENDPOINTS: readonly Endpoint[] = [
  { method: 'GET', path: '/' },
  { method: 'POST', path: '/items' },
  { method: 'GET', path: '/items' },
  { method: 'GET', path: '/' },
];

/** One request's story, to be told to a recorder in one go. */
export type Story = (recorder: Recorder) => void;

/** Requests with every kind of end, from `fromMs` on for `lengthMs`, in the order in which they were scheduled. */
export function randomStories(seed: number, count: number, lengthMs: number, fromMs = 0): Story[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const atMs = fromMs + ((i + random()) * lengthMs) / count;
    return randomStory(random, atMs);
  });
}

function randomStory(random: () => number, atMs: number): Story {
  const endpoint = Math.floor(random() * ENDPOINTS.length);
  const phase = Math.floor(random() * PHASES);
  const latenessUs = random() < 0.2 ? null : random() * 2000;
  const heldUpUs = (latenessUs ?? 0) * random();
  const latencyUs = 3e7 ** random();
  const sentMs = atMs + (latenessUs ?? 0) / 1000;
  const endMs = sentMs + latencyUs / 1000;
  const end = random();
  const status = STATUSES[Math.floor(random() * STATUSES.length)]!;
  const reason = random() < 0.5 ? 'reset' : 'closed early';
  const unsentReason = random() < 0.5 ? 'refused' : 'held back';
  return (recorder) => {
    const series = recorder.seriesOf(phase, endpoint);
    recorder.scheduled(series, atMs);
    if (latenessUs === null) recorder.handedOverAtOnce(phase, sentMs);
    else recorder.handedOver(phase, sentMs, latenessUs, heldUpUs);
    if (end < 0.1) return recorder.unsent(series, unsentReason, endMs);
    if (end < 0.15) {
      recorder.waited(series, latencyUs, endMs);
      return recorder.unsent(series, 'connect timed out', endMs);
    }
    recorder.sent(series, sentMs, 100, end < 0.7 ? 200 : 0);
    if (end < 0.3) recorder.connected(series, latencyUs / 10);
    if (end < 0.7) recorder.firstByte(series, latencyUs / 2);
    if (end < 0.7) return recorder.answered(series, status, latencyUs, latencyUs * 0.9, endMs);
    if (end < 0.85) return recorder.timedOut(series, latencyUs, latencyUs * 0.8, endMs);
    recorder.disconnected(series, reason, endMs);
  };
}

export const PHASES = 2;
const STATUSES = [200, 200, 200, 204, 304, 400, 404, 500, 503];
