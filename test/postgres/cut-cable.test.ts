import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Database, OutcomeUnknown, openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { Cable } from '../support/cable.ts';
import { dropDatabase, makeDatabase } from '../support/postgres.ts';

let cable: Cable;
let folder: string;
let url: string;
let db: Database;
/** One that is not cut off. */
let beside: Database;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-test-'));
  url = await makeDatabase();
  const through = new URL(url);
  cable = await Cable.layTo(Number(through.port));
  through.port = String(cable.port);
  db = openDatabase(folder, through.href);
  beside = openDatabase(folder, url);
  await migrate(db);
});
afterEach(async () => {
  await cable.end();
  await Promise.all([db.close(), beside.close()]);
  await dropDatabase(url);
  rmSync(folder, { recursive: true, force: true });
});

const add = (name: string, to = db) => to.write((trx) => trx('tags').insert({ name, name_key: name }));
const names = (of = db): Promise<string[]> =>
  of.read('tags').where('name', 'like', 'cut %').orderBy('id').pluck('name');

it('gives up connections that were forgotten on the way, and what they had locked (F14)', async () => {
  await add('cut before');
  expect(await names()).toEqual(['cut before']);
  await db.processes.ifAlone('anything', async () => {});

  let isAsked = false;
  const whileWriting = db.write(async (trx) => {
    await trx('tags').insert({ name: 'cut halfway', name_key: 'cut halfway' });
    if (!isAsked) cable.forget();
    isAsked = true;
    await trx('tags').insert({ name: 'cut again', name_key: 'cut again' });
  });
  const locked = db.processes.alone('anything', async () => {});
  // The other one waits for no longer than for a busy database.
  const others = (async () => {
    await whileWriting;
    await add('cut by others', beside);
  })();
  await Promise.all([whileWriting, locked, others, names()]);
  expect(await names(beside)).toEqual(['cut before', 'cut halfway', 'cut again', 'cut by others']);
});

it('does not know what came of a commit whose answer was cut off, says so, and is served again (F14)', async () => {
  await add('cut before');
  const isCut = cable.cutAfter('commit');
  const told = add('cut unknown').catch((error) => error);
  await isCut;
  expect(await told).toBeInstanceOf(OutcomeUnknown);
  expect(await names(beside)).toEqual(['cut before', 'cut unknown']);
  cable.mend();
  await add('cut after');
  expect(await names()).toEqual(['cut before', 'cut unknown', 'cut after']);
});

it('lets nothing happen later that was on its way when the cable was cut (F14)', async () => {
  await add('cut before');
  let isCut = false;
  const told = db
    .write(async (trx) => {
      await trx('tags').insert({ name: 'cut late', name_key: 'cut late' });
      // The commit is sent, and does not arrive.
      if (!isCut) cable.cut('there');
      isCut = true;
    })
    .catch((error) => error);
  expect(await told).toBeInstanceOf(OutcomeUnknown);
  cable.mend({ forgets: true });
  // Whoever held the lock of all writers is gone.
  await add('cut after');
  expect(await names(beside)).toEqual(['cut before', 'cut after']);
});
