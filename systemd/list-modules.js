// Prints the folders of the packages that run the app, without those that only build and test it, a line each.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
// A folder inside of another package's comes with that one; '' is the project itself.
const wanted = Object.entries(packages).filter(
  ([folder, { dev }]) => folder.lastIndexOf('node_modules/') === 0 && !dev,
);
const isThere = ([folder]) => existsSync(join(root, folder));
// Packages for other kinds of machines are optional, and are not there.
const missing = wanted.filter((entry) => !isThere(entry) && !entry[1].optional && !entry[1].peer);
if (missing.length > 0) {
  console.error(`Cannot install without ${missing[0][0]}: want \`npm ci\` first`);
  process.exit(1);
}
console.log(
  wanted
    .filter(isThere)
    .map(([folder]) => folder)
    .join('\n'),
);
