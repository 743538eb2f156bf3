import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { instant } from '../../src/clock.ts';
import { endWhatActs } from '../../src/installation/backups/old-data.ts';
import { commandLineAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { facts } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

const NEW = { name: 'Chat', address: 'https://hooks.example.com/a', user: '' };

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

/** Max may change settings and read the audit, and less than alice otherwise. */
async function maxMaySet(): Promise<Session> {
  const group_id = Number(await groupId(app, 'Helpdesk'));
  await app.db.write(async (trx) => {
    for (const application of ['settings', 'audit'])
      await trx('group_permissions').insert({ group_id, application, level: 'write' });
  });
  return signedIn(app, 'max');
}
const webhooks = () => app.db.read('webhooks').orderBy('id').select('name', 'address', 'user_id', 'is_enabled');

describe('webhooks', () => {
  it('belong to whoever makes them, to a program of theirs, or to nobody, and send on for nobody else (R61)', async () => {
    const max = await maxMaySet();
    expect(pageOf(await max.get('/webhooks/new')).typed()).toMatchObject({ user: 'max', which: 'all' });
    for (const [user, said] of [
      ['alice', /What alice may read is not for you/],
      ['bob', /What bob may read is not for you/],
      ['robin', /robin may not read the audit/],
      ['dave', /dave is deactivated/],
      ['nobody at all', /no such user/],
    ] as const) {
      const refused = await submit(max, '/webhooks/new', { ...NEW, user });
      expect([user, refused.status]).toEqual([user, 422]);
      expect(pageOf(refused).errors().user).toMatch(said);
      expect(pageOf(refused).typed()).toMatchObject({ ...NEW, user });
    }
    expect(await webhooks()).toEqual([]);
    expect((await submit(max, '/webhooks/new', { ...NEW, user: 'MAX' })).status).toBe(200);
    expect((await submit(alice, '/webhooks/new', { ...NEW, user: 'alice' })).status).toBe(200);
    const [, hers] = await webhooks();
    expect(hers.user_id).toBe(app.people.alice);
    const audit = await watchAudit(app);
    const before = await facts(app);
    const turned = await submit(max, '/webhooks/2/edit', { address: 'https://evil.example/' });
    expect(pageOf(turned).errors().user).toMatch(/What alice may read/);
    expect((await max.post('/webhooks/2/rotation')).status).toBe(403);
    expect((await facts(app)).webhooks).toEqual(before.webhooks);
    expect(await audit.actions()).toEqual(['request.refused', 'request.refused']);
    const freed = await submit(max, '/webhooks/2/edit', { address: 'https://max.example/', user: '' });
    expect(freed.status).toBe(303);
    expect((await webhooks())[1]).toMatchObject({ address: 'https://max.example/', user_id: null });
  });

  it('tell nobody who may not read users who there is, or what they are called (R86)', async () => {
    const max = await maxMaySet();
    await app.db.write((trx) =>
      trx('group_permissions').where('application', 'users').whereNot('group_id', 1).delete(),
    );
    for (const user of ['alice', 'bob@example.com', 'robin', 'dave', 'nobody at all', 'nobody@example.com']) {
      const refused = await submit(max, '/webhooks/new', { ...NEW, user });
      expect([user, refused.status]).toEqual([user, 422]);
      expect(pageOf(refused).errors()).toEqual({
        user: 'What others may read is not for you to send on: choose yourself, or nobody.',
      });
    }
    for (const user of ['max@example.com', ''])
      expect((await submit(max, '/webhooks/new', { ...NEW, user })).status).toBe(200);
  });

  it('of a program are made by those alone who read all that it may come to read (R85)', async () => {
    const group_id = Number(await groupId(app, 'Support'));
    await app.db.write(async (trx) => {
      await trx('group_permissions').insert({ group_id, application: 'audit', level: 'read' });
      const granted_at = instant(app.clock.now());
      await trx('memberships').insert({ user_id: app.people.robin, group_id, granted_at });
    });
    const max = await maxMaySet();
    const refused = await submit(max, '/webhooks/new', { ...NEW, user: 'robin' });
    expect(pageOf(refused).errors().user).toMatch(/robin may come to read more than you/);
    expect(await webhooks()).toEqual([]);
    expect((await submit(alice, '/webhooks/new', { ...NEW, user: 'robin' })).status).toBe(200);
    const [, ...more] = await webhooks();
    expect(more).toEqual([]);
    expect((await max.post('/webhooks/1/rotation')).status).toBe(403);
  });

  it('are told by the audit with what was changed, to those alone who may read settings (R86)', async () => {
    await submit(alice, '/webhooks/new', { ...NEW, which: 'some', kinds: ['user.created', 'user.updated'] });
    await submit(alice, '/webhooks/1/edit', { address: 'https://hooks.example.com/b', which: 'all' });
    const told = (await alice.get('/audit')).text;
    expect(told).toContain('https://hooks.example.com/b');
    const rita = (await (await signedIn(app, 'rita')).get('/audit')).text;
    expect(rita).toContain('changed the webhook');
    expect(rita).not.toContain('hooks.example.com');
  });

  it('are changed by nobody who does not see what somebody else saved meanwhile', async () => {
    await submit(alice, '/webhooks/new', NEW);
    const opened = pageOf(await alice.get('/webhooks/1/edit')).typed();
    await submit(alice, '/webhooks/1/edit', { name: 'Talk' });
    const { _method, ...typed } = opened;
    const late = await alice.send('patch', '/webhooks/1', { ...typed, address: 'https://hooks.example.com/late' });
    expect(late.status).toBe(409);
    expect(pageOf(late).texts('.theirs')).toContain('Saved meanwhile: Talk');
    expect((await webhooks())[0]).toMatchObject({ name: 'Talk', address: NEW.address });
  });

  it('are told of where nothing is sent to their address any more', async () => {
    await submit(alice, '/webhooks/new', NEW);
    await app.db.write((trx) => trx('webhooks').update({ address: 'http://8.8.8.8/' }));
    for (const path of ['/webhooks', '/webhooks/1'])
      expect((await alice.get(path)).text).toMatch(/nothing is sent.*use https/is);
    const saved = await submit(alice, '/webhooks/1/edit', { name: 'Other' });
    expect([saved.status, pageOf(saved).errors().address]).toEqual([422, expect.stringContaining('use https')]);
  });

  it('are not found where there is none, and take no input that makes no sense', async () => {
    await submit(alice, '/webhooks/new', NEW);
    const before = await facts(app);
    for (const id of ['999999', '0', '-1', '01', '1e3', 'abc', '99999999999999999999', '%27'])
      for (const rest of ['', '/edit', '/rotation/new', '/deletion/new'])
        expect([id, rest, (await alice.get(`/webhooks/${id}${rest}`)).status]).toEqual([id, rest, 404]);
    for (const delivery of ['999999', '0', 'abc'])
      expect((await alice.post(`/webhooks/1/deliveries/${delivery}/replay`)).status).toBe(404);
    const send = (fields: object) => alice.post('/webhooks', { ...NEW, which: 'all', ...fields });
    expect((await send({ kinds: ['user.kissed'] })).status).toBe(422);
    expect((await send({ which: 'some' })).status).toBe(422);
    expect((await send({ which: 'x' })).status).toBe(422);
    expect((await send({ name: 'x'.repeat(101) })).status).toBe(422);
    expect((await send({ name: 'a\0b' })).status).toBe(422);
    expect((await send({ address: ['a', 'b'] })).status).toBe(400);
    expect((await facts(app)).webhooks).toEqual(before.webhooks);
  });

  it('send nothing from data that comes to life again', async () => {
    await submit(alice, '/webhooks/new', NEW);
    const act = { ...commandLineAct(app.context.actSettings), at: instant(app.clock.now()) };
    const why = { mails: 'x', operations: 'x', webhooks: 'a backup was restored' };
    await app.db.write((trx) => endWhatActs(trx, act, { since: undefined }, why));
    const page = pageOf(await alice.get('/webhooks/1'));
    expect(page.textOf('main')).toContain('Disabled: a backup was restored.');
    expect(page.texts('main form button')).toEqual(['Enable, from where it stopped', 'Enable, from now on']);
  });
});
