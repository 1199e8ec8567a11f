import { printable } from '../printable.ts';

/** Text for the inside of an element or an attribute. */
export function escapeXml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A coordinate: two digits after the point are finer than any screen. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}
