/**
 * Reads '500ms', '30s', '1.5s', '2m', '1h' and sequences of them such as '1m30s'. The answer is in milliseconds, exact to
 * a microsecond; null when the text is no duration.
 */
export function parseDurationMs(text: string): number | null {
  const match = DURATION.exec(text);
  if (text === '' || match === null) return null;
  const [hours, minutes, seconds, milliseconds] = match.slice(1).map((part) => Number(part ?? 0));
  const ms = hours! * HOUR_MS + minutes! * MINUTE_MS + seconds! * SECOND_MS + milliseconds!;
  return Number.isFinite(ms) ? Math.round(ms * 1000) / 1000 : null;
}

/** Writes milliseconds as `parseDurationMs` reads them, in the largest unit that keeps them short: '2m', '90s', '1.5s', '500ms'. */
export function formatDuration(durationMs: number): string {
  if (durationMs > 0 && durationMs % HOUR_MS === 0) return `${durationMs / HOUR_MS}h`;
  if (durationMs > 0 && durationMs % MINUTE_MS === 0) return `${durationMs / MINUTE_MS}m`;
  if (durationMs === 0 || durationMs >= SECOND_MS) return `${durationMs / SECOND_MS}s`;
  return `${durationMs}ms`;
}

/** What every refusal of a duration says. */
export const DURATION_WISH = "a duration such as '500ms', '30s' or '2m'";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const AMOUNT = '(\\d+(?:\\.\\d+)?)';
const DURATION = new RegExp(`^(?:${AMOUNT}h)?(?:${AMOUNT}m)?(?:${AMOUNT}s)?(?:${AMOUNT}ms)?$`);
