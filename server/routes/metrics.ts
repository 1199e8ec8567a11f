import type { Answer } from '../answer.ts';
import type { ExpositionFormat } from '../metrics.ts';
import type { Pages } from '../pages.ts';

/** How the client wants the exposition. */
export type ExpositionWish = { readonly format: ExpositionFormat; readonly gzip: boolean };

export async function metrics(source: Pages, wish: ExpositionWish): Promise<Answer> {
  const page = await source.page(wish.format);
  const headers = { 'Content-Type': CONTENT_TYPES[wish.format], Vary: 'Accept, Accept-Encoding' };
  if (!wish.gzip) return { status: 200, body: page.body, headers };
  return { status: 200, body: await page.zipped(), headers: { ...headers, 'Content-Encoding': 'gzip' } };
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
