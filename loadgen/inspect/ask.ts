import { fetchText } from '../wire/read.ts';
import { explainFailure, type Failure } from './failure.ts';

export type AskOptions = {
  readonly timeoutMs: number;
  /** True: certificates are not checked. */
  readonly insecure: boolean;
};

/** What became of one GET. The time is that of the whole exchange, from the dial to the last byte. */
export type Asked =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
      readonly timeUs: number;
    }
  | { readonly kind: 'unanswered'; readonly failure: Failure; readonly timeUs: number };

/** Asks for one page on a connection of its own. Never rejects. */
export async function ask(url: string, options: AskOptions): Promise<Asked> {
  const startMs = performance.now();
  const timeUs = () => Math.round((performance.now() - startMs) * 1000);
  try {
    const { status, headers, body } = await fetchText(url, options);
    return {
      kind: 'answered',
      status,
      contentType: String(headers['content-type'] ?? ''),
      body,
      timeUs: timeUs(),
    };
  } catch (error) {
    const failure = explainFailure(error instanceof Error ? error.message : String(error));
    return { kind: 'unanswered', failure, timeUs: timeUs() };
  }
}
