import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../src/db/database.ts';

/** As `synchronous` says it by number. */
const FULL = 2;

let folder: string;
let db: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-log-'));
  db = openDatabase(folder);
  await db.writer.raw('create table pages (content blob not null)');
});

afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

async function write(bytes: number): Promise<void> {
  await db.write(async (trx) => {
    await trx('pages').insert({ content: Buffer.alloc(bytes) });
  });
}

async function logged(): Promise<{ log: number; checkpointed: number }> {
  const [row] = await db.writer.raw('pragma wal_checkpoint(noop)');
  return row;
}

test('a large change is moved out of the log after its commit, not with it, and a new log is begun beside whoever writes next', async () => {
  await write(8_000_000);
  const { log, checkpointed } = await logged();
  expect(log).toBeGreaterThan(1_900);
  expect(checkpointed).toBe(0);

  // On a busy machine its thread takes seconds to begin.
  for (let n = 0; n < 400 && (await logged()).log !== 1; n++) await sleep(50);
  expect(await logged()).toMatchObject({ log: 1 });
});

test('a small change stays in the log', async () => {
  await write(40_000);
  await sleep(400);
  expect((await logged()).checkpointed).toBe(0);
});

test('a new log is begun when the file is made, so that whoever writes first does not wait for it', async () => {
  await db.close();
  db = openDatabase(folder);
  expect(await logged()).toMatchObject({ log: 0 });
  await db.make();
  expect(await logged()).toMatchObject({ log: 1 });
  const [{ synchronous }] = await db.writer.raw('pragma synchronous');
  expect(synchronous).toBe(FULL);
  expect(await db.read('pages')).toEqual([]);
});

test('one in which something stands is left as it is', async () => {
  await write(40_000);
  const { log } = await logged();
  await db.make();
  expect(await logged()).toMatchObject({ log });
});
