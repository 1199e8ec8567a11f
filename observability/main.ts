import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { runStack } from './stack/stack.ts';
import { StackError } from './stack/stack-error.ts';

const EXIT_USAGE = 2;

/** `node observability COMMAND`: acts, and leaves the exit code in `process.exitCode`. */
export async function main(): Promise<void> {
  const program = new Command('node observability').exitOverride().showSuggestionAfterError();
  program
    .command('stack')
    .summary('service, Prometheus, Alertmanager and traffic, until Ctrl-C')
    .description(
      'Starts the demo service, Prometheus, Alertmanager and background traffic. Ctrl-C ends all of it.',
    )
    .option('--service-port <port>', 'of the demo service; 0: any free one', port, 5000)
    .option('--prometheus-port <port>', 'of Prometheus; 0: any free one', port, 9090)
    .option('--alertmanager-port <port>', 'of Alertmanager; 0: any free one', port, 9093)
    .option('--rate <number>', 'requests a second in the mean', rate, 5)
    .option('--no-traffic', 'send nothing')
    .action(async (flags: StackFlags) => {
      process.exitCode = await runStack({ ...flags, rate: flags.traffic ? flags.rate : null }, processIo());
    });
  program
    .command('dashboards')
    .summary('write the dashboards anew')
    .description('Writes grafana/dashboards/*.json out of grafana/*.ts.')
    .action(writeDashboards);
  try {
    await program.parseAsync(process.argv);
  } catch (thrown) {
    if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? 0 : EXIT_USAGE;
    else if (thrown instanceof StackError) {
      process.stderr.write(`${thrown.message}\n`);
      process.exitCode = 1;
    } else throw thrown;
  }
}

type StackFlags = {
  readonly servicePort: number;
  readonly prometheusPort: number;
  readonly alertmanagerPort: number;
  readonly rate: number;
  readonly traffic: boolean;
};

/** The builders are a development dependency: only who writes dashboards needs them. */
async function writeDashboards(): Promise<void> {
  const { dashboardFiles } = await import('./grafana/dashboard-files.ts');
  for (const { path, text } of dashboardFiles()) {
    writeFileSync(path, text);
    process.stdout.write(`wrote ${path}\n`);
  }
}

function processIo(): Parameters<typeof runStack>[1] {
  return {
    print: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
    env: process.env,
    execPath: process.execPath,
    isDeno: 'Deno' in globalThis,
    isLinux: process.platform === 'linux',
    kill: (pid, signal) => void process.kill(pid, signal),
    onStop: (listener) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener);
      // `npm run stack | head`: nobody sees what would go on.
      for (const stream of [process.stdout, process.stderr]) stream.on('error', listener);
    },
  };
}

function port(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 65_535) return value;
  throw new InvalidArgumentError('want a port from 0 (any free one) to 65535');
}

function rate(text: string): number {
  const value = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0.001 && value <= 1000) return value;
  throw new InvalidArgumentError('want requests a second, from 0.001 to 1000');
}

if (import.meta.main) await main();
