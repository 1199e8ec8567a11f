/** An exact fraction, to hold floating-point schedules against. */
export type Rational = { readonly over: bigint; readonly under: bigint };

/** A number written like 0.1, 7 or 3/7, taken for what it says and not for the nearest double. */
export function rational(text: string): Rational {
  const [over = '', under = '1'] = text.split('/');
  return divide(decimal(over), decimal(under));
}

export function toDouble(value: Rational): number {
  return Number(value.over) / Number(value.under);
}

export function whole(value: number | bigint): Rational {
  return { over: BigInt(value), under: 1n };
}

export function add(a: Rational, b: Rational): Rational {
  return { over: a.over * b.under + b.over * a.under, under: a.under * b.under };
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, { over: -b.over, under: b.under });
}

export function multiply(a: Rational, b: Rational): Rational {
  return { over: a.over * b.over, under: a.under * b.under };
}

export function divide(a: Rational, b: Rational): Rational {
  return { over: a.over * b.under, under: a.under * b.over };
}

export function isAtMost(a: Rational, b: Rational): boolean {
  return a.over * b.under <= b.over * a.under;
}

/** The smallest whole number that is not below. */
export function ceiling({ over, under }: Rational): number {
  return Number((over + under - 1n) / under);
}

function decimal(text: string): Rational {
  const [before = '', after = ''] = text.split('.');
  return { over: BigInt(before + after), under: 10n ** BigInt(after.length) };
}
