import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimOperation, createDraft, findOperation } from '../../src/bulk-operations/bulk-operation-store.ts';
import { instant } from '../../src/clock.ts';
import { openDatabase, type Transaction } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { lockMigrations, lockOutCommands, mayCommandsWrite } from '../../src/db/postgres/locks.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { dropDatabase, makeDatabase, on } from '../support/postgres.ts';
import { signedIn } from '../support/session.ts';

const END_OTHERS =
  'set statement_timeout = 0; select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()';

const nameIn = (url: string) => new URL(url).pathname.slice(1);

describe('a database that is set to other transactions', () => {
  let url: string;
  beforeEach(async () => {
    url = await makeDatabase('template0');
  });
  afterEach(() => dropDatabase(url));

  it('is seen as it is by whoever waited for another', async () => {
    const set = `alter database ?? set default_transaction_isolation = 'repeatable read'`;
    await on(nameIn(url), (database) => database.raw(set, [nameIn(url)]));
    const [one, other] = [openDatabase('', url), openDatabase('', url)];
    await migrate(one);
    const add = async (trx: Transaction) => {
      const name = `t${(await trx('tags')).length + 1}`;
      await trx('tags').insert({ name, name_key: name });
    };
    const isWaitedFor = `select count(*) as waiting from pg_locks join pg_database on pg_database.oid = database
      where locktype = 'advisory' and not granted and datname = current_database()`;
    let waiting: Promise<void> | undefined;
    await one.write(async (trx) => {
      waiting = other.write(add);
      while ((await one.read.raw(isWaitedFor))[0].waiting === 0);
      await add(trx);
    });
    await waiting;
    expect(await one.read('tags').orderBy('id').pluck('name')).toEqual(['t1', 't2']);
    await Promise.all([one.close(), other.close()]);
  });
});

it('takes its time where it changes tables, or keeps commands out, whatever the server is set to', async () => {
  const url = await makeDatabase('template0');
  for (const setting of ['lock_timeout', 'statement_timeout'])
    await on(nameIn(url), (admin) => admin.raw(`alter database ${nameIn(url)} set ${setting} = 150`));
  const [db, other] = [openDatabase('', url), openDatabase('', url)];
  const said = `select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement`;
  const patience = () => db.write(async (trx) => (await trx.raw(said))[0]);
  // Whoever waited no longer than that would have given up by then.
  const asLongAsSet = () => on(nameIn(url), (admin) => admin.raw('set statement_timeout = 0; select pg_sleep(0.5)'));
  const unlock = await lockMigrations(db.writer);
  expect(await patience()).toEqual({ lock: '0', statement: '0' });
  const waiting = lockMigrations(other.writer);
  waiting.catch(() => {});
  await asLongAsSet();
  await unlock();
  await (await waiting)();
  expect(await patience()).toEqual({ lock: '1s', statement: '150ms' });
  let lockingOut: ReturnType<typeof lockOutCommands> | undefined;
  await db.write(async (trx) => {
    await mayCommandsWrite(trx);
    lockingOut = lockOutCommands(url);
    lockingOut.catch(() => {});
    await asLongAsSet();
  });
  await (await lockingOut!)();
  await Promise.all([db.close(), other.close()]);
  await dropDatabase(url);
});

describe('Roster on a server', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  const database = () => nameIn(app.config.databaseUrl!);
  /** For whoever connects from then on: all others have to. */
  async function set(what: string): Promise<void> {
    await on(database(), (admin) => admin.raw(`set transaction_read_only = off; alter database ${database()} ${what}`));
    await on(database(), (admin) => admin.raw(END_OTHERS));
  }

  it('shows what there is and says that nothing is changed, while the database is there for reading alone', async () => {
    const alice = await signedIn(app, 'alice');
    await set('set default_transaction_read_only = on');
    const refused = await alice.post('/groups', { name: 'Fresh' });
    expect(refused.status).toBe(503);
    expect(pageOf(refused).textOf('main')).toContain('The database takes no changes just now. Nothing was changed');
    expect((await alice.get('/users')).status).toBe(200);
    expect((await alice.get('/health')).status).toBe(503);
    await set('set default_transaction_read_only = off');
    expect((await alice.post('/groups', { name: 'Fresh' })).status).toBe(303);
  });

  it.each([
    ['53100', 'is full'],
    ['58030', 'does not answer'],
  ])('says of its disk what the server says of it (%s)', async (code, words) => {
    const alice = await signedIn(app, 'alice');
    await app.db.writer.raw(`create function refuse() returns trigger language plpgsql as
      $$ begin raise exception using errcode = '${code}'; end $$`);
    await app.db.writer.raw('create trigger refused before insert on groups for each row execute function refuse()');
    const refused = await alice.post('/groups', { name: 'Fresh' });
    expect(refused.status).toBe(503);
    expect(pageOf(refused).textOf('main')).toContain(`The disk of this Roster ${words}. Nothing was changed`);
  });

  it.each(['statement_timeout', 'lock_timeout'])('says of what its %s ends that it is busy', async (setting) => {
    const alice = await signedIn(app, 'alice');
    await set(`set ${setting} = 100`);
    await on(database(), (admin) =>
      admin.transaction(async (trx) => {
        await trx.raw('set local statement_timeout = 0; lock table audit_events in access exclusive mode');
        const read = await alice.get('/audit');
        expect([read.status, pageOf(read).textOf('main')]).toEqual([503, expect.stringContaining('is busy')]);
      }),
    );
    expect((await alice.get('/audit')).status).toBe(200);
  });

  it('pauses an operation that the server ends each time, and goes on with the others', async () => {
    const { db, people, clock, config, context } = app;
    await db.writer.raw(`create function ended() returns trigger language plpgsql as
      $$ begin raise exception using errcode = 'query_canceled'; end $$`);
    await db.writer.raw(
      `create trigger ended before update on users for each row when (old.name = 'bob') execute function ended()`,
    );
    const act = programAct(actSettings(config), { id: people.alice, name: 'alice', at: instant(clock.now()) });
    const [ended, other] = await db.write(async (trx) => {
      const ids: number[] = [];
      for (const person of ['bob', 'carol'] as const) {
        const id = await createDraft(trx, act, { subjectType: 'user', action: 'deactivate', ids: [people[person]] });
        await claimOperation(trx, await findOperation(trx, id), act);
        ids.push(id);
      }
      return ids;
    });
    context.operations.wake();
    await context.operations.idle();
    expect(await findOperation(db.read, ended)).toMatchObject({
      pausedFor: 'the server of the database ended it, as it took too long',
      finishedAt: null,
    });
    expect((await findOperation(db.read, other)).finishedAt).not.toBeNull();
  });

  it('lets nobody wait for what another program has locked and forgotten, and changes all the rest', async () => {
    const alice = await signedIn(app, 'alice');
    await on(database(), (admin) =>
      admin.transaction(async (trx) => {
        await trx('users').where('id', app.people.bob).forUpdate();
        const met = await alice.post(pathTo(app, 'bob', '/deactivation'));
        // Its token stands in the page before it.
        await alice.get('/users');
        const other = await alice.post(pathTo(app, 'carol', '/deactivation'));
        expect(met.status).toBe(503);
        expect(pageOf(met).textOf('main')).toContain('The database is busy. Nothing was changed');
        expect(other.status).toBe(303);
      }),
    );
    await alice.get('/users');
    expect((await alice.post(pathTo(app, 'bob', '/deactivation'))).status).toBe(303);
  });
});
