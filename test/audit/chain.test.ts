import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { recordChanges } from '../../src/audit/audit-store.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import { instant } from '../../src/clock.ts';
import type { Transaction } from '../../src/db/database.ts';
import { type Act, actSettings } from '../../src/verbs/act.ts';
import { startApp, startEmptyApp, type TestApp } from '../support/app.ts';
import { userRow } from '../support/database.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { isOnPostgres } from '../support/postgres.ts';
import { signedIn } from '../support/session.ts';
import { refuseBefore, unguardAudit } from '../support/triggers.ts';

const COLUMNS = [
  ['at', '2020-01-01T00:00:00.000Z'],
  ['actor_id', 4711],
  ['actor_name', 'somebody else'],
  ['action', 'user.kissed'],
  ['subject_type', 'system'],
  ['subject_id', 4711],
  ['subject_name', 'somebody else'],
  ['before', '{"name":"x"}'],
  ['after', '{"name":"x"}'],
  ['address', '192.0.2.1'],
  ['request_id', 'another'],
  ['form', 1],
  ['operation_id', 4711],
  ['token_id', 4711],
  ['hash', 'A'.repeat(43)],
  ['seal', 'A'.repeat(43)],
] as const;

/** Ways past an UPDATE or DELETE that one database knows alone. */
const OF_ONE_DATABASE: [string, (trx: Transaction) => Promise<unknown>][] = isOnPostgres
  ? [['TRUNCATE', (trx) => trx.raw('truncate audit_events')]]
  : [
      [
        'INSERT OR REPLACE',
        (trx) => trx.raw('insert or replace into audit_events select * from audit_events where id = 12'),
      ],
      ['REPLACE', (trx) => trx.raw('replace into audit_events select * from audit_events where id = 12')],
    ];

describe('the chain of audit events', () => {
  let app: TestApp;
  /** The id of the last event. */
  let last: number;
  beforeEach(async () => {
    app = await startApp();
    const alice = await signedIn(app, 'alice');
    await alice.post(pathTo(app, 'bob', '/deactivation'));
    last = (await app.db.read('audit_events').max('id as last').first())!.last;
  });
  afterEach(() => app.close());

  const verify = () => verifyChain(app.db.read, app.config.secrets.audit);
  /** As somebody would who has the file in their hands. */
  const tamper = (change: (trx: Transaction) => Promise<unknown>) =>
    app.db.write(async (trx) => {
      await unguardAudit(trx);
      await change(trx);
    });
  const act = (by = 'test'): Act => ({
    by: { id: null, name: by, rights: {} },
    at: instant(app.clock.now()),
    address: '',
    requestId: 'test',
    ...actSettings(app.config),
  });

  it('is whole as it stands, and has every event of the cast in it', async () => {
    expect(last).toBeGreaterThan(25);
    expect(await verify()).toEqual({ intact: true, events: last });
  });

  it('has a column in the list below for each there is', async () => {
    const columns = Object.keys(await app.db.read('audit_events').first());
    expect(columns.sort()).toEqual(['id', ...COLUMNS.map(([column]) => column)].sort());
  });

  it.each(COLUMNS)('names the first event whose %s was altered (R79)', async (column, value) => {
    await tamper((trx) =>
      trx('audit_events')
        .whereIn('id', [12, 17])
        .update({ [column]: value }),
    );
    expect(await verify()).toEqual({ intact: false, eventId: 12, problem: 'was altered' });
  });

  it('names the first, the newest and any other alike', async () => {
    for (const id of [1, last]) {
      await app.close();
      app = await startApp();
      const [{ id: newest }] = await app.db.read('audit_events').max('id as id');
      const victim = Math.min(id, newest);
      await tamper((trx) => trx('audit_events').where('id', victim).update({ actor_name: 'x' }));
      expect(await verify()).toEqual({ intact: false, eventId: victim, problem: 'was altered' });
    }
  });

  it.each<[string, (trx: Transaction) => Promise<unknown>, number]>([
    ['one from the middle', (trx) => trx('audit_events').where('id', 12).delete(), 12],
    ['the first', (trx) => trx('audit_events').where('id', 1).delete(), 1],
    ['several', (trx) => trx('audit_events').whereBetween('id', [9, 14]).delete(), 9],
    ['one that was given another number', (trx) => trx('audit_events').where('id', 12).update({ id: 4711 }), 12],
  ])('names what is missing: %s (R79)', async (_, change, eventId) => {
    await tamper(change);
    expect(await verify()).toEqual({ intact: false, eventId, problem: 'is missing' });
  });

  it('notices that the newest were cut off (R79)', async () => {
    await tamper((trx) =>
      trx('audit_events')
        .where('id', '>', last - 3)
        .delete(),
    );
    expect(await verify()).toEqual({ intact: false, eventId: last - 2, problem: 'is missing' });
  });

  it('notices that the newest were cut off and the head was set back (R79)', async () => {
    await tamper(async (trx) => {
      await trx('audit_events')
        .where('id', '>', last - 3)
        .delete();
      const { hash } = await trx('audit_events')
        .where('id', last - 3)
        .first();
      await trx('audit_head').update({ event_id: last - 3, hash });
    });
    expect(await verify()).toMatchObject({ intact: false, problem: 'has a forged head' });
  });

  it.each<[string, (trx: Transaction) => Promise<unknown>]>([
    ['its hash', (trx) => trx('audit_head').update({ hash: 'x' })],
    ['its number', (trx) => trx('audit_head').update({ event_id: 3 })],
    ['its seal', (trx) => trx('audit_head').update({ seal: 'x' })],
  ])('notices a head with %s forged (R79)', async (_, change) => {
    await tamper(change);
    expect(await verify()).toMatchObject({ intact: false, problem: 'has a forged head' });
  });

  it('notices a head of earlier that was put back, with all events in their places (R79)', async () => {
    const earlier = await app.db.read('audit_head').first();
    const change = { action: 'user.kissed', subjectType: 'user', subjectId: 1, subjectName: 'x' } as const;
    await app.db.write((trx) => recordChanges(trx, act(), [change]));
    expect(await verify()).toEqual({ intact: true, events: last + 1 });
    await tamper((trx) => trx('audit_head').update(earlier));
    expect(await verify()).toEqual({ intact: false, eventId: last + 1, problem: 'was added past the head' });
  });

  it('notices a head that is gone (R79)', async () => {
    await tamper((trx) => trx('audit_head').delete());
    expect((await verify()).intact).toBe(false);
  });

  it('notices that all of it is gone, the head as well (R79)', async () => {
    await tamper(async (trx) => {
      await trx('audit_events').delete();
      await trx('audit_head').delete();
    });
    expect((await verify()).intact).toBe(false);
  });

  it('notices two events that changed places (R79)', async () => {
    await tamper(async (trx) => {
      const [first, second] = await trx('audit_events').whereIn('id', [12, 13]).orderBy('id');
      const { id: _first, ...one } = first;
      const { id: _second, ...other } = second;
      await trx('audit_events').where('id', 12).update(other);
      await trx('audit_events').where('id', 13).update(one);
    });
    expect(await verify()).toEqual({ intact: false, eventId: 12, problem: 'was altered' });
  });

  it('notices an event that was added by hand, and one that was sealed with another key (R79)', async () => {
    await app.db.write(async (trx) => {
      const { id: _, ...row } = await trx('audit_events').where('id', last).first();
      await trx('audit_events').insert(row);
    });
    expect(await verify()).toMatchObject({ intact: false, eventId: last + 1 });
    await app.close();
    app = await startApp();
    const before = (await verify()) as { events: number };
    const change = { action: 'user.kissed', subjectType: 'user', subjectId: 1, subjectName: 'x' } as const;
    await app.db.write((trx) => recordChanges(trx, { ...act(), auditKey: 'a key that an attacker made up' }, [change]));
    expect(await verify()).toEqual({ intact: false, eventId: before.events + 1, problem: 'was altered' });
  });

  it('is verified with its own key only', async () => {
    expect(await verifyChain(app.db.read, 'another key')).toEqual({
      intact: false,
      eventId: 1,
      problem: 'was altered',
    });
  });

  it('stays whole over thousands of events that were written at once', async () => {
    const changes = Array.from({ length: 1_300 }, (_, n) => ({
      action: 'user.kissed',
      subjectType: 'user' as const,
      subjectId: n,
      subjectName: `user ${n} "'\\ \u2028 ü 🦊`,
      before: { n },
      after: { n: [n, null, true, '\u0000'] },
    }));
    await app.db.write((trx) => recordChanges(trx, act(), changes));
    expect(await verify()).toEqual({ intact: true, events: last + 1_300 });
    await tamper((trx) =>
      trx('audit_events')
        .where('id', last + 801)
        .update({ after: '{}' }),
    );
    expect(await verify()).toEqual({ intact: false, eventId: last + 801, problem: 'was altered' });
  });

  it('is one chain, however many write at once', async () => {
    const writing = Array.from({ length: 40 }, (_, n) =>
      app.db.write((trx) =>
        recordChanges(trx, act(`writer ${n}`), [{ action: 'x', subjectType: 'user', subjectId: n, subjectName: 'x' }]),
      ),
    );
    await Promise.all(writing);
    expect(await verify()).toEqual({ intact: true, events: last + 40 });
  });

  it.each<[string, (trx: Transaction) => Promise<unknown>]>([
    ['UPDATE', (trx) => trx('audit_events').where('id', 12).update({ actor_name: 'x' })],
    ['an UPDATE that changes nothing', (trx) => trx.raw('update audit_events set id = id where id = 12')],
    ['DELETE', (trx) => trx('audit_events').where('id', 12).delete()],
    ['DELETE of all', (trx) => trx.raw('delete from audit_events')],
    ...OF_ONE_DATABASE,
    [
      'an upsert',
      (trx) =>
        trx.raw(
          `insert into audit_events select * from audit_events where id = 12 on conflict (id) do update set actor_name = 'x'`,
        ),
    ],
  ])('is refused by the database: %s (R79)', async (_, change) => {
    await expect(app.db.write(change)).rejects.toThrow(/audit events are never changed/);
    expect(await verify()).toEqual({ intact: true, events: last });
  });

  it('is empty and whole in a Roster that nobody is in', async () => {
    await using empty = await startEmptyApp();
    expect(await verifyChain(empty.db.read, empty.config.secrets.audit)).toEqual({ intact: true, events: 0 });
  });
});

describe('an event that cannot be written', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());
  const refuseEvents = () => app.db.write((trx) => refuseBefore(trx, 'insert on audit_events', 'the disk is full'));

  it('takes the change back with it: nothing is done without its event (F3)', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.get('/credentials');
    const bob = await signedIn(app, 'bob');
    const before = await userRow(app, app.people.bob);
    await refuseEvents();
    for (const attempt of [
      () => alice.post(pathTo(app, 'bob', '/deactivation')),
      () => alice.post(pathTo(app, 'bob', '/access-confirmation')),
      () => alice.post('/users', { name: 'nora', email: 'nora@example.com' }),
    ])
      expect((await attempt()).status).toBe(500);
    expect(await userRow(app, app.people.bob)).toEqual(before);
    expect((await app.db.read('users').where('name', 'nora')).length).toBe(0);
    expect((await bob.get('/credentials')).status).toBe(200);
  });

  it('lets a refusal stand all the same, and tells the log', async () => {
    const rita = await signedIn(app, 'rita');
    await rita.get('/credentials');
    await refuseEvents();
    const refused = await rita.post(pathTo(app, 'bob', '/deactivation'));
    expect([refused.status, pageOf(refused).heading()]).toEqual([403, 'You may not do this']);
    expect((await userRow(app, app.people.bob)).activity).toBe('active');
    expect(app.log.some((line) => line.includes('a refusal could not be audited'))).toBe(true);
  });
});
