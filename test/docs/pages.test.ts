import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { EXIT } from '../../loadgen/exit.ts';
import { DURATION_BUCKETS_SECONDS } from '../../server/buckets.ts';
import { SEVEN_QUERIES } from '../support/seven-queries.ts';
import { suite } from '../support/suite.ts';
import { callsIn, FOREIGN_FLAGS, flagsIn, flagsOf, SHIPPED_SCENARIOS } from './commands.ts';
import { brokenLink, codeOf, linksOf, pages, ROOT, samplesOf } from './pages.ts';

const PAGES = pages();
const page = (name: string) => PAGES.find((one) => one.name === name)!;
const US = { µs: 1e-6, ms: 1e-3, s: 1 };
/** Pages that show an error that somebody typed. */
const TYPED_WRONG = ['--thread'];

suite('pages for users', (test) => {
  test('every link leads to a file, and to a heading that is there', () => {
    const links = PAGES.flatMap((one) => linksOf(one).map((link) => brokenLink(one.name, link)));
    assert.ok(links.length > 100);
    assert.equal(links.filter(Boolean), []);
  });

  test('every call of loadgen has a command and flags that exist', async () => {
    const problems: string[] = [];
    let calls = 0;
    for (const one of PAGES.filter(({ name }) => name !== 'CHANGELOG.md'))
      for (const call of callsIn(one)) {
        calls++;
        const flags = await flagsOf(call);
        const wrong = call.flags.filter((flag) => !flags?.includes(flag) && !TYPED_WRONG.includes(flag));
        if (flags === null || wrong.length > 0)
          problems.push(`${one.name}: ${call.text}: ${wrong.join(' ')}`);
      }
    assert.ok(calls > 100);
    assert.equal(problems, []);
  });

  test('every flag that is named is one of ours or known to be of another program', async () => {
    const commands = [
      'demo',
      'check',
      'stats',
      'accuracy',
      'new',
      'background stop',
      'background status',
      'background logs',
    ];
    const calls = [
      ...commands.map((text) => ({ command: text.split(' '), scenario: null })),
      ...SHIPPED_SCENARIOS.map((scenario) => ({ command: ['run'], scenario })),
      { command: ['background', 'start'], scenario: 'background' },
    ];
    const ours = new Set<string>();
    for (const call of calls) for (const flag of (await flagsOf(call)) ?? []) ours.add(flag);
    const unknown = PAGES.flatMap((one) =>
      flagsIn(one)
        .filter((flag) => !ours.has(flag) && !(flag in FOREIGN_FLAGS) && !TYPED_WRONG.includes(flag))
        .map((flag) => `${one.name}: ${flag}`),
    );
    assert.equal(unknown, []);
  });

  test('every npm script that is named exists', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const known = new Set([...Object.keys(scripts), 'ci', 'install', 'i']);
    const named = PAGES.flatMap((one) =>
      codeOf(one).flatMap((text) =>
        [...text.matchAll(/\bnpm (?:run )?(?:--silent )?([a-z][a-z:]*)/g)].map((match) => match[1]!),
      ),
    );
    assert.ok(named.length > 20);
    assert.equal(
      [...new Set(named)].filter((name) => !known.has(name)),
      [],
    );
  });

  test('every list of exit codes is the one of the program', () => {
    const codes = Object.values(EXIT).sort((a, b) => a - b);
    for (const name of ['README.md', 'README.fr.md', 'docs/troubleshooting.md']) {
      const [table = ''] =
        /(?<=^\| (?:exit code|code) \| (?:meaning|means|signification).*\n)(?:\|.*\n)+/m.exec(
          page(name).text,
        ) ?? [];
      const listed = [...table.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
      assert.equal(listed, codes, name);
    }
  });

  test('the French page shows the runs of the English one', () => {
    const [english, french] = ['README.md', 'README.fr.md'].map((name) =>
      samplesOf(page(name)).map(({ command, output }) => [command, ...output].join('\n')),
    );
    assert.equal(french, english);
    const headings = (name: string) => page(name).text.match(/^## /gm)!.length;
    // What the English page leaves to pages of their own.
    assert.is(headings('README.fr.md'), headings('README.md') + 2);
  });

  test('bounds in samples are those that the service ships', () => {
    const bounds = PAGES.flatMap((one) =>
      samplesOf(one).flatMap(({ output }) =>
        output.flatMap((line) => {
          const [, low, lowUnit, high, highUnit] =
            /between the bounds ([\d.]+) (µs|ms|s) and ([\d.]+) (µs|ms|s)/.exec(line) ?? [];
          if (low === undefined) return [];
          return [[Number(low) * US[lowUnit as 's'], Number(high) * US[highUnit as 's']] as const];
        }),
      ),
    );
    assert.ok(bounds.length >= 6);
    for (const [low, high] of bounds) {
      const at = DURATION_BUCKETS_SECONDS.findIndex((bound) => Math.abs(bound - low) < bound / 1e6);
      assert.ok(at >= 0, `${low} is a bound`);
      assert.ok(Math.abs(DURATION_BUCKETS_SECONDS[at + 1]! - high) < high / 1e6, `${high} follows ${low}`);
    }
  });

  test('the seven queries are on the page about Prometheus, and in the French README', () => {
    for (const name of ['docs/prometheus-and-grafana.md', 'README.fr.md'])
      for (const query of SEVEN_QUERIES)
        assert.ok(page(name).text.includes(`\`${query}\``), `${name}: ${query}`);
  });
});
