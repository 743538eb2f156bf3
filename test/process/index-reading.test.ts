import { createHook } from 'node:async_hooks';
import { readFileSync, writeFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EVERYTHING } from '../../src/access/rights.ts';
import { DAY } from '../../src/clock.ts';
import { ContactIndex } from '../../src/contacts/contact-index.ts';
import { IndexReaders } from '../../src/serving/index-reading.ts';
import { UserIndex } from '../../src/users/list/user-index.ts';
import { keepableOf } from '../../src/users/list/user-order.ts';
import { NotYet } from '../../src/verbs/refusals.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { addCrowd } from '../support/crowd.ts';
import { Turns } from '../support/turns.ts';

describe('the process that reads an index', () => {
  let app: TestApp;
  let readers: IndexReaders;
  let told: string[];
  beforeEach(async () => {
    app = await startApp();
    await addCrowd(app, 1_500);
    // Few would be read without it: so many are there as the last ids say.
    const contactId = await addContact(app, { name: 'Ysolde Quist' });
    await app.db.write(async (trx) => {
      await trx('contacts').where('id', contactId).update({ id: 7_000 });
      const bob = await trx('users').where('id', app.people.bob).first();
      const name = { name: 'ysolde', name_key: 'ysolde', email: 'y@example.com', email_key: 'y@example.com' };
      await trx('users').insert({ ...bob, id: 7_000, ...name, contact_id: null });
    });
    told = [];
    readers = new IndexReaders({ data: app.config, limits: app.config }, (error) => told.push(String(error)));
  });
  afterEach(async () => {
    readers.stop();
    await app.close();
  });

  const viewer = () => ({
    id: app.people.alice,
    name: 'alice',
    rights: EVERYTHING,
    noSharedData: false,
    groupIds: new Set<number>(),
  });

  it('finds the users that the server itself would find, which follows from there', async () => {
    const { db, clock, config } = app;
    const here = new UserIndex(db.read, clock.now, config);
    const there = new UserIndex(db.read, clock.now, config, { fillElsewhere: readers.filling('users') });
    const same = async () => {
      await Promise.all([readAll(here), readAll(there)]);
      expect(there.number).toBe(here.number);
      for (const values of [{}, { activity: [0], state: [3, 6] }, { tag: [1, 2] }, { group: [2, 3] }]) {
        const [found, expected] = [there.select({ values }), here.select({ values })];
        expect(found.ids()).toEqual(expected.ids());
        for (let id = 1; id < 12; id++) expect(found.count('group', id)).toBe(expected.count('group', id));
      }
      for (const words of [[['a']], [['ma'], ['e']], [['example', 'mar']]])
        expect(there.search(words, viewer()).set.ids()).toEqual(here.search(words, viewer()).set.ids());
    };
    await same();
    expect(here.select({ values: { activity: [1] } }).total).toBeGreaterThan(0);
    await db.write((trx) => trx('users').where('id', '<', 40).update({ activity: 'deactivated' }));
    await same();
    clock.advance(100 * DAY);
    await same();
  });

  it('finds the contacts that the server itself would find', async () => {
    const { db, clock } = app;
    const here = new ContactIndex(db.read, clock.now);
    const there = new ContactIndex(db.read, clock.now, { fillElsewhere: readers.filling('contacts') });
    await Promise.all([readAll(here), readAll(there)]);
    expect(there.number).toBe(here.number);
    for (const words of [undefined, [['a']], [['ma'], ['e', 'x']]]) {
      const [found, expected] = [there, here].map((index) => index.select({ values: { kind: [0] }, words }, viewer()));
      expect(found.ids()).toEqual(expected.ids());
      expect(found.total).toBeGreaterThan(0);
    }
  });

  it('takes nothing from whoever is still answered, where all is read anew, and leaves no order of before', async () => {
    const { db, clock, config } = app;
    let goOn = () => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const whole = new UserIndex(db.read, clock.now, config);
    const fillElsewhere = async () => {
      if (index.number > 0) await held;
      await readAll(whole);
      return whole.held;
    };
    const index: UserIndex = new UserIndex(db.read, clock.now, config, { fillElsewhere });
    await readAll(index);
    const { bob } = app.people;
    const groups = [...index.groupsOf(bob)];
    expect(groups).not.toEqual([]);
    const order = () => keepableOf(db.read, index, 'name')!;
    await order().want();
    // As after a database that knows less than the one before.
    await db.write(async (trx) => {
      await trx('memberships').where('user_id', bob).delete();
      await trx('user_changes').delete();
    });
    const reading = index.refreshWholly();
    expect(await index.refreshWithin({ first: 1, later: 1 })).toBe(false);
    expect(index.groupsOf(bob)).toEqual(groups);
    expect(order().kept()).toBeDefined();
    goOn();
    await reading;
    expect(index.groupsOf(bob)).toEqual([]);
    expect(order().kept()).toBeUndefined();
  });

  it('is begun in a turn of its own, where there are two', async () => {
    const { db, clock, config } = app;
    const users = new UserIndex(db.read, clock.now, config, { fillElsewhere: readers.filling('users') });
    const turns = new Turns();
    const begunIn: number[] = [];
    const watch = createHook({
      init: (_, type) => void (type === 'PROCESSWRAP' && begunIn.push(turns.number)),
    }).enable();
    await readAll(users);
    watch.disable();
    turns.stop();
    expect(begunIn).toHaveLength(2);
    expect(new Set(begunIn).size).toBe(2);
  });

  describe('where there is none', () => {
    const { execPath } = process;
    afterEach(() => {
      process.execPath = execPath;
    });

    it.each([
      ['as the system starts none', '/nowhere/node', /ENOENT/],
      ['as it ends at once', '/bin/false', /ended with 1/],
    ])('%s, the server reads everything itself', async (_, program, reason) => {
      const { db, clock, config } = app;
      process.execPath = program;
      const users = new UserIndex(db.read, clock.now, config, { fillElsewhere: readers.filling('users') });
      const contacts = new ContactIndex(db.read, clock.now, { fillElsewhere: readers.filling('contacts') });
      await Promise.all([readAll(users), readAll(contacts)]);
      expect(users.number).toBeGreaterThan(1_500);
      expect(contacts.number).toBeGreaterThan(0);
      expect(told).toEqual([expect.stringMatching(reason), expect.stringMatching(reason)]);
    });

    it('it comes after whoever is served from its first moment on', async () => {
      const { db, clock, folder } = app;
      const program = join(folder, 'program');
      writeFileSync(program, '#!/bin/sh\nsleep 1; nice > "$DATA_DIR/nice"; exit 1\n', { mode: 0o700 });
      process.execPath = program;
      await readAll(new ContactIndex(db.read, clock.now, { fillElsewhere: readers.filling('contacts') }));
      const { PRIORITY_BELOW_NORMAL } = constants.priority;
      expect(Number(readFileSync(join(folder, 'nice'), 'utf8'))).toBe(Math.max(PRIORITY_BELOW_NORMAL, getPriority()));
    });

    it('as the server stops, nothing is read any more', async () => {
      const { db, clock, config } = app;
      const users = new UserIndex(db.read, clock.now, config, { fillElsewhere: readers.filling('users') });
      const contacts = new ContactIndex(db.read, clock.now, { fillElsewhere: readers.filling('contacts') });
      const reading = users.refresh();
      setTimeout(() => readers.stop(), 50);
      await expect(reading).rejects.toThrow(NotYet);
      await expect(contacts.refresh()).rejects.toThrow(NotYet);
      expect(told).toEqual([]);
    });

    it('nor is a first reading gone on with in the server itself, while what changed is read as ever', async () => {
      const { db, clock, config } = app;
      const [ended, whole] = [new UserIndex(db.read, clock.now, config), new UserIndex(db.read, clock.now, config)];
      await readAll(whole);
      const reading = ended.refreshWholly();
      for (const one of [ended, whole]) one.stop();
      await expect(reading).rejects.toThrow(NotYet);
      expect(ended.number).toBe(0);
      const before = whole.select({ values: { activity: [1] } }).total;
      await db.write((trx) => trx('users').where('id', app.people.bob).update({ activity: 'deactivated' }));
      await whole.refresh();
      expect(whole.select({ values: { activity: [1] } }).total).toBe(before + 1);
    });
  });

  it('is not asked for few, who are read sooner without it', async () => {
    await using small = await startApp();
    let isAsked = false;
    const index = new UserIndex(small.db.read, small.clock.now, small.config, {
      fillElsewhere: async () => {
        isAsked = true;
        return undefined;
      },
    });
    await index.refresh();
    expect(index.number).toBeGreaterThan(0);
    expect(isAsked).toBe(false);
  });
});

/** Beside other tests it may take longer than anybody waits for a page. */
async function readAll(index: UserIndex | ContactIndex): Promise<void> {
  await index.refreshWholly();
}
