import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createApp } from '../src/app.ts';
import { openDatabase } from '../src/db/database.ts';
import { createLogger } from '../src/process/logger.ts';
import { testConfig } from './support/config.ts';
import { Turns } from './support/turns.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(`${tmpdir()}/roster-app-`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('is made in many turns, so that whoever asks meanwhile is told that it is starting', async () => {
  const db = openDatabase(folder);
  const turns = new Turns();
  await createApp({ db, config: testConfig(folder), clock: Date.now, logger: createLogger('silent') });
  turns.stop();
  await db.close();
  expect(turns.number).toBeGreaterThan(30);
});
