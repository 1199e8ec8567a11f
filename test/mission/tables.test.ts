import * as assert from 'uvu/assert';
import { suite } from '../support/suite.ts';
import { MISSION_ROWS } from './rows.ts';
import { SCRIPT_ROWS } from './script-rows.ts';
import { pairsOf, readPage, tableIn, WHOLE_PAGE, wholeTable } from './tables.ts';

suite('the mission: tables', (test) => {
  test('no thing of old has two rows, unless it was two things', () => {
    const seen = MISSION_ROWS.map(({ old, proof }) => `${proof.kind}: ${old}`);
    assert.equal(
      seen.filter((one, at) => seen.indexOf(one) !== at),
      [],
    );
  });

  test('a table is found by its head, with all of its rows and no other line', () => {
    const found = tableIn(['| x |', '', ...wholeTable(), '', '| y |'].join('\n'));
    assert.equal([found?.fromLine, found?.toLine], [2, 4 + SCRIPT_ROWS.length]);
    assert.is(found?.rows.length, SCRIPT_ROWS.length);
    assert.is(tableIn('| x |\n'), null);
  });

  test('a row that stands for several is taken apart', () => {
    assert.equal(pairsOf(['`a.sh stop`, `status`', '`b stop`, `status`']), [
      ['a.sh stop', 'b stop'],
      ['a.sh status', 'b status'],
    ]);
    assert.equal(pairsOf(['`a.sh low` (or `high`)', '`b --i low`']), [
      ['a.sh low', 'b --i low'],
      ['a.sh high', 'b --i high'],
    ]);
  });

  test(`${WHOLE_PAGE} has every row, and no other`, () => {
    const rows = tableIn(readPage(WHOLE_PAGE))?.rows ?? [];
    // Written anew by: node --import tsx test/mission/tables.ts
    assert.equal(
      rows.map(([old, now]) => [old, now]),
      SCRIPT_ROWS.map(({ old, now }) => [`\`${old}\``, `\`${now}\``]),
    );
    assert.ok(rows.every((cells) => cells.length === 3));
  });

  for (const file of ['README.md', 'README.fr.md'])
    test(`the table of ${file}, if it has one, has rows of ours alone, and every script with each of its words`, () => {
      const table = tableIn(readPage(file));
      if (table === null) return;
      const pairs = table.rows.flatMap(pairsOf);
      for (const [old, now] of pairs) {
        const row = SCRIPT_ROWS.find((one) => one.old === old);
        assert.is(row?.now, now, `${file}: ${old}`);
      }
      const told = pairs.map(([old]) => withoutNumbers(old));
      for (const { old } of SCRIPT_ROWS) {
        const wanted = withoutNumbers(old);
        assert.ok(
          told.some((one) => one === wanted || one.startsWith(`${wanted} `)),
          `${file} does not tell of ${old}`,
        );
      }
    });
});

/** The entries of the menu go with the menu. */
function withoutNumbers(old: string): string {
  return old.replace(/:.*$/, '').replaceAll(/ \d+/g, '');
}
