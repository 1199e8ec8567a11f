import { runLoadgen } from '../support/run-loadgen.ts';
import { codeOf, filesBelow, type Page } from './pages.ts';

/** A call of our own program in a page: its command (`run`, `background start` …), its scenario if it names one, its flags. */
export type Call = {
  readonly text: string;
  readonly command: readonly string[];
  readonly scenario: string | null;
  readonly flags: readonly string[];
};

export const SHIPPED_SCENARIOS: readonly string[] = filesBelow('scenarios', '.ts').map((file) =>
  file.replace(/^scenarios\/|\.ts$/g, ''),
);

/** Flags that pages name and that are those of other programs. */
export const FOREIGN_FLAGS: Readonly<Record<string, string>> = {
  '--add-host': 'docker',
  '--enable-feature': 'prometheus',
  '--silent': 'npm',
  '--uninstall': 'systemd/install.sh',
  '--prefix': 'systemd/install.sh',
  '--node': 'systemd/install.sh',
  '--dry-run': 'systemd/install.sh, and our own',
  '--now': 'systemctl',
  '--what': 'systemctl',
  '--user': 'systemctl',
  '--data-urlencode': 'curl',
  '--runs': 'npm run bench:layout',
  '--service-port': 'npm run stack',
  '--alertmanager-port': 'npm run stack',
  '--prometheus-port': 'npm run stack',
  '--no-traffic': 'npm run stack',
  '--service': 'esbuild, in the status of a unit',
  '--ping': 'esbuild, in the status of a unit',
};

export function callsIn(page: Page): Call[] {
  return codeOf(page).flatMap((text) =>
    [...text.matchAll(/\bloadgen((?: [^\s|&;#`)]+)+)/g)].flatMap((match) =>
      callOf(match[0], match[1]!.trim()),
    ),
  );
}

export function flagsIn(page: Page): string[] {
  return [...new Set(codeOf(page).flatMap((text) => text.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? []))];
}

/** What `--help` of a command lists; null where there is no such command. */
export async function flagsOf({
  command,
  scenario,
}: Pick<Call, 'command' | 'scenario'>): Promise<string[] | null> {
  const key = [...command, scenario ?? ''].join(' ');
  const known = helped.get(key);
  if (known !== undefined) return known;
  const args = scenario === null ? command : [...command, scenario];
  // `run --help` asks for no judgement, and `runLoadgen` excuses every run.
  const { exitCode, stdout } = await runLoadgen([...args, '--help'], { isJudged: true });
  const flags = exitCode === 0 ? (stdout.match(/(?<=^ {2}(?:-\w, )?)--[a-z-]+/gm) ?? []) : null;
  helped.set(key, flags);
  return flags;
}

const helped = new Map<string, string[] | null>();

const COMMANDS = ['run', 'background', 'demo', 'check', 'stats', 'accuracy', 'new'];
const WITH_SCENARIO = ['run', 'background start'];

function callOf(text: string, rest: string): Call[] {
  const words = rest.split(/\s+/);
  if (!COMMANDS.includes(words[0]!)) return [];
  const isSub = words[0] === 'background' && /^[a-z]+$/.test(words[1] ?? '');
  const command = words.slice(0, isSub ? 2 : 1);
  const next = words[command.length]?.replace(/^scenarios\/|\.ts$/g, '');
  const named = next !== undefined && SHIPPED_SCENARIOS.includes(next) ? next : null;
  const takes = WITH_SCENARIO.includes(command.join(' '));
  const usual = command.join(' ') === 'background start' ? 'background' : null;
  return [
    {
      text,
      command,
      scenario: takes ? (named ?? usual) : null,
      flags: words.filter((word) => /^--[a-z]/.test(word)).map((word) => word.replace(/=.*|[^a-z-].*$/, '')),
    },
  ];
}
