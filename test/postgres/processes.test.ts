import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Database, DatabaseBusy, openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { KeptConnection } from '../../src/db/postgres/kept-connection.ts';
import { tryLockDatabase } from '../../src/db/postgres/locks.ts';
import { joinServers, tryLockServer } from '../../src/db/server-lock.ts';
import { dropDatabase, makeDatabase } from '../support/postgres.ts';

let url: string;
let one: Database;
let other: Database;

beforeEach(async () => {
  url = await makeDatabase('template0');
  [one, other] = [openDatabase('', url), openDatabase('', url)];
});
afterEach(async () => {
  await Promise.all([one.close(), other.close()]);
  await dropDatabase(url);
});

async function until(isTrue: () => boolean): Promise<void> {
  for (let n = 0; n < 200 && !isTrue(); n++) await sleep(10);
  expect(isTrue()).toBe(true);
}

/** Ends all connections of the database, as a restart of the server does. */
async function cut(): Promise<void> {
  const ended = openDatabase('', url);
  await ended.read.raw(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await ended.close();
}

describe('processes that serve one database', () => {
  it('serve it together, and keep out whoever needs it alone', async () => {
    const place = { dataDir: '', databaseUrl: url };
    const [first, second] = [await joinServers(place), await joinServers(place)];
    expect(await tryLockServer(place)).toBeUndefined();
    first.release();
    second.release();
    await sleep(50);
    const alone = await tryLockServer(place);
    expect(alone).toBeDefined();
    await expect(joinServers(place)).rejects.toThrow(/has it for itself/);
    alone!.release();
  });

  it('keep it after a restart of the server', async () => {
    const place = { dataDir: '', databaseUrl: url };
    const lock = await joinServers(place);
    await cut();
    await sleep(1_500);
    expect(await tryLockServer(place)).toBeUndefined();
    lock.release();
  });

  it('do what is for one alone one after the other, and both what has different names', async () => {
    const ran: string[] = [];
    let inside = 0;
    const work = (db: Database, name: string) =>
      db.processes.alone('a', async () => {
        expect(++inside).toBe(1);
        await sleep(20);
        ran.push(name);
        inside--;
      });
    await Promise.all([work(one, '1'), work(other, '2'), work(one, '3'), work(other, '4')]);
    expect(ran.sort()).toEqual(['1', '2', '3', '4']);
    await one.processes.alone('a', async () => {
      expect(await other.processes.ifAlone('a', async () => {})).toBe(false);
      expect(await one.processes.ifAlone('a', async () => {})).toBe(false);
      expect(await other.processes.ifAlone('b', async () => {})).toBe(true);
      const refused = other.processes.alone('a', async () => {}, performance.now());
      expect(await refused.catch((error) => error)).toBeInstanceOf(DatabaseBusy);
    });
    await expect(one.processes.alone('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await other.processes.ifAlone('a', async () => {})).toBe(true);
  });

  it('let another one do it where the connection of the first is lost', async () => {
    const first = one.processes.alone('a', async () => {
      await cut();
      await other.processes.alone('a', async () => {});
      return 'both';
    });
    expect(await first).toBe('both');
  });

  it('ask once more for what is locked, where the connection is lost meanwhile', async () => {
    const once = () => {
      const lost = Object.assign(new Error('Connection terminated unexpectedly'), { isLost: true });
      jest.spyOn(KeptConnection.prototype, 'query').mockRejectedValueOnce(lost);
    };
    once();
    expect(await one.processes.ifAlone('a', async () => {})).toBe(true);
    once();
    expect(await one.processes.isChosen('b')).toBe(true);
    once();
    const release = await tryLockDatabase(url);
    expect(release).toBeDefined();
    await release!();
  });

  it('write one row beside whoever writes, and nothing that is numbered', async () => {
    await migrate(one);
    const group = { name: 'g', name_key: 'g', created_at: '2026-11-26T12:00:00.000Z' };
    const row = (identifier: string) => ({ identifier, requested_at: '', address: '', request_id: '' });
    await one.write(async (trx) => {
      await trx('groups').insert(group);
      await Promise.all([one, other].map((db) => db.oneRow.write((its) => its('reset_requests').insert(row('a')))));
    });
    await expect(other.oneRow.write((trx) => trx('groups').insert({ ...group, name_key: 'h' }))).rejects.toThrow(
      'numbered by the one writer alone',
    );
    expect(await one.read('groups')).toHaveLength(1);
    expect(await one.read('reset_requests')).toHaveLength(2);
    // Two of one row wait for each other.
    const both = [one, other].map((db, n) =>
      db.oneRow.write(async (trx) => {
        await trx('reset_requests')
          .where('id', 1)
          .update({ address: String(n) });
        await sleep(30);
        const [{ address }] = await trx('reset_requests').where('id', 1);
        return address;
      }),
    );
    expect(await Promise.all(both)).toEqual(['0', '1']);
  });

  it('wait for one another, for longer than the server is asked to', async () => {
    await migrate(one);
    const name = (n: string) => ({ name: n, name_key: n });
    const begun = Promise.withResolvers<void>();
    const long = one.write(async (trx) => {
      await trx('tags').insert(name('a'));
      begun.resolve();
      await sleep(1_300);
    });
    await begun.promise;
    await other.write((trx) => trx('tags').insert(name('b')));
    await long;
    expect(await one.read('tags').orderBy('id').pluck('name')).toEqual(['a', 'b']);
  });

  it('begin anew what was cut off in the middle, and ask once more what they had asked', async () => {
    await migrate(one);
    let tries = 0;
    await one.write(async (trx) => {
      await trx('tags').insert({ name: 'a', name_key: 'a' });
      if (++tries === 1) await cut();
      await trx('tags').insert({ name: 'b', name_key: 'b' });
    });
    expect([tries, await one.read('tags').pluck('name')]).toEqual([2, ['a', 'b']]);
    const asked = one.read.raw('select pg_sleep(0.5)');
    await sleep(100);
    await cut();
    expect(await asked).toHaveLength(1);
  });

  it('hear what others write and begin, also after their connection was lost', async () => {
    await migrate(one);
    const heard = { own: 0, changes: 0, operations: 0 };
    one.processes.hear('changes', () => heard.own++);
    other.processes.hear('changes', () => heard.changes++);
    other.processes.hear('operations', () => heard.operations++);
    // Each listens from then on.
    await until(() => heard.own === 1 && heard.changes === 1 && heard.operations === 1);
    const name = (n: string) => one.write((trx) => trx('tags').insert({ name: n, name_key: n }));
    await name('a');
    one.processes.tell('operations');
    await until(() => heard.changes === 2 && heard.operations === 2);
    await expect(one.write(() => Promise.reject(new Error('undone')))).rejects.toThrow('undone');
    await cut();
    await until(() => heard.changes === 3);
    await name('b');
    await until(() => heard.changes === 4);
    expect(heard.own).toBe(2);
  });
});
