import { gotWant } from '../scenario/problem.ts';

export type ParsedTarget =
  | { readonly kind: 'target'; readonly url: string }
  | { readonly kind: 'refused'; readonly wish: string };

/**
 * Reads the URL of a target: http or https, with or without a path that is put before every request's path. The answer has
 * no slash at its end.
 */
export function parseTarget(text: string): ParsedTarget {
  const url = urlOf(text);
  if (url === null) return refused(text, schemeHint(text));
  if (url.username !== '' || url.password !== '')
    return {
      kind: 'refused',
      wish: "holds a password, want it in the scenario's headers: { authorization: … }",
    };
  if (url.search !== '' || url.hash !== '' || text.includes('?') || text.includes('#'))
    return refused(text, ' without a query or fragment');
  return { kind: 'target', url: `${url.origin}${url.pathname.replace(/\/+$/, '')}` };
}

function urlOf(text: string): URL | null {
  if (!/^https?:\/\/[^/\s]/i.test(text) || !URL.canParse(text)) return null;
  return new URL(text);
}

function refused(text: string, detail: string): ParsedTarget {
  return { kind: 'refused', wish: gotWant(text, `an http or https URL${detail}`) };
}

/** 'localhost:5000' and '10.0.0.1/app' lack only their scheme. */
function schemeHint(text: string): string {
  const withScheme = `http://${text}`;
  const looksLikeHost = /^[\w.-]+(:\d+)?(\/[^\s?#]*)?$|^\[[\da-f:]+\](:\d+)?(\/[^\s?#]*)?$/i.test(text);
  return looksLikeHost && URL.canParse(withScheme)
    ? `, did you mean '${withScheme}'?`
    : " such as 'http://localhost:5000'";
}
