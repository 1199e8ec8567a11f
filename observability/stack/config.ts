import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackError } from './stack-error.ts';

/** The folder of prometheus.yml, alertmanager.yml and rules/. */
export const SOURCE_FOLDER = fileURLToPath(new URL('..', import.meta.url));

export type Addresses = { readonly servicePort: number; readonly alertmanagerPort: number };

/** Copies the configuration into a folder, with the ports as they are this time. Returns where prometheus.yml is. */
export function writeConfig(folder: string, addresses: Addresses): string {
  const file = join(folder, 'prometheus.yml');
  const text = readFileSync(join(SOURCE_FOLDER, 'prometheus.yml'), 'utf8');
  writeFileSync(file, withAddresses(text, addresses));
  cpSync(join(SOURCE_FOLDER, 'rules'), join(folder, 'rules'), { recursive: true });
  return file;
}

/** @throws {StackError} where prometheus.yml no longer names the addresses that are to be changed */
export function withAddresses(text: string, { servicePort, alertmanagerPort }: Addresses): string {
  const swap = (whole: string, usual: string, actual: string) => {
    if (!whole.includes(usual))
      throw new StackError(`Cannot use prometheus.yml: want the target ${usual} in it`);
    return whole.replaceAll(usual, actual);
  };
  return swap(
    swap(text, 'localhost:5000', `127.0.0.1:${servicePort}`),
    'localhost:9093',
    `127.0.0.1:${alertmanagerPort}`,
  );
}
