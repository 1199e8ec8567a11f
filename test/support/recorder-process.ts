import { createInterface } from 'node:readline';
import { SITUATIONS } from '../contracts/client-situations.ts';
import { type BadServer, startBadServer } from './bad-servers.ts';

/** Reads one command a line, answers each with one line; ends with its stdin. */
let server: BadServer | null = null as BadServer | null;

for await (const line of createInterface({ input: process.stdin })) {
  const [command, value] = JSON.parse(line) as [string, string];
  console.log(JSON.stringify(await obey(command, value)));
}
await server?.close();
process.exit(0);

async function obey(command: string, value: string): Promise<unknown> {
  if (command === 'count') return server?.reached() ?? 0;
  await server?.close();
  const situation = SITUATIONS.find(({ title }) => title === value);
  if (situation === undefined) throw new Error(`Cannot play "${value}": want the title of a situation`);
  server = await startBadServer(situation.behaviour, command === 'start narrow' ? { backlog: 1 } : {});
  return server.port;
}
