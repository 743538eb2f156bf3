import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as naturalOrder from '../../migrations/0039-natural-order.ts';
import * as signsAlike from '../../migrations/0098-signs-alike.ts';
import * as former from '../../migrations/text.ts';
import { contactColumns } from '../../src/contacts/contact-columns.ts';
import type { Database } from '../../src/db/database.ts';
import { migrate, NewerSchema, pendingMigrations } from '../../src/db/migrate.ts';
import { findUserIdsByText } from '../../src/db/search.ts';
import { findTwins } from '../../src/installation/identity-twins.ts';
import { identityKey } from '../../src/text/identity-key.ts';
import { nameColumns } from '../../src/users/user-columns.ts';
import { findUserByIdentifier } from '../../src/users/user-lookup.ts';
import { openUnplugged } from '../support/unplugged.ts';
import { LANDED, openLanded } from './landed.ts';
import { contentOf, type Row, schemaOf } from './snapshot.ts';

/** The last that landed before names and addresses had one key. */
const BEFORE_ONE_KEY = '19-b76ea5d';

/** Ten pairs that had a key each, the older first. */
const PAIRS = [
  ['anna berg', 'anna  berg'],
  ['anna-lena', 'anna‑lena'],
  ['jean-luc', 'jean–luc'],
  ["o'brien", 'o’brien'],
  ['d’arc', "d'arc"],
  ['root.admin', 'rооt.admin'],
  ['Аdministrator', 'Administrator'],
  ['асе', 'ace'],
  ['two words', 'two\twords'],
  ['petra@xn--bcher-kln-67a3d.de', 'petra@bücher-köln.de'],
];

let folder: string;
let open: Database[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roster-upgrade-'));
  open = [];
});
afterEach(async () => {
  for (const db of open) await db.close();
  rmSync(folder, { recursive: true, force: true });
});

async function landed(name: string): Promise<Database> {
  const db = await openLanded(name, join(folder, name));
  open.push(db);
  return db;
}

async function empty(name = 'empty'): Promise<Database> {
  const db = await openUnplugged(join(folder, name));
  open.push(db);
  return db;
}

describe('upgrading', () => {
  let newSchema: Record<string, string>;
  let newMigrations: string[];
  /** What becomes of the two oldest. */
  const derived: Record<string, Record<string, Row[]>> = {};

  beforeAll(async () => {
    const parent = mkdtempSync(join(tmpdir(), 'roster-upgraded-'));
    const fresh = await openUnplugged(join(parent, 'fresh'));
    await migrate(fresh);
    newSchema = await schemaOf(fresh.writer);
    newMigrations = await fresh.writer('migrations').pluck('name');
    await fresh.close();
    for (const name of LANDED.slice(0, 2)) {
      const db = await openLanded(name, join(parent, name));
      await migrate(db);
      derived[name] = await contentOf(db.writer);
      await db.close();
    }
    rmSync(parent, { recursive: true, force: true });
  });

  it.each(LANDED)('brings %s to the schema of a new database and keeps its people', async (name) => {
    const db = await landed(name);
    const before = await contentOf(db.writer);
    await migrate(db);

    expect(await schemaOf(db.writer)).toEqual(newSchema);
    expect((await db.writer('migrations').pluck('name')).sort()).toEqual(newMigrations);
    expect(await db.writer.raw('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(await db.writer.raw('pragma foreign_key_check')).toEqual([]);
    for (const table of ['users_search', 'contacts_search'])
      await db.writer.raw('insert into ??(??, rank) values (?, 1)', [table, table, 'integrity-check']);

    const after = await contentOf(db.writer);
    for (const [table, rows] of Object.entries(before))
      expect({ table, rows: after[table] }).toEqual({
        table,
        rows: rows.map((row) => expect.objectContaining(kept(row))),
      });
    // What later migrations derived is the same whenever they ran; the youngest have it already.
    if ('contact_tags' in before) return;
    expect(after).toEqual(derived[LANDED[0] === name ? LANDED[1] : LANDED[0]]);
  });

  it('finds a name by what can be seen of it', async () => {
    const db = await landed(LANDED[0]);
    await migrate(db);
    expect(await db.read('users').where('name_key', 'carol').pluck('id')).toEqual([3]);
  });

  it('lets the younger of two whose names became one be found by their own spelling', async () => {
    const db = await landed(LANDED[0]);
    await db.write((trx) => trx('users').where('id', 2).update({ name: 'carol', name_key: 'carol' }));
    await migrate(db);
    expect(await db.read('users').where('name_key', 'carol').orderBy('id').select('id', 'name_twin')).toEqual([
      { id: 2, name_twin: 0 },
      { id: 3, name_twin: 3 },
    ]);
  });

  it('is not stopped by pairs that became one: each signs in by the old spelling, and they are listed', async () => {
    const db = await landed(BEFORE_ONE_KEY);
    const at = '2026-10-01T08:00:00.000Z';
    const user = (name: string, email: string) => ({ name, email, created_at: at, sort_name: name });
    await db.write(async (trx) => {
      for (const [first, second] of PAIRS)
        for (const [n, text] of [first, second].entries()) {
          const { name, email, ...row } = text.includes('@')
            ? user(`person ${n} of ${first}`.replace('@', ' at '), text)
            : user(text, `${n}-${PAIRS.findIndex(([one]) => one === first)}@example.com`);
          const keys = { name_key: former.identityKey(name), email_key: former.identityKey(email) };
          await trx('users').insert({ ...row, name, email, ...keys, search_text: former.fold(`${name} ${email}`) });
        }
      const joerg = { name: 'jörg', email: 'jörg@xn--mller-kva.example' };
      await trx('users').insert({
        ...user(joerg.name, joerg.email),
        name_key: joerg.name,
        email_key: joerg.email,
        search_text: former.fold(`${joerg.name} ${joerg.email}`),
      });
      for (const name of ['Night shift', 'Night  shift'])
        await trx('groups').insert({ name, name_key: former.identityKey(name), description: '', created_at: at });
      for (const [id, name] of [
        [11, 'on‑call'],
        [12, 'on-call'],
      ])
        await trx('tags').insert({ id, name, name_key: former.identityKey(`${name}`) });
      await trx('user_tags').insert([
        { user_id: 1, tag_id: 11 },
        { user_id: 1, tag_id: 12 },
        { user_id: 2, tag_id: 12 },
      ]);
    });
    await migrate(db);

    for (const [first, second] of PAIRS) {
      const found = await Promise.all([first, second].map((text) => findUserByIdentifier(db.read, text)));
      expect(found.map((one) => one?.id)).toEqual([expect.any(Number), found[0]!.id + 1]);
    }
    expect((await findTwins(db.read)).map(({ what, older, twin }) => [what, older.written, twin.written])).toEqual([
      ...PAIRS.filter(([first]) => !first.includes('@')).map(([first, second]) => ['name', first, second]),
      ['email', 'petra@xn--bcher-kln-67a3d.de', 'petra@bücher-köln.de'],
      ['group', 'Night shift', 'Night  shift'],
    ]);
    expect(await db.read('user_tags').where('tag_id', '>', 10).orderBy('user_id')).toEqual([
      { user_id: 1, tag_id: 11 },
      { user_id: 2, tag_id: 11 },
    ]);
    expect(await db.read('tags').where('name_key', 'on-call').pluck('id')).toEqual([11]);
    expect(await db.read('users').where('search_text', 'like', '%@xn--%').pluck('name')).toEqual([
      'person 0 of petra at xn--bcher-kln-67a3d.de',
    ]);
    expect(await db.read('users').where('name', 'jörg').first('email', 'email_key', 'search_text')).toEqual({
      email: 'jörg@müller.example',
      email_key: 'jörg@xn--mller-kva.example',
      search_text: '\njorg\njoerg\n\tjorg@muller.example\tjoerg@mueller.example\t',
    });
  });

  it('makes of all names and addresses what is made of new ones, and on the way back what was made before', async () => {
    const db = await empty();
    await migrate(db);
    const at = '2026-10-01T08:00:00.000Z';
    const contacts = ['Ørsted 007', 'anna berg', 'Müller 12 GmbH'].map((name, n) => ({
      id: n + 1,
      kind: 'person' as const,
      ...contactColumns({
        name,
        emails: n === 0 ? [] : [`${n}@müller.example`],
        phones: n === 1 ? ['+49 (30) 12'] : [],
      }),
      created_at: at,
    }));
    const users = ['user10', 'Jörg 2', 'user2', `run ${'9'.repeat(12)}`].map((name, n) => {
      const linked = contacts[n] ? { name: contacts[n].name, isPublic: n !== 1 } : null;
      const email = `${n}@münchen.example`;
      const keys = { name_key: identityKey(name), email_key: identityKey(email), contact_id: contacts[n]?.id ?? null };
      return { id: n + 1, ...nameColumns({ name, email }, linked), ...keys, created_at: at };
    });
    await db.write(async (trx) => {
      await trx('contacts').insert(contacts);
      await trx('users').insert(users);
      const token = { token_hash: 'x', nonce: 'x', created_at: at, expires_at: at };
      await trx('links').insert({ ...token, user_id: 1, purpose: 'invitation', channel: 'copy' });
    });
    const [schema, content] = [await schemaOf(db.writer), await contentOf(db.writer)];

    await db.write((trx) => naturalOrder.down(trx));
    expect(await db.writer('users').select('sort_name', 'contact_sort', 'search_text')).toEqual([
      { sort_name: 'user10', contact_sort: 'orsted 007', search_text: 'user10 0@munchen.example orsted 007' },
      { sort_name: 'jorg 2', contact_sort: null, search_text: 'jorg 2 1@munchen.example' },
      { sort_name: 'user2', contact_sort: 'muller 12 gmbh', search_text: 'user2 2@munchen.example muller 12 gmbh' },
      {
        sort_name: `run ${'9'.repeat(12)}`,
        contact_sort: null,
        search_text: `run ${'9'.repeat(12)} 3@munchen.example`,
      },
    ]);
    expect(await db.writer('contacts').pluck('search_text')).toEqual([
      'orsted 007',
      'anna berg 1@muller.example +49 (30) 12 493012',
      'muller 12 gmbh 2@muller.example',
    ]);
    expect(await db.writer('invitation_places').pluck('sort_name')).toEqual(['user10']);
    expect(await schemaOf(db.writer)).toEqual(schema);

    await db.write((trx) => naturalOrder.up(trx));
    expect(await schemaOf(db.writer)).toEqual(schema);
    expect(await contentOf(db.writer)).toEqual(content);
    for (const table of ['users_search', 'contacts_search'])
      await db.writer.raw('insert into ??(??, rank) values (?, 1)', [table, table, 'integrity-check']);
  });

  it('makes names be found by every apostrophe and hyphen, and goes back', async () => {
    const db = await landed(LANDED[0]);
    await migrate(db);
    const names = ['Ann O’Brien', 'Kim O´Brien–Räh', "Tom O'Brien"];
    await db.write(async (trx) => {
      for (const [n, name] of names.entries()) {
        const email = `${n}@exam‑ple.example`;
        const keys = { name_key: identityKey(name), email_key: identityKey(email) };
        await trx('users').insert({
          ...nameColumns({ name, email }, null),
          ...keys,
          created_at: '2026-10-01T08:00:00.000Z',
        });
        await trx('contacts').insert({
          kind: 'person',
          ...contactColumns({ name, emails: [], phones: ['030–12'] }),
          created_at: '2026-10-01T08:00:00.000Z',
        });
      }
    });
    const texts = async () => [
      await db.writer('users').whereIn('name', names).orderBy('id').pluck('search_text'),
      await db.writer('contacts').whereIn('name', names).orderBy('id').pluck('search_text'),
    ];
    const found = (word: string) => findUserIdsByText(db.read, [[word]], false);
    const now = await texts();
    expect(await found("o'brien")).toHaveLength(3);
    await db.write((trx) => signsAlike.down(trx));
    expect(await texts()).toEqual([
      [
        '\nann o’brien\n\t0@exam‐ple.example\t',
        expect.stringContaining('\nkim o brien–rah\nkim o brien–raeh\n'),
        expect.any(String),
      ],
      [expect.stringContaining('\t030–12\t'), expect.any(String), expect.any(String)],
    ]);
    expect(await found("o'brien")).toHaveLength(1);
    await db.write((trx) => signsAlike.up(trx));
    expect(await texts()).toEqual(now);
    expect(await found("o'brien")).toHaveLength(3);
    for (const table of ['users_search', 'contacts_search'])
      await db.writer.raw('insert into ??(??, rank) values (?, 1)', [table, table, 'integrity-check']);
  });

  it('refuses what a newer version made, and changes nothing', async () => {
    const db = await landed(LANDED[0]);
    await db.write((trx) => trx('migrations').insert({ name: '9999-from-the-future', batch: 9 }));
    const before = await schemaOf(db.writer);
    await expect(pendingMigrations(db)).rejects.toThrow(NewerSchema);
    await expect(migrate(db)).rejects.toThrow(NewerSchema);
    expect(await schemaOf(db.writer)).toEqual(before);
  });

  it('runs each migration in a transaction of its own', async () => {
    const db = await landed('11-c83bc6a');
    // The fourth of those that are pending will find its table in the way.
    await db.writer.raw('create table applications (id integer)');
    const pending = await pendingMigrations(db);
    await expect(migrate(db)).rejects.toThrow(/already exists/);
    expect(await pendingMigrations(db)).toEqual(pending.slice(pending.indexOf('0023-applications')));

    await db.writer.raw('drop table applications');
    await migrate(db);
    expect(await pendingMigrations(db)).toEqual([]);
  });

  it('frees a lock that was left behind', async () => {
    const db = await landed(LANDED[0]);
    await db.write((trx) => trx('migrations_lock').update({ is_locked: 1 }));
    await migrate(db);
    expect(await pendingMigrations(db)).toEqual([]);
  });

  it('writes nothing where nothing is to do, whatever its lock says', async () => {
    const db = await empty();
    await migrate(db);
    await db.write((trx) => trx('migrations_lock').update({ is_locked: 1 }));
    await db.writer.raw('pragma query_only = on');
    await migrate(db);
    expect(await db.writer('migrations_lock').pluck('is_locked')).toEqual([1]);
  });

  it('can be done by two at the same moment', async () => {
    await (await landed(LANDED[0])).close();
    open.pop();
    const both = [await empty(LANDED[0]), await empty(LANDED[0])];
    await Promise.all(both.map(migrate));
    expect(await pendingMigrations(both[0])).toEqual([]);
  });
});

const RENEWED = ['name_key', 'email_key', 'sort_name', 'contact_sort', 'search_text'];

/** The row without what an upgrade may make anew of names and addresses. */
function kept(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !RENEWED.includes(column)));
}
