import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Knex } from 'knex';
import { readSettings } from '../../src/config.ts';
import { type Found, objections } from '../../src/db/postgres/suitable.ts';
import { explained } from '../../src/failure.ts';
import { openForServer } from '../../src/installation/open-installation.ts';
import { addressOf, freePort, on } from '../support/postgres.ts';

const FINE: Found = {
  name: 'roster',
  user: 'roster',
  version: 18,
  encoding: 'UTF8',
  schema: 'public',
  may_make: true,
  has_trigrams: false,
  knows_trigrams: true,
  may_extend: true,
  tables: [],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'roster-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() =>
  on('postgres', async (server) => {
    await server.raw('drop database if exists refusing with (force)');
    await server.raw('drop role if exists stranger');
  }),
);

/** A database of this test, and somebody who is not its owner. */
async function prepare(sql: string, inside: (db: Knex) => Promise<unknown> = async () => {}): Promise<void> {
  await on('postgres', async (server) => {
    await server.raw(`create role stranger login password 'stranger'`);
    await server.raw(sql);
  });
  await on('refusing', inside);
}
const DATABASE = `create database refusing encoding 'UTF8' template template0`;

function address(change: Partial<URL> = {}): string {
  return Object.assign(new URL(addressOf('refusing')), change).href;
}
const asStranger = { username: 'stranger', password: 'stranger' };

/** What is printed where it does not start; empty where it does. */
async function said(url: string): Promise<string> {
  const settings = readSettings({ DATA_DIR: mkdtempSync(join(folder, 'data-')), DATABASE_URL: url }, '');
  return openForServer(settings).then(
    async ({ close }) => {
      await close();
      return '';
    },
    (error) => explained(error).join('\n'),
  );
}

describe('a server that does not let Roster in is told of', () => {
  it.each<[string, () => Partial<URL> | Promise<Partial<URL>>, RegExp]>([
    [
      'no server',
      async () => ({ port: String(await freePort()) }),
      /^the database at 127\.0\.0\.1:\d+\/refusing .*nothing listens there/,
    ],
    ['no machine', () => ({ hostname: 'nowhere.invalid' }), /no machine of this name is known|cannot be looked up/],
    [
      'a wrong password',
      () => ({ password: 'wrong' }),
      /password authentication failed for user "roster"; is it the right one/,
    ],
    ['no password', () => ({ password: '' }), /demands a password, and none is given/],
    ['no such user', () => ({ username: 'nobody' }), /password authentication failed for user "nobody"/],
    ['no such database', () => ({}), /database "refusing" does not exist; make it first: create database/],
  ])('%s', async (_what, change, sentence) => {
    const printed = await said(address(await change()));
    expect(printed).toMatch(sentence);
    expect(printed).not.toContain(new URL(addressOf('refusing')).password);
  });
});

describe('a database in which Roster cannot live is told of', () => {
  it.each<[string, Partial<Found>, RegExp]>([
    ['of an old server', { version: 12 }, /^the server is PostgreSQL 12, and Roster needs 14 or newer$/],
    ['where an extension is not there to be had', { knows_trigrams: false }, /pg_trgm: install .*postgresql-contrib$/],
    [
      'in a schema that is not there',
      { schema: null, may_make: null },
      /^roster may not make tables in the database roster/,
    ],
  ])('one %s', (_what, change, sentence) => {
    expect(objections(FINE)).toEqual([]);
    expect(objections({ ...FINE, ...change }).join('\n')).toMatch(sentence);
  });

  it('one in another encoding', async () => {
    await prepare(`create database refusing encoding 'LATIN1' locale 'C' template template0`);
    expect(await said(address())).toMatch(
      /^the database refusing keeps texts in LATIN1, and Roster needs UTF8: create database/,
    );
  });

  it('one with the tables of another program', async () => {
    await prepare(DATABASE, async (db) => {
      for (const table of ['users', 'migrations', 'posts', 'orders', 'bills'])
        await db.schema.createTable(table, (t) => t.increments());
    });
    expect(await said(address())).toMatch(
      /^the database refusing holds tables of another program \(bills, orders, posts, 1 more\)/,
    );
  });

  it('one in which its user may make nothing, each thing in a line', async () => {
    await prepare(DATABASE);
    expect((await said(address(asStranger))).split('\n')).toEqual([
      'stranger may not make tables in the database refusing: alter database refusing owner to stranger',
      'stranger may not switch on the extension pg_trgm: as owner of the database refusing, create extension pg_trgm',
    ]);
  });

  it('and not one of somebody who owns no more than that, in whichever order it has its words', async () => {
    await prepare(`${DATABASE} owner stranger locale_provider icu icu_locale 'de'`, (db) =>
      db.raw('create extension pg_stat_statements').catch(() => undefined),
    );
    expect(await said(address(asStranger))).toBe('');
    expect(await said(address(asStranger))).not.toContain('another program');
  });
});
