import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkImports } from '../../bin/checks/imports.ts';
import { checkPatterns } from '../../bin/checks/patterns.ts';
import { checkSql } from '../../bin/checks/sql.ts';
import { checkTables } from '../../bin/checks/tables.ts';

let house: string;
beforeEach(() => {
  house = mkdtempSync(join(tmpdir(), 'roster-house-'));
});
afterEach(() => rmSync(house, { recursive: true, force: true }));

function build(files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), text);
  }
}

it('the house as it is has nothing to mend, nor does it put statements together outside the floor that binds their values (R73)', () => {
  expect([...checkImports(), ...checkTables(), ...checkSql()]).toEqual([]);
});

describe('the check of floors', () => {
  it('names an import that climbs, whatever is imported of it', () => {
    build({
      'users/user-store.ts': "import type { Page } from './pages/page.ts';",
      'users/pages/page.ts': "import { x } from '../user-store.ts';",
      'groups/group.ts': "import { verb } from './actions/verb.ts';",
      'groups/actions/verb.ts': "const late = await import('../pages/page.ts');",
      'groups/pages/page.ts': '',
      'access/viewer.ts': "export { user } from '../users/user-store.ts';",
    });
    expect(
      checkImports(house)
        .filter((finding) => finding.includes('climbs'))
        .sort(),
    ).toEqual([
      'access/viewer.ts (ground) climbs to users/user-store.ts (records)',
      'groups/actions/verb.ts (actions) climbs to groups/pages/page.ts (pages)',
      'groups/group.ts (records) climbs to groups/actions/verb.ts (actions)',
      'users/user-store.ts (records) climbs to users/pages/page.ts (pages)',
    ]);
  });

  it('names circles of files and pairs of folders', () => {
    build({
      'tags/one.ts': "import './two.ts';",
      'tags/two.ts': "import './three.ts';",
      'tags/three.ts': "import './one.ts';",
      'users/a.ts': "import { b } from '../groups/b.ts';",
      'users/c.ts': '',
      'groups/b.ts': '',
      'groups/d.ts': "import { c } from '../users/c.ts';",
    });
    expect(checkImports(house)).toEqual([
      expect.stringMatching(/^files import each other in a circle: tags\/(\w+\.ts → tags\/){3}\w+\.ts$/),
      'folders import each other in a circle: groups ↔ users',
    ]);
  });

  it('lets web know no feature', () => {
    build({
      'web/render.ts': "import { tabs } from '../users/pages/tabs.ts'; import { may } from '../access/viewer.ts';",
      'users/pages/tabs.ts': '',
      'access/viewer.ts': '',
    });
    expect(checkImports(house)).toEqual(['web/render.ts knows a feature: users/pages/tabs.ts']);
  });
});

it('the check of tables names a second writer, by whatever way it writes', () => {
  build({
    'users/user-store.ts': "await trx('users').where({ id }).update({ name });",
    'groups/reading.ts': "const users = await db('users').where({ id });",
    'groups/writing.ts': "await trx('users')\n  .where({ id })\n  .increment('version');",
    'tags/given.ts': 'await trx(`$' + '{tagged}_tags`).insert(rows);',
    'mail/later.ts': "const query = trx('groups').where({ id });\nawait query.update({ name });",
    'mail/many.ts': "await bulkInsert(\n  trx,\n  'memberships',\n  rows);",
    'mail/made.ts': "await bulkInsertUnlessTaken<Pick<Row<'users'>, 'id'>>(\n  trx,\n  'users',\n  rows);",
  });
  expect(
    checkTables(house)
      .map((finding) => finding.split(',')[0])
      .sort(),
  ).toEqual([
    'src/groups/writing.ts writes the table users',
    'src/mail/later.ts writes the table groups',
    'src/mail/made.ts writes the table users',
    'src/mail/many.ts writes the table memberships',
    'src/tags/given.ts writes the table contact_tags',
    'src/tags/given.ts writes the table group_tags',
    'src/tags/given.ts writes the table user_tags',
  ]);
});

it('the check of SQL names what only one database knows, outside of its folder', () => {
  build({
    'db/search.ts': "query.whereRaw('instr(a, ?)', [word]);",
    'users/list.ts': "// instr(a, b) is SQLite's\nquery.whereRaw('a = b');\nquery.where(db.raw('1'));",
  });
  expect(checkSql(house)).toEqual([
    'src/users/list.ts:2 Raw( belongs in src/db/',
    'src/users/list.ts:3 raw( belongs in src/db/',
  ]);
  build({
    'users/list.ts':
      "import { dialectOf } from '../db/dialects.ts';\nif (db.client.dialect === 'x') where('iif(a, b)');",
  });
  expect(checkSql(house)).toEqual([
    'src/users/list.ts:1 /db/dialects.ts belongs in src/db/',
    'src/users/list.ts:2 iif( belongs in src/db/',
    'src/users/list.ts:2 client.dialect belongs in src/db/',
  ]);
});

it('the check of SQL names a query in a page or a face, whatever it is spread over', () => {
  build({
    'users/user-store.ts': "await db('users').where({ id });",
    'users/pages/user-page.ts': "const one = 1;\nawait app.db.read('users').first();",
    'api/router.ts': "db\n  .write((trx) =>\n  trx(\n    'users').delete());",
    'scim/schemas.ts': "read('schema', 'The schema.');",
  });
  expect(checkSql(house).sort()).toEqual([
    'src/api/router.ts:3 a query belongs below the pages, in the store of its feature',
    'src/users/pages/user-page.ts:2 a query belongs below the pages, in the store of its feature',
  ]);
});

it('the check of SQL lets nobody know how a database is opened, but for the files of SQLite that backups are', () => {
  build({
    'users/list.ts': "import { x } from '../db/postgres/client.ts';\nimport { y } from '../db/sqlite/dialect.ts';",
    'installation/backup.ts': "import { findDamage } from '../db/sqlite/whole-database.ts';",
  });
  expect(checkSql(house)).toEqual([
    'src/users/list.ts:1 /db/postgres/ belongs in src/db/',
    'src/users/list.ts:2 /db/sqlite/ belongs in src/db/',
  ]);
});

describe('the check of patterns', () => {
  it('names those whose time grows with the square of what is sent, of which the house has none (R81)', () => {
    expect(checkPatterns()).toEqual([]);
    build({
      'text.ts': [
        "text.replace(/[^\\w-]+$/, '');",
        'const ENDS = /^-+|-+$/g;',
        'const LINE = /^\\|[|: \\t-]*-[|: \\t-]*$/gm;',
        'const FINE = [/^[a-z]+$/, /(?<!-)-+$/, /^(?:a|b+)$/, /x=[0-9]+$/];',
        '// /[a-z]+$/ in a comment',
      ].join('\n'),
    });
    expect(checkPatterns(house).map((finding) => finding.split(' ')[0])).toEqual(
      [1, 2, 3].map((n) => `src/text.ts:${n}`),
    );
  });
});
