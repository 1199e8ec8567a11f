import { suite as uvuSuite } from 'uvu';
import { Missing } from './parts.ts';

type Body = () => void | Promise<void>;

export type Cases = {
  (name: string, body: Body): void;
  before(hook: Body): void;
  after(hook: Body): void;
  each: { before(hook: Body): void; after(hook: Body): void };
};

/** Only what hangs for good reaches it: a busy machine is no failure. */
const CASE_LIMIT_MS = 300_000;
/** How a line begins that tells the runner of a case that did not run. */
export const SKIPPED = 'skipped: ';

/**
 * Wraps uvu, which exits 0 when a before or after hook throws and says nothing of a suite whose `.run()` is
 * forgotten: here `define` runs at once, the suite runs itself, and a hook that throws is a failure. A case whose body
 * or whose before hook finds a part missing is skipped.
 */
export function suite(name: string, define: (test: Cases) => void): void {
  const inner = uvuSuite(name);
  const missing: { inSuite: Missing | null; inCase: Missing | null } = { inSuite: null, inCase: null };
  const guard = (place: keyof typeof PLACES, hook: Body) => async () => {
    try {
      await limited(hook, `${name}: ${PLACES[place]}`);
    } catch (error) {
      if (error instanceof Missing && place === 'before') missing.inSuite ??= error;
      else if (error instanceof Missing && place === 'beforeEach') missing.inCase ??= error;
      // A hook that ends what was started finds half of it there.
      else if ((missing.inSuite ?? missing.inCase) === null) {
        process.exitCode = 1;
        console.error(`\n${name}: ${PLACES[place]} hook failed:`, error);
        hookFailures.push(`${name}: ${PLACES[place]}`);
      }
    }
  };
  const test: Cases = Object.assign(
    (title: string, body: Body) => {
      inner(title, async () => {
        const before = missing.inSuite ?? missing.inCase;
        if (before !== null) skipped(`${name}: ${title}`, before);
        else await limited(body, title).catch((error) => skipped(`${name}: ${title}`, error));
      });
    },
    {
      before: (hook: Body) => inner.before(guard('before', hook)),
      after: (hook: Body) => inner.after(guard('after', hook)),
      each: {
        before: (hook: Body) => inner.before.each(guard('beforeEach', hook)),
        after: (hook: Body) => inner.after.each(guard('afterEach', hook)),
      },
    },
  );
  inner.before.each(() => {
    missing.inCase = null;
  });
  define(test);
  openSuites++;
  inner.after(endIfSkipped);
  inner.run();
}

const PLACES = {
  before: 'before',
  after: 'after',
  beforeEach: 'before each',
  afterEach: 'after each',
} as const;

let openSuites = 0;
let skips = 0;

/** What a case had started before it found out that it is skipped may keep the process from ending. */
function endIfSkipped(): void {
  openSuites--;
  // uvu says its totals first.
  if (openSuites === 0 && skips > 0) setImmediate(() => process.exit());
}

/** Says so where the error is that a part is missing; throws any other. */
function skipped(title: string, error: unknown): void {
  if (!(error instanceof Missing)) throw error;
  skips++;
  console.log(`\n${SKIPPED}${title}: wants ${error.wish}`);
}

const hookFailures: string[] = [];
process.on('exit', () => {
  if (hookFailures.length > 0) process.exitCode = 1;
});

async function limited(body: Body, title: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`"${title}" did not end within ${CASE_LIMIT_MS} ms`)),
      CASE_LIMIT_MS,
    );
  });
  try {
    await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}
