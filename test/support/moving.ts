import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { seedCast } from '../../seeds/cast.ts';
import { generateUsers } from '../../seeds/generator.ts';
import { claimOperation, createDraft, findOperation } from '../../src/bulk-operations/bulk-operation-store.ts';
import { DAY, instant } from '../../src/clock.ts';
import { readSettings, type Settings } from '../../src/config.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { openForServer } from '../../src/installation/open-installation.ts';
import { PasswordHasher } from '../../src/passwords/password-hasher.ts';
import { CannotStart } from '../../src/process/cannot-start.ts';
import { beginFactor } from '../../src/second-factors/second-factor-store.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { PASSWORD } from './config.ts';
import { everything } from './database.ts';
import { layEmptyDatabase } from './template.ts';

export type Place = Record<string, string>;
export type All = Awaited<ReturnType<typeof everything>>;

/** A folder for all that one test makes. */
export class Removal {
  readonly folder = mkdtempSync(join(tmpdir(), 'roster-moving-'));
  /** Where it lives at first, as the settings of a server. */
  readonly here: Place = { DATA_DIR: join(this.folder, 'here') };

  /** Another place in the folder, as one moves to it. */
  fileAt(name: string): string {
    return `sqlite:${join(this.folder, name)}`;
  }

  /** How a server is started where it was moved. */
  at(where: string): Place {
    return where.startsWith('sqlite:') ? { DATA_DIR: where.slice(7) } : { ...this.here, DATABASE_URL: where };
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const settings = (place: Place): Settings => readSettings(place, '');
export const quietly = () => () => {};

/** What there is in a place that nobody serves just now. */
export async function reading<T>(place: Place, work: (db: Database) => Promise<T>): Promise<T> {
  const { dataDir, databaseUrl } = settings(place);
  const db = openDatabase(dataDir, databaseUrl);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

export const all = (place: Place): Promise<All> => reading(place, (db) => everything({ db }));

/** A house with people, open links, sessions, a waiting mail and an operation that was begun. */
export async function inhabited(place: Place, users = 0): Promise<{ operation: number; bob: number }> {
  layEmptyDatabase(place.DATA_DIR);
  const { config, db, close } = await openForServer(settings(place));
  const now = Date.now();
  const acting = { settings: actSettings(config), loginAttempts: 5, now };
  const passwordHash = await new PasswordHasher(config.secrets.pepper, 4).hash(PASSWORD);
  const people = await seedCast(db, { ...acting, passwordHash });
  if (users > 0) await generateUsers(db, { ...acting, users, invitationHours: 72, passwordHash: 'nobody knows it' });
  const later = instant(now + DAY);
  const operation = await db.write(async (trx) => {
    const moments = { created_at: later, seen_at: later, expires_at: later };
    await trx('sessions').insert({
      id_hash: 'bobs',
      user_id: people.bob,
      data: '{}',
      address: '',
      agent: '',
      ...moments,
    });
    await beginFactor(trx, people.bob, instant(now));
    const due = { created_at: later, try_until: later, next_at: later };
    await trx('outbox').insert({ kind: 'password-changed', user_id: people.bob, address: 'bob@example.com', ...due });
    const act = programAct(actSettings(config), { id: people.alice, name: 'alice' });
    const id = await createDraft(trx, act, {
      subjectType: 'user',
      action: 'deactivate',
      ids: [people.bob, people.lena],
    });
    await claimOperation(trx, await findOperation(trx, id), act);
    // Numbers that were given stay given.
    const [gone] = await trx('tags').insert({ name: 'gone', name_key: 'gone' }).returning('id');
    await trx('tags').where(gone).delete();
    return id;
  });
  await close();
  return { operation, bob: people.bob };
}

/** The same but for what tells of the moves themselves. */
export function expectSame(after: All, before: All, moves: number): void {
  for (const [table, rows] of Object.entries(before))
    if (!/^(audit_|moves$)/.test(table)) expect({ table, rows: after[table] }).toEqual({ table, rows });
  expect(after.audit_events.slice(0, before.audit_events.length)).toEqual(before.audit_events);
  expect(after.audit_texts).toEqual(expect.arrayContaining(before.audit_texts));
  const added = after.audit_events.slice(before.audit_events.length);
  expect(added.map(({ action }) => action)).toEqual(Array(moves).fill('system.moved'));
}

export async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (failure) => failure,
  );
  expect(error).toBeInstanceOf(CannotStart);
  return error.message;
}
