/** A bar of block characters, an eighth of a cell fine. Anything above 0 shows at least a sliver. */
export function bar(share: number, cells: number): string {
  const eighths = Math.min(cells * 8, Math.round(share * cells * 8));
  if (!(share > 0) || cells < 1) return '';
  const whole = Math.floor(Math.max(1, eighths) / 8);
  const rest = Math.max(1, eighths) % 8;
  return '█'.repeat(whole) + (rest === 0 ? '' : EIGHTHS_WIDE[rest]);
}

/** One character a value, as high as its share of the peak; 0 is the lowest line, null a gap. */
export function sparkline(values: readonly (number | null)[]): string {
  const peak = Math.max(0, ...values.map((value) => value ?? 0));
  return values
    .map((value) => {
      if (value === null) return ' ';
      const step = peak === 0 ? 0 : Math.ceil((value / peak) * (EIGHTHS_HIGH.length - 1));
      return EIGHTHS_HIGH[Math.min(step, EIGHTHS_HIGH.length - 1)];
    })
    .join('');
}

const EIGHTHS_WIDE = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const EIGHTHS_HIGH = '▁▂▃▄▅▆▇█';
