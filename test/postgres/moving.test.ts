import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { verifyChain } from '../../src/audit/chain.ts';
import { OperationWorker } from '../../src/bulk-operations/actions/operation-worker.ts';
import { findOperation } from '../../src/bulk-operations/bulk-operation-store.ts';
import { instant } from '../../src/clock.ts';
import type { Database } from '../../src/db/database.ts';
import { moveTo } from '../../src/installation/moving/move.ts';
import { openForServer } from '../../src/installation/open-installation.ts';
import { findToken } from '../../src/one-time-links/open-links.ts';
import { PasswordHasher } from '../../src/passwords/password-hasher.ts';
import { createLogger } from '../../src/process/logger.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { schemaOf } from '../migrations/snapshot.ts';
import { PASSWORD } from '../support/config.ts';
import { all, expectSame, inhabited, quietly, Removal, reading, refusal, settings } from '../support/moving.ts';
import { dropDatabase, makeDatabase } from '../support/postgres.ts';

let house: Removal;
let there: string;

beforeEach(async () => {
  house = new Removal();
  there = await makeDatabase('template0');
});
afterEach(async () => {
  await dropDatabase(there);
  house.end();
});

describe('moving to a server and back', () => {
  it('takes everything there and back, and what was begun goes on', async () => {
    const { operation, bob } = await inhabited(house.here, 1_500);
    const before = await all(house.here);
    await moveTo(settings(house.here), there, quietly);
    expectSame(await all(house.at(there)), before, 1);
    const back = house.fileAt('back');
    await moveTo(settings(house.at(there)), back, quietly);
    expectSame(await all(house.at(back)), before, 2);

    const server = await openForServer(settings(house.at(back)));
    const { config, db } = server;
    try {
      expect(await verifyChain(db.read, config.secrets.audit)).toMatchObject({ intact: true });
      const { password_hash: hash } = await db.read('users').where('id', bob).first('password_hash');
      expect(await new PasswordHasher(config.secrets.pepper, 4).verify(PASSWORD, 'first', async () => hash)).toBe(hash);
      const now = instant(Date.now());
      const links = actSettings(config).links;
      const invited = await db.read('links').whereNull('used_at').whereNull('ended_at').first('user_id');
      expect(await findToken(db.read, 'invitation', invited.user_id, links, now)).toBeDefined();
      const logger = createLogger('error', { write: () => {} });
      const worker = new OperationWorker({ db, clock: Date.now, logger, settings: actSettings(config), prepares: [] });
      worker.wake();
      await worker.idle();
      expect((await findOperation(db.read, operation)).finishedAt).not.toBeNull();
      expect((await db.read('users').where('id', bob).first('activity')).activity).toBe('deactivated');
    } finally {
      await server.close();
    }
  });

  it('leaves a database behind in which everything follows as in a new one', async () => {
    const { bob } = await inhabited(house.here);
    await moveTo(settings(house.here), there, quietly);
    const server = await openForServer(settings(house.at(there)));
    const { db } = server;
    try {
      await expectFollowing(db, bob);
    } finally {
      await server.close();
    }
    const back = house.fileAt('back');
    await moveTo(settings(house.at(there)), back, quietly);
    const fresh = await openForServer(settings({ DATA_DIR: join(house.folder, 'fresh') }));
    expect(await reading(house.at(back), (db) => schemaOf(db.read))).toEqual(await schemaOf(fresh.db.read));
    await fresh.close();
    await reading(house.at(back), async ({ read, writer }) => {
      for (const table of ['users_search', 'contacts_search'])
        await writer.raw('insert into ??(??, rank) values (?, 1)', [table, table, 'integrity-check']);
      expect((await read('tags').max('id as last'))[0].last).toBeGreaterThan(0);
    });
  });

  it('goes on where it was interrupted, wherever that was', async () => {
    await inhabited(house.here, 300);
    const before = await all(house.here);
    let interrupted = 0;
    for (let steps = 1; ; steps += 7) {
      let left = steps;
      const watch = () => () => {
        if (--left === 0) throw new Error('interrupted');
      };
      const outcome = await moveTo(settings(house.here), there, watch).catch((error) => error);
      if (!(outcome instanceof Error)) break;
      expect(outcome.message).toBe('interrupted');
      interrupted++;
      expect(await refusal(openForServer(settings(house.here)))).toMatch(/is being moved to /);
      expect(await refusal(openForServer(settings(house.at(there))))).toMatch(/is not finished/);
    }
    expect(interrupted).toBeGreaterThan(2);
    expectSame(await all(house.at(there)), before, 1);
  });

  it('marks in texts what a server cannot keep, and erases what the audit could no longer verify', async () => {
    await inhabited(house.here);
    await reading(house.here, (db) =>
      db.write(async (trx) => {
        const text = { subject_type: 'user', subject_id: 1, salt: 'salt', text: 'a\0b' };
        await trx('audit_texts').insert({ digest: 'of it', ...text });
        await trx('login_attempts').insert({
          user_id: 1,
          at: instant(0),
          address: '',
          agent: 'a\0b',
          outcome: 'wrong',
        });
      }),
    );
    expect(await moveTo(settings(house.here), there, quietly)).toMatchObject({ erasedTexts: 1 });
    await reading(house.at(there), async ({ read }) => {
      expect(await read('audit_texts').where('salt', 'salt')).toEqual([]);
      expect(await read('login_attempts').where('outcome', 'wrong').pluck('agent')).toContain('a\ufffdb');
    });
  });
});

/** Triggers, references and numbers do what they do in any installation. */
async function expectFollowing(db: Database, bob: number): Promise<void> {
  await expect(db.write((trx) => trx('user_tags').insert({ user_id: 999_999, tag_id: 1 }))).rejects.toThrow();
  await expect(db.write((trx) => trx('audit_events').update({ address: 'x' }))).rejects.toThrow('never changed');
  const [{ newest }] = await db.read('user_changes').max('id as newest');
  await db.write((trx) => trx('users').where('id', bob).update({ description: 'x' }));
  expect(await db.read('user_changes').where('id', '>', newest).pluck('user_id')).toEqual([bob]);
  const highest = (await db.read('tags').max('id as last'))[0].last;
  const [{ id }] = await db.write((trx) => trx('tags').insert({ name: 'new', name_key: 'new' }).returning('id'));
  // One that was deleted had the number between.
  expect(id).toBe(highest + 2);
}
