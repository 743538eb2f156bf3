import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { CheckpointThread } from '../../src/db/sqlite/checkpoint-thread.ts';

const MEGABYTE = 1_000_000;
const FLUSHING = 2;

let folder: string;
let db: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-pieces-'));
  db = openDatabase(folder);
  await db.writer.raw('create table pages (content blob not null)');
});

afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

async function writePiece(bytes: number): Promise<void> {
  await db.writePiece(async (trx) => {
    await trx('pages').insert({ content: Buffer.alloc(bytes) });
  });
}

async function synchronous(): Promise<number> {
  return (await db.writer.raw('pragma synchronous'))[0].synchronous;
}

async function logged(): Promise<{ log: number; checkpointed: number }> {
  const [row] = await db.writer.raw('pragma wal_checkpoint(noop)');
  return row;
}

test('a piece of a long work does not wait for the disk in its commit, and everything after it does', async () => {
  let meanwhile = FLUSHING;
  await db.writePiece(async (trx) => {
    await trx('pages').insert({ content: Buffer.alloc(10) });
    meanwhile = (await trx.raw('pragma synchronous'))[0].synchronous;
  });
  expect(meanwhile).toBeLessThan(FLUSHING);
  expect(await synchronous()).toBe(FLUSHING);
  expect(await db.read('pages').pluck('content')).toHaveLength(1);
});

test('a piece that fails leaves nothing, and the next change waits for the disk', async () => {
  const failing = db.writePiece(async (trx) => {
    await trx('pages').insert({ content: Buffer.alloc(10) });
    throw new Error('the author may not do it any more');
  });
  await expect(failing).rejects.toThrow('the author may not do it any more');
  expect(await synchronous()).toBe(FLUSHING);
  expect(await db.read('pages').pluck('content')).toEqual([]);
});

test('others who write have their turn between two pieces, in the order in which they came', async () => {
  const order: string[] = [];
  const said = (what: string) => async () => void order.push(what);
  await Promise.all([db.writePiece(said('piece')), db.write(said('somebody')), db.writePiece(said('next piece'))]);
  expect(order).toEqual(['piece', 'somebody', 'next piece']);
});

test('who writes behind a piece waits until the disk has it, with nobody else waiting for that', async () => {
  const file = await open(join(folder, 'roster.sqlite'));
  const flushing = Promise.withResolvers<void>();
  const flush = jest.spyOn(Object.getPrototypeOf(file), 'datasync').mockImplementation(() => flushing.promise);
  await file.close();
  await writePiece(10);
  const order: string[] = [];
  const written = db.write(async () => void order.push('somebody'));
  for (let n = 0; n < 10; n++) await turn();
  order.push('others');
  flushing.resolve();
  await written;
  expect(order).toEqual(['others', 'somebody']);
  flush.mockRestore();
});

test('what a long work writes is moved out of the log while it goes on, so that the log begins anew', async () => {
  const most = 12_000;
  let written = 0;
  for (let n = 0; n < 80; n++) {
    await writePiece(MEGABYTE);
    written += MEGABYTE / 4096;
    await sleep(10);
  }
  expect(written).toBeGreaterThan(most);
  expect((await logged()).log).toBeLessThan(most);
  expect(await db.read('pages').pluck('rowid')).toHaveLength(80);
});

test('what anybody else writes is moved by the same thread, and not while others wait', async () => {
  const move = jest.spyOn(CheckpointThread.prototype, 'move');
  await db.write(async (trx) => {
    await trx('pages').insert({ content: Buffer.alloc(5 * MEGABYTE) });
  });
  for (let n = 0; n < 200 && (await logged()).log >= 1_000; n++) await sleep(20);
  expect((await logged()).log).toBeLessThan(1_000);
  await sleep(600);
  // It begins with the most of it and ends with what came meanwhile; with nothing more to be moved it rests.
  expect(move).toHaveBeenCalledTimes(2);
  move.mockRestore();
});

test('the thread that moves it tells what it could not do', async () => {
  const thread = new CheckpointThread(join(folder, 'missing', 'roster.sqlite'));
  await expect(thread.move()).rejects.toThrow('directory does not exist');
  await thread.end();
});
