import { formatUs } from '../report/figures.ts';

/** 0.99 → 'p99', 0.999 → 'p99.9'. */
export function quantileName(quantile: number): string {
  return `p${Number((quantile * 100).toPrecision(12))}`;
}

/** What the service was told to follow says more than that it was at /work. */
export function shortName(endpoint: string): string {
  return endpoint.replace(/^\/work /, '');
}

export function formatSeconds(seconds: number | null): string {
  return formatUs(seconds === null ? null : seconds * 1e6);
}

/** (0.5, 1 ms]: the unit once where both ends share it. */
export function formatBracket([low, high]: readonly [number, number | null]): string {
  if (high === null) return `> ${formatBound(low)}`;
  const [lowText, highText] = [low === 0 ? '0' : formatBound(low), formatBound(high)];
  const unit = highText.slice(highText.indexOf(' '));
  return `(${lowText.endsWith(unit) ? lowText.slice(0, -unit.length) : lowText}, ${highText}]`;
}

/** As a person would write it: '2.5 ms', '50 µs'. */
export function formatBound(seconds: number): string {
  const [factor, unit] = seconds < 1e-3 ? [1e6, 'µs'] : seconds < 1 ? [1e3, 'ms'] : [1, 's'];
  return `${Number((seconds * factor).toPrecision(3))} ${unit}`;
}

/** A signed relative error: '+3.1 %', '−18 %', and from ten times on '×25'. Null prints as '–'. */
export function formatError(error: number | null): string {
  if (error === null || !Number.isFinite(error)) return '–';
  if (error >= MANY_TIMES) return `×${rounded(error + 1)}`;
  const percent = Math.abs(error * 100);
  const digits = percent < 9.95 ? 1 : 0;
  const text = percent.toFixed(digits);
  if (Number(text) === 0) return `${(0).toFixed(1)} %`;
  return `${error < 0 ? '−' : '+'}${text} %`;
}

const MANY_TIMES = 9;

function rounded(factor: number): string {
  return String(Math.round(factor)).replace(/\B(?=(\d{3})+$)/g, ',');
}
