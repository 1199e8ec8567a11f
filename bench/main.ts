const BENCHES = [
  'pacing',
  'freeze',
  'throughput',
  'server',
  'memory',
  'start',
  'accuracy',
  'layout',
  'verdict',
] as const;

/** `node bench NAME [runtime …]`: further runtimes are paths of node or deno programs to measure as well. */
export async function main(): Promise<void> {
  const name = BENCHES.find((bench) => bench === process.argv[2]);
  if (name === undefined) {
    console.error(
      `Cannot run the benchmark ${process.argv[2] ?? '(none)'}: want one of ${BENCHES.join(', ')}`,
    );
    process.exitCode = 2;
    return;
  }
  const bench = (await import(`./${name}.ts`)) as { main(runtimes: readonly string[]): Promise<void> };
  await bench.main([process.execPath, ...process.argv.slice(3)]);
}

if (import.meta.main) await main();
