/**
 * The path and query of a request-target (RFC 9112, section 3.2) in origin form, from origin or absolute form.
 *
 * @returns null for a target that no route can have: other forms, characters that don't belong, broken escapes
 */
export function originForm(target: string): string | null {
  if (!ALLOWED.test(target) || BROKEN_ESCAPE.test(target)) return null;
  if (target.startsWith('/')) return target;
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return null;
  const { pathname, search } = new URL(target);
  return pathname + search;
}

/** The part of a target before its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

const ALLOWED = /^[\x21\x22\x24-\x7e]+$/;
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;
