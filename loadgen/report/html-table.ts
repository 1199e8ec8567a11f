import { printableLines } from '../printable.ts';

export type Cell = { readonly text: string; readonly tone?: string };

/** The first column is text, the others are figures. Nothing where there are no rows. */
export function tableOf(heads: readonly string[], rows: readonly (readonly (string | Cell)[])[]): string {
  if (rows.length === 0) return '';
  const name = (index: number) => (index === 0 ? ' name' : '');
  const head = heads.map((text, index) => `<th class="${name(index)}">${escapeHtml(text)}</th>`).join('');
  const body = rows.map((cells) => {
    const inner = cells.map((cell, index) => {
      const { text, tone = '' } = typeof cell === 'string' ? { text: cell } : cell;
      return `<td class="${tone}${name(index)}">${escapeHtml(text)}</td>`;
    });
    return `<tr>${inner.join('')}</tr>`;
  });
  return `<table><tr>${head}</tr>${body.join('')}</table>`;
}

export function escapeHtml(text: string): string {
  return printableLines(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
