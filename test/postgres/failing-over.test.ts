import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
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
  await db.close();
  await pair.stop();
  rmSync(folder, { recursive: true, force: true });
});

const add = (name: string) => db.write((trx) => trx('tags').insert({ name, name_key: name }));
const names = (): Promise<string[]> => db.read('tags').orderBy('id').pluck('name');
/** A machine at work on much else takes longer to begin a server than a request waits for it. */
async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
}

it('waits for a server that is killed and begins again, and goes to the one that takes over (F14)', async () => {
  await add('before');
  await pair.kill();
  const [adding, reading] = [eventually(() => add('meanwhile')), eventually(names)];
  await pair.revive();
  await adding;
  expect(await reading).toContain('before');

  await pair.kill();
  const [later, read] = [eventually(() => add('later')), eventually(names)];
  await pair.promote();
  await later;
  expect(await read).toEqual(expect.arrayContaining(['before', 'meanwhile']));
  expect(await eventually(names)).toEqual(['before', 'meanwhile', 'later']);

  // It believes that it still is the one: what it knows is old.
  await pair.revive();
  await pair.kill('standby');
  const anew = openDatabase(folder, pair.url);
  jest.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(10_000);
  expect(isUnavailable(await anew.read('tags').catch((error) => error))).toBe(true);
  await anew.close();
});
