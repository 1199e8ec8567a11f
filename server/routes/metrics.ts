import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Answer } from '../answer.ts';
import type { Metrics } from '../metrics.ts';

/** How the client wants the exposition. */
export type ExpositionWish = { readonly format: 'text' | 'openmetrics'; readonly gzip: boolean };

export async function metrics(source: Metrics, wish: ExpositionWish): Promise<Answer> {
  const text = await source.render(wish.format);
  const headers = { 'Content-Type': CONTENT_TYPES[wish.format], Vary: 'Accept, Accept-Encoding' };
  if (!wish.gzip) return { status: 200, body: text, headers };
  // Level 1: the text repeats itself so much that more effort gains little.
  const body = await promisify(gzip)(text, { level: 1 });
  return { status: 200, body, headers: { ...headers, 'Content-Encoding': 'gzip' } };
}

const CONTENT_TYPES = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const;
