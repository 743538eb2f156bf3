import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Database, isUnavailable, openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type PostgresPair, startPair } from '../support/postgres-pair.ts';

let pair: PostgresPair;
let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-test-'));
  pair = await startPair();
  db = openDatabase(folder, pair.url);
  await migrate(db);
});
afterAll(async () => {
  await pair.stop();
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const add = (name: string) => db.write((trx) => trx('tags').insert({ name, name_key: name }));
const names = (): Promise<string[]> => db.read('tags').orderBy('id').pluck('name');

it('turns away from a server that says nothing any more, and leaves one alone that takes its time (F14)', async () => {
  await add('before');
  // Longer than what is doubted: somebody is there.
  await db.read.raw('select pg_sleep(3)');
  expect(await names()).toEqual(['before']);

  pair.silence();
  const waiting = [add('meanwhile'), names(), names()];
  const ended = await Promise.allSettled(waiting);
  for (const one of ended) if (one.status === 'rejected') expect(isUnavailable(one.reason)).toBe(true);
  await pair.promote();
  for (let isThere = false; !isThere; )
    isThere = await add('after').then(
      () => true,
      (error) => {
        if (!isUnavailable(error)) throw error;
        return false;
      },
    );
  expect(await names()).toEqual(expect.arrayContaining(['before', 'after']));
});
