import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { part } from '../support/parts.ts';
import { suite } from '../support/suite.ts';

const FOLDER = fileURLToPath(new URL('../../systemd', import.meta.url));
const UNITS = readdirSync(FOLDER).filter((name) => /\.(service|socket)$/.test(name));
const SERVICES = UNITS.filter((name) => name.endsWith('.service'));
const MOST_EXPOSED = 1.0;

suite('systemd units', (test) => {
  for (const unit of UNITS)
    test(`systemd finds nothing wrong in ${unit}`, () => {
      const said = execFileSync(
        'sh',
        [
          '-c',
          '"$1" verify --man=no --recursive-errors=no "$2" 2>&1',
          'sh',
          part('systemd-analyze'),
          `${FOLDER}/${unit}`,
        ],
        { encoding: 'utf8' },
      );
      // The app is not at its place before it is installed.
      assert.is(said.replaceAll(/^.*Command .* is not executable.*\n/gm, ''), '');
    });

  for (const unit of SERVICES) {
    test(`the exposure of ${unit} is at most ${MOST_EXPOSED}`, () => {
      const said = execFileSync(
        part('systemd-analyze'),
        ['security', '--offline=true', '--no-pager', `${FOLDER}/${unit}`],
        {
          encoding: 'utf8',
        },
      );
      const exposure = Number(/Overall exposure level for \S+: (\d+\.\d)/.exec(said)?.[1]);
      assert.ok(exposure <= MOST_EXPOSED, `${exposure}`);
    });

    test(`${unit} may take so much memory, so many tasks and files, and no more`, () => {
      for (const limit of [/^MemoryMax=\d+[MG]$/m, /^TasksMax=\d+$/m, /^LimitNOFILE=\d+$/m])
        assert.match(textOf(unit), limit);
    });

    test(`each group of lines in ${unit} that shuts something out says why`, () => {
      const groups = textOf(unit).split(/\n{2,}/);
      const silent = groups.filter((group) => HARDENING.test(group) && !group.startsWith('#'));
      assert.equal(silent, []);
    });
  }

  test('both services are shut in alike, but for the network, their files and their programs', () => {
    const [first, second] = SERVICES.map((unit) =>
      textOf(unit)
        .split('\n')
        .filter((line) => HARDENING.test(line) && !DIFFERS.test(line)),
    );
    assert.equal(first, second);
    assert.ok(first!.length > 25);
  });
});

/** Settings that take something away from a service. */
const HARDENING =
  /^(Protect|Private|Restrict(?!PreventExit)|NoNew|NoExec|Exec(?=Paths)|Capability|Ambient|SystemCall|IPAddress|Dynamic|UMask|Lock|Keyring|RemoveIPC|Device|ProcSubset)/m;
const DIFFERS = /^(PrivateNetwork|RestrictAddressFamilies|IPAddress\w+|ExecPaths)=/;

function textOf(unit: string): string {
  return readFileSync(`${FOLDER}/${unit}`, 'utf8');
}
