import { suite as uvuSuite } from 'uvu';

type Body = () => void | Promise<void>;

export type Cases = {
  (name: string, body: Body): void;
  before(hook: Body): void;
  after(hook: Body): void;
  each: { before(hook: Body): void; after(hook: Body): void };
};

const CASE_LIMIT_MS = 120_000;

/**
 * Wraps uvu, which exits 0 when a before or after hook throws and says nothing of a suite whose `.run()` is
 * forgotten: here `define` runs at once, the suite runs itself, and a hook that throws is a failure.
 */
export function suite(name: string, define: (test: Cases) => void): void {
  const inner = uvuSuite(name);
  const guard = (place: string, hook: Body) => async () => {
    try {
      await limited(hook, `${name}: ${place}`);
    } catch (error) {
      process.exitCode = 1;
      console.error(`\n${name}: ${place} hook failed:`, error);
      hookFailures.push(`${name}: ${place}`);
    }
  };
  const test: Cases = Object.assign(
    (title: string, body: Body) => {
      inner(title, () => limited(body, title));
    },
    {
      before: (hook: Body) => inner.before(guard('before', hook)),
      after: (hook: Body) => inner.after(guard('after', hook)),
      each: {
        before: (hook: Body) => inner.before.each(guard('before each', hook)),
        after: (hook: Body) => inner.after.each(guard('after each', hook)),
      },
    },
  );
  define(test);
  inner.run();
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
