/**
 * Figures as a person reads them: three significant digits, the unit chosen by the value. Null prints as '–'.
 */
export function formatUs(us: number | null): string {
  if (us === null) return NONE;
  if (us < 1000) return `${threeDigits(us)} µs`;
  if (us < 999_500) return `${threeDigits(us / 1000)} ms`;
  return `${threeDigits(us / 1e6)} s`;
}

/** A length of time on the wall: '850 ms', '5.00 s', '1 m 30 s', '2 h 03 m'. */
export function formatMs(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 99_950) return `${threeDigits(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${pad(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`;
  return `${formatCount(Math.round(minutes / 1440))} days`;
}

/** Whole, with a comma between thousands. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A share of a whole, in percent. Never 0 % or 100 % unless it is exactly that. */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? NONE : formatPercent((part / whole) * 100);
}

export function formatPercent(percent: number | null): string {
  if (percent === null) return NONE;
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent < 0.01) return '< 0.01 %';
  if (percent > 99.99 && percent < 100) return '> 99.99 %';
  const digits = percent < 1 ? 2 : percent >= 99.9 && percent < 100 ? 2 : 1;
  return `${percent.toFixed(digits)} %`;
}

export function formatRate(perSecond: number | null): string {
  return perSecond === null || !Number.isFinite(perSecond) ? `${NONE}/s` : `${threeDigits(perSecond)}/s`;
}

const NONE = '–';

/** 0.123, 1.23, 12.3, 123, 1,234: never an exponent. */
function threeDigits(value: number): string {
  if (value >= 99.95) return formatCount(value);
  if (value >= 9.995) return trimmed(value.toFixed(1), value);
  return trimmed(value.toFixed(2), value);
}

/** Whole values lose their zeros: '5', not '5.00'. */
function trimmed(text: string, value: number): string {
  return Number.isInteger(value) ? String(value) : text;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
