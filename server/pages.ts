import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ExpositionFormat, Metrics } from './metrics.ts';

/** The exposition as it stood at one moment, for any number of readers. */
export type Page = {
  readonly body: Uint8Array;
  /** Compressed once, by whoever asks first; not on the thread that answers. */
  zipped(): Promise<Uint8Array>;
};

export type Pages = { page(format: ExpositionFormat): Promise<Page> };

/**
 * Readers that come in the same turn of the event loop share one page. It is written after the last of them has come, so
 * each sees all that had ended before it asked.
 */
export function createPages(metrics: Metrics): Pages {
  const coming = new Map<ExpositionFormat, Promise<Page>>();
  const write = async (format: ExpositionFormat): Promise<Page> => {
    await new Promise((resolve) => setImmediate(resolve));
    coming.delete(format);
    return pageOf(await metrics.render(format));
  };
  return {
    page(format) {
      const shared = coming.get(format) ?? write(format);
      coming.set(format, shared);
      return shared;
    },
  };
}

function pageOf(rendered: string | Uint8Array): Page {
  const body = typeof rendered === 'string' ? Buffer.from(rendered) : rendered;
  let zipped: Promise<Uint8Array> | undefined;
  return {
    body,
    zipped: () => {
      // Level 1: the text repeats itself so much that more effort gains little.
      zipped ??= promisify(gzip)(body, { level: 1 });
      return zipped;
    },
  };
}
