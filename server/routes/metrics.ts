import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Answer } from '../answer.ts';
import type { ExpositionFormat, Metrics } from '../metrics.ts';

/** How the client wants the exposition. */
export type ExpositionWish = { readonly format: ExpositionFormat; readonly gzip: boolean };

export async function metrics(source: Metrics, wish: ExpositionWish): Promise<Answer> {
  const body = await source.render(wish.format);
  const headers = { 'Content-Type': CONTENT_TYPES[wish.format], Vary: 'Accept, Accept-Encoding' };
  if (!wish.gzip) return { status: 200, body, headers };
  // Level 1: the text repeats itself so much that more effort gains little.
  const zipped = await promisify(gzip)(body, { level: 1 });
  return { status: 200, body: zipped, headers: { ...headers, 'Content-Encoding': 'gzip' } };
}

/** The format that an Accept header prefers; text when it takes none of them. */
export function expositionFormat(
  preferred: (types: readonly string[]) => string | readonly string[] | false,
  formats: readonly ExpositionFormat[],
): ExpositionFormat {
  const type = preferred(formats.map((format) => ACCEPTED_TYPES[format]));
  return formats.find((format) => ACCEPTED_TYPES[format] === type) ?? 'text';
}

/** As clients name them. */
const ACCEPTED_TYPES = {
  text: 'text/plain;version=0.0.4',
  openmetrics: 'application/openmetrics-text;version=1.0.0',
  protobuf: 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
} as const;

const CONTENT_TYPES = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  protobuf: 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
} as const;
