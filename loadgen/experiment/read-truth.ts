import { parseTruth, type Truth } from '../accuracy/truth.ts';
import { EXIT, ExitError } from '../exit.ts';
import { fetchText } from '../wire/read.ts';

export type TruthOptions = { readonly timeoutMs: number; readonly insecure: boolean };

/**
 * Reads what the target says that it did after the request with the number `after`.
 * @throws {ExitError} (configuration) when it has no truth, or none that can be read; (unreachable) when it is gone
 */
export async function readTruth(target: string, after: number, options: TruthOptions): Promise<Truth> {
  const url = `${target}/truth?after=${after}`;
  const answer = await fetchText(url, options).catch((error: unknown) => {
    throw new ExitError(EXIT.unreachable, error instanceof Error ? error.message : String(error));
  });
  if (answer.status !== 200)
    throw new ExitError(
      EXIT.configuration,
      `${target} does not tell its truth: /truth answers ${answer.status}, want a demo service that was started with TRUTH=1`,
    );
  try {
    return parseTruth(answer.body);
  } catch (error) {
    throw new ExitError(EXIT.configuration, `${target}: ${error instanceof Error ? error.message : error}`);
  }
}

/** Greater than any number of a request: asks for the number of the last one, and for none of them. */
export const NONE_OF_THEM = 999_999_999_999_999;
