import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { verifyChain } from '../../src/audit/chain.ts';
import {
  isUnavailable,
  OutcomeUnknown,
  openDatabase,
  type Transaction,
  violatedUnique,
} from '../../src/db/database.ts';
import { dialectOf } from '../../src/db/dialects.ts';
import { migrate, pendingMigrations } from '../../src/db/migrate.ts';
import { meaningOf } from '../../src/web/error-handler.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { dropDatabase, makeDatabase } from '../support/postgres.ts';
import { signedIn } from '../support/session.ts';

const END_OTHERS =
  'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';

describe('a database on a server', () => {
  let url: string;
  beforeEach(async () => {
    url = await makeDatabase('template0');
  });
  afterEach(() => dropDatabase(url));

  it('is made once by however many begin at the same moment', async () => {
    const all = Array.from({ length: 4 }, () => openDatabase('', url));
    await Promise.all(all.map((db) => migrate(db)));
    expect(await pendingMigrations(all[0])).toEqual([]);
    await Promise.all(all.map((db) => db.close()));
  });

  it('has one writer at a time, of whichever process, and a feed without gaps', async () => {
    const [one, other] = [openDatabase('', url), openDatabase('', url)];
    await migrate(one);
    await one.write((trx) => trx('tags').insert({ name: 'n', name_key: 'n' }));
    const group = (name: string) => ({ name, name_key: name, created_at: '2026-11-26T12:00:00.000Z' });
    let inside = 0;
    const adding = Array.from({ length: 40 }, (_, n) =>
      (n % 2 ? one : other).write(async (trx) => {
        expect(++inside).toBe(1);
        await trx('groups').insert(group(`g${n}`));
        await trx('groups').count();
        inside--;
        // What is undone leaves no gap.
        if (n % 5 === 0) throw new Error('undone');
      }),
    );
    const ended = await Promise.allSettled(adding);
    expect(ended.filter(({ status }) => status === 'rejected')).toHaveLength(8);
    expect(await one.read('group_changes').orderBy('id').pluck('id')).toEqual(
      Array.from({ length: 32 }, (_, n) => n + 1),
    );
    await Promise.all([one.close(), other.close()]);
  });

  it('names the index that refuses, and no value', async () => {
    const db = openDatabase('', url);
    await migrate(db);
    const tag = () => db.write((trx) => trx('tags').insert({ name: 'hidden', name_key: 'hidden' }));
    await tag();
    const error = await tag().catch((failure) => failure);
    expect(violatedUnique(error)).toBe('tags.name_key');
    expect(JSON.stringify({ ...error, message: error.message, stack: error.stack })).not.toContain('hidden');
    await db.close();
  });

  it('keeps nothing, and says so, where a statement that failed was passed over, and goes on with the next', async () => {
    const db = openDatabase('', url);
    await migrate(db);
    const tag = (name: string) => ({ name, name_key: name });
    const request = (identifier: string) => ({ identifier, requested_at: '', address: '', request_id: '' });
    const failing = (trx: Transaction) => trx.raw('select nothing').catch(() => undefined);
    const many = db.write(async (trx) => {
      await trx('tags').insert(tag('a'));
      await failing(trx);
    });
    await expect(many).rejects.toThrow('transaction is aborted');
    await db.write((trx) => trx('tags').insert(tag('b')));
    const one = db.oneRow.write(async (trx) => {
      await trx('reset_requests').insert(request('a'));
      await failing(trx);
    });
    await expect(one).rejects.toThrow('transaction is aborted');
    await db.oneRow.write((trx) => trx('reset_requests').insert(request('b')));
    expect(await db.read('tags').pluck('name')).toEqual(['b']);
    expect(await db.read('reset_requests').pluck('identifier')).toEqual(['b']);
    await db.close();
  });

  it('asks a read that was cut off once more', async () => {
    const [db, other] = [openDatabase('', url), openDatabase('', url)];
    const trx = await other.writer.transaction();
    await trx.raw('select pg_advisory_xact_lock(77)');
    const reading = db.read.raw('select 1 as one, pg_advisory_xact_lock(77)::text').then((rows) => rows);
    const cutOff = () =>
      other.read.raw(`select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and wait_event = 'advisory'`);
    while ((await cutOff()).length === 0);
    await trx.commit();
    expect(await reading).toMatchObject([{ one: 1 }]);
    // In a transaction what was read before may be old.
    const read = async () =>
      db.read.transaction(async (trx) => {
        await trx.raw('select 1');
        await other.read.raw(END_OTHERS);
        return trx.raw('select 1');
      });
    expect(isUnavailable(await read().catch((error) => error))).toBe(true);
    // What is copied as it stood at one moment says why it ended, and not that it could not be undone.
    const copied = dialectOf(db.read).copying.snapshot(db.read, async (snapshot) => {
      await other.read.raw(END_OTHERS);
      await snapshot.raw('select 1');
    });
    const broken = await copied.catch((error) => error);
    expect([isUnavailable(broken), broken.message]).toEqual([true, expect.stringContaining('select 1 - ')]);
    await Promise.all([db.close(), other.close()]);
  });

  it('gives what is a number as one, in whichever type the table keeps it', async () => {
    const db = openDatabase('', url);
    await migrate(db);
    const sql = `select 1::smallint as a, 2::integer as b, 3::bigint as c, sum(4::bigint) as d, true as e`;
    expect(await db.read.raw(sql)).toEqual([{ a: 1, b: 2, c: 3, d: 4, e: 1 }]);
    await db.close();
  });
});

describe('Roster on a server', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  it('finds, changes and tells, as on a file', async () => {
    const alice = await signedIn(app, 'alice');
    expect(pageOf(await alice.get('/users?q=bob')).textOf('#total')).toMatch(/^\d+ users?$/);
    expect((await alice.post(pathTo(app, 'bob', '/deactivation'))).status).toBe(303);
    expect((await alice.get('/users?activity=deactivated')).text).toContain('bob');
    expect((await alice.post('/users', { name: 'nora\0', email: 'nora@example.com' })).status).toBe(422);
    expect((await alice.get('/users?q=%00')).status).toBe(200);
    expect((await alice.get('/audit')).text).toContain('bob');
    expect(await verifyChain(app.db.read, app.config.secrets.audit)).toMatchObject({ intact: true });
  });

  it('does not know what came of a commit that was cut off, says so, and does not do it again', async () => {
    const alice = await signedIn(app, 'alice');
    await app.db.writer.raw(`create function gone() returns trigger language plpgsql as
      $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`);
    await app.db.writer.raw(`create constraint trigger gone after insert on groups deferrable initially deferred
      for each row execute function gone()`);
    const answer = await alice.post('/groups', { name: 'Lost' });
    expect(answer.status).toBe(503);
    expect(pageOf(answer).textOf('main')).toMatch(/it may have been done. Look before .*can see whether it was done/);
    expect(answer.text).not.toMatch(/Nothing was changed|send it again/);
    let asked = 0;
    const adding = app.db.write((trx) => {
      asked++;
      return trx('groups').insert({ name: 'n', name_key: 'n', created_at: '2026-11-26T12:00:00.000Z' });
    });
    expect(await adding.catch((error) => error)).toBeInstanceOf(OutcomeUnknown);
    expect(asked).toBe(1);
  });

  it('goes on when the server has ended its connections', async () => {
    const alice = await signedIn(app, 'alice');
    await app.db.read.raw(END_OTHERS);
    expect((await alice.post(pathTo(app, 'bob', '/deactivation'))).status).toBe(303);
    expect((await alice.get('/users')).status).toBe(200);
  });

  it('says that the server cannot be reached, and does nothing', async () => {
    const db = openDatabase('', 'postgres://nobody:nothing@127.0.0.1:9/none');
    // As if it had been waited for.
    jest.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(10_000);
    const error = await db.read('users').catch((failure) => failure);
    expect(isUnavailable(error)).toBe(true);
    expect(meaningOf(error).message).not.toContain('Nothing was changed');
    expect(isUnavailable(Object.assign(new Error('a mail server'), { code: 'ECONNREFUSED' }))).toBe(false);
    await db.close();
  });
});
