import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { verifyChain } from '../../src/audit/chain.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { Listener } from '../support/listener.ts';
import { groupId, pathTo } from '../support/people.ts';
import { isOnPostgres } from '../support/postgres.ts';
import { type Program, programAs } from '../support/program.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
let program: Program;

beforeEach(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  alice = await signedIn(app, 'alice');
  program = await programAs(app, 'alice', ['events:read', 'users:read']);
});
afterEach(() => app.close());

const change = async (n: number, by = alice) =>
  expect((await by.send(n % 2 ? 'delete' : 'post', pathTo(app, 'bob', '/deactivation'))).status).toBe(303);
const latest = async (): Promise<number> => (await program.get('/events?after=latest')).body.last;

/** All that a program gets to read that goes on and on, until there is no more. */
async function readOn(from: Program, after: number, limit = 2): Promise<{ ids: number[]; last: number }> {
  const ids: number[] = [];
  let path = `/events?after=${after}&limit=${limit}`;
  for (;;) {
    const { status, body } = await from.get(path);
    expect(status).toBe(200);
    ids.push(...body.items.map(({ id }: { id: number }) => id));
    if (!body.more) return { ids, last: body.last };
    path = body.next.replace('/api/v1', '');
  }
}

describe('whoever reads on from event to event', () => {
  it('misses none and gets none twice, across a restart', async () => {
    const start = await latest();
    for (let n = 0; n < 3; n++) await change(n);
    const before = await readOn(program, start);
    app = await app.restart();
    alice = await signedIn(app, 'alice');
    for (let n = 3; n < 6; n++) await change(n);
    const again = await programAs(app, 'alice', ['events:read']);
    const after = await readOn(again, before.last);
    const rows: number[] = await app.db.read('audit_events').where('id', '>', start).orderBy('id').pluck('id');
    expect([...before.ids, ...after.ids]).toEqual(rows);
    expect(rows.length).toBeGreaterThanOrEqual(6);
    expect((await readOn(again, after.last)).ids).toEqual([]);
  });

  it('is led past what is of other kinds, and is told where there is no such event or kind', async () => {
    const start = await latest();
    for (let n = 0; n < 2; n++) await change(n);
    const { body } = await program.get(`/events?after=${start}&kind=user.activated`);
    expect(body.items).toMatchObject([{ action: 'user.activated', subject: { type: 'user', id: app.people.bob } }]);
    expect(body.last).toBe(await latest());
    const wrong = ['after=999999', 'after=-1', 'after=x', 'kind=user.activatedd', 'limit=0', 'limit=201', 'colour=red'];
    for (const query of [...wrong, 'after=1&after=2', `kind=${'x'.repeat(5_000)}`, 'kind=__proto__'])
      expect([query.slice(0, 30), (await program.get(`/events?${query}`)).status]).toEqual([query.slice(0, 30), 422]);
    const many = `?${Array.from({ length: 51 }, () => 'kind=user.created').join('&')}`;
    expect((await program.get(`/events${many}`)).status).toBe(422);
    expect((await program.ask('get', '/events', { Accept: 'text/event-stream', 'Last-Event-ID': 'x' })).status).toBe(
      422,
    );
  });

  it('gets to know no more than token and user may: else ids alone, and nothing of contacts (R86)', async () => {
    const start = await latest();
    await alice.send('patch', pathTo(app, 'bob'), {
      ...(await app.db.read('users').where('id', app.people.bob).first('name', 'email', 'version')),
      description: 'on the night shift',
    });
    const hidden = await addContact(app, { name: 'Secret GmbH', ownerUserId: app.people.ada });
    await app.db.write((trx) => trx('contacts').where('id', hidden).update({ owner_user_id: app.people.ada }));
    const ada = await signedIn(app, 'ada');
    expect((await ada.post(`/contacts/${hidden}/deletion`)).status).toBe(303);
    const told = async (scopes: Parameters<typeof programAs>[2]) =>
      (await (await programAs(app, 'alice', scopes)).get(`/events?after=${start}`)).body.items;
    const [all, narrow] = [await told(['events:read', 'users:read', 'contacts:read']), await told(['events:read'])];
    expect(JSON.stringify(all)).toContain('night shift');
    expect(JSON.stringify(narrow)).not.toContain('night shift');
    expect(narrow.map(({ address }: { address: string }) => address)).toEqual(['', '']);
    for (const items of [all, narrow]) {
      expect(items.map(({ id }: { id: number }) => id)).toEqual([start + 1, start + 2]);
      expect(items[1]).toMatchObject({ action: 'contact.deleted', subject: { id: null }, before: {}, after: {} });
      expect(JSON.stringify(items)).not.toContain('Secret');
    }
  });

  it('needs the scope of its own, and a user who may read the audit at this moment (R58)', async () => {
    expect((await (await programAs(app, 'alice', ['audit:read', 'users:write'])).get('/events')).status).toBe(403);
    expect((await (await programAs(app, 'bob', ['events:read'])).get('/events')).status).toBe(403);
    const rita = await programAs(app, 'alice', ['events:read']);
    expect((await rita.get('/events')).status).toBe(200);
    await app.db.write((trx) => trx('group_permissions').where('application', 'audit').delete());
    expect((await rita.get('/events')).status).toBe(403);
  });
});

describe('whoever listens', () => {
  it('is told as it happens, goes on from where it was cut off, and hears nothing twice', async () => {
    const start = await latest();
    await change(0);
    const listener = await Listener.to(program, `?after=${start}&kind=user.deactivated&kind=user.activated`);
    expect([listener.status, listener.type]).toEqual([200, 'text/event-stream; charset=utf-8']);
    await listener.until((said) => said.length === 1);
    await change(1);
    await listener.until((said) => said.length === 2);
    listener.leave();
    await change(2);
    const again = await Listener.to(program, '?kind=user.deactivated&kind=user.activated', {
      'Last-Event-ID': listener.lastId,
    });
    await again.until((said) => said.length === 1);
    again.leave();
    const all = [...listener.said, ...again.said];
    expect(all.map(({ action }) => action)).toEqual(['user.deactivated', 'user.activated', 'user.deactivated']);
    expect(new Set(all.map(({ id }) => id)).size).toBe(3);
  });

  it('is cut off when the token or the right ends, and when the server stops', async () => {
    const ada = await programAs(app, 'ada', ['events:read']);
    const lost = await Listener.to(ada, '?after=latest');
    const kept = await Listener.to(program, '?after=latest');
    await alice.post(pathTo(app, 'ada', '/deactivation'));
    await lost.over();
    await kept.until((said) => said.length > 0);
    expect(lost.said).toEqual([]);
    await app.db.write((trx) => trx('group_permissions').where('application', 'audit').delete());
    await change(0);
    await kept.over();
    await app.db.write(async (trx) =>
      trx('group_permissions').insert({
        group_id: Number(await groupId(app, 'Administrators')),
        application: 'audit',
        level: 'read',
      }),
    );
    const last = await Listener.to(program, '?after=latest');
    expect(last.status).toBe(200);
    for (const end of app.context.ends) end();
    await last.over();
  });

  it('is one of few with the same token', async () => {
    const listeners = await Promise.all([1, 2, 3, 4].map(() => Listener.to(program, '?after=latest')));
    expect(listeners.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const fifth = await Listener.to(program, '?after=latest');
    expect(fifth.status).toBe(429);
    for (const listener of listeners) listener.leave();
  });
});

describe('the audit', () => {
  it('says by which token something was done, and is sealed with it', async () => {
    const writing = await programAs(app, 'alice', ['users:write', 'groups:write', 'contacts:write', 'audit:write']);
    const start = await latest();
    const made = await writing.send('post', '/users', { name: 'nora', email: 'nora@example.com' });
    expect(made.status).toBe(201);
    const token = { id: writing.tokenId, name: 'test' };
    const reading = await programAs(app, 'alice', ['audit:read']);
    const { items } = (await reading.get('/audit')).body;
    expect(items[0]).toMatchObject({ id: start + 1, actor: { name: 'alice' }, token, action: 'user.created' });
    expect(items.at(-1).token).toBeNull();
    const page = await alice.get('/audit');
    expect(page.text.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ')).toContain('alice (token test) created nora');
    expect(await verifyChain(app.db.read, app.config.secrets.audit)).toMatchObject({ intact: true });
    const alter = (columns: object) =>
      app.db.write(async (trx) => {
        if (isOnPostgres) await trx.raw('set local session_replication_role = replica');
        else await trx.raw('drop trigger if exists audit_events_refuse_update');
        await trx('audit_events')
          .where('id', start + 1)
          .update(columns);
      });
    for (const columns of [{ token_id: writing.tokenId + 1 }, { token_id: null }, { token_id: null, form: 2 }]) {
      await alter(columns);
      expect(await verifyChain(app.db.read, app.config.secrets.audit)).toMatchObject({ eventId: start + 1 });
      await alter({ token_id: writing.tokenId, form: 3 });
    }
    await app.db.write((trx) => trx.raw('select 1'));
    expect(await verifyChain(app.db.read, app.config.secrets.audit)).toMatchObject({ intact: true });
  });
});
