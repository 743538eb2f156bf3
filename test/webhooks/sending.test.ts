import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { recordChanges } from '../../src/audit/audit-store.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/clock.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { addContact } from '../support/contacts.ts';
import { everything } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { isOnPostgres } from '../support/postgres.ts';
import { type Received, Receiver } from '../support/receiver.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

const SETTINGS = {
  WEBHOOK_NETWORKS: '127.0.0.0/8',
  SMTP_URL: 'smtp://127.0.0.1:9',
  MAIL_FROM: 'roster@example.com',
  METRICS_TOKEN: 'a-token-of-the-metrics-of-a-test',
};
const KINDS = ['user.deactivated', 'user.activated'];

let app: TestApp;
let alice: Session;
let receiver: Receiver;

beforeEach(async () => {
  app = await startApp(SETTINGS);
  alice = await signedIn(app, 'alice');
  receiver = await Receiver.start();
});
afterEach(async () => {
  await app.close();
  await receiver.close();
});

const make = async (fields: Fields = {}) => {
  const some = { name: 'Chat', address: receiver.url, which: 'some', kinds: KINDS };
  const made = await submit(alice, '/webhooks/new', { ...some, ...fields });
  expect(made.status).toBe(200);
  const page = pageOf(made);
  const id = Number(page.$('a.main').attr('href')!.split('/').at(-1));
  return { id, secret: page.$('#secret').attr('value')!, path: `/webhooks/${id}` };
};
/** By turns deactivated and activated. */
const change = async (n: number) =>
  expect((await alice.send(n % 2 ? 'delete' : 'post', pathTo(app, 'bob', '/deactivation'))).status).toBe(303);
const round = () => app.context.webhooks.round();
const webhook = (id: number) => app.db.read('webhooks').where({ id }).first();
const ids = () => receiver.received.map(({ headers }) => headers['webhook-id']);
const numbers = () => receiver.received.map(({ message }) => message.data.id);

/** As Standard Webhooks says that it is done. */
function verify(secret: string, { headers, body }: Received): boolean {
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(expected);
}

describe('a webhook', () => {
  it('gets what happens after it was made, signed by a secret that is shown once and kept nowhere (R55)', async () => {
    await change(0);
    const { secret, path } = await make();
    await round();
    expect(receiver.received).toEqual([]);
    await change(1);
    await round();
    const [message] = receiver.received;
    expect(receiver.types()).toEqual(['user.activated']);
    expect(message.message.data).toMatchObject({ actor: { name: 'alice' }, subject: { name: 'bob' } });
    expect(message.path).toBe('/hook');
    expect(verify(secret, message)).toBe(true);
    expect(verify(secret, { ...message, body: `${message.body} ` })).toBe(false);
    expect(Number(message.headers['webhook-timestamp'])).toBe(Math.floor(app.clock.now() / SECOND));
    const kept = JSON.stringify(await everything(app));
    expect(kept).not.toContain(secret.slice(6));
    expect(kept).not.toContain(Buffer.from(secret.slice(6), 'base64').toString('hex'));
    expect((await alice.get(path)).text).not.toContain(secret.slice(6));
    expect(app.log.join('\n')).not.toContain(secret.slice(6));
  });

  it('is signed by both secrets for a day after another was made', async () => {
    const { secret, path } = await make();
    const renewed = pageOf(await submit(alice, `${path}/rotation/new`))
      .$('#secret')
      .attr('value')!;
    expect(renewed).not.toBe(secret);
    await change(0);
    await round();
    app.clock.advance(DAY + 1);
    alice = await signedIn(app, 'alice');
    await change(1);
    await round();
    const [first, second] = receiver.received;
    expect([verify(secret, first), verify(renewed, first)]).toEqual([true, true]);
    expect([verify(secret, second), verify(renewed, second)]).toEqual([false, true]);
  });

  it('of nobody carries ids alone, and of contacts not even these (R86)', async () => {
    await make({ user: '', which: 'all' });
    await change(0);
    const contact = await addContact(app, { name: 'Hilda Hidden' });
    expect((await alice.post(`/contacts/${contact}/deletion`)).status).toBe(303);
    await round();
    expect(receiver.types()).toEqual(['user.deactivated', 'contact.deleted']);
    const [user, other] = receiver.received.map(({ message }) => message.data);
    expect(user).toEqual({
      id: expect.any(Number),
      at: expect.any(String),
      actor: { id: app.people.alice },
      action: 'user.deactivated',
      subject: { type: 'user', id: app.people.bob },
      operation: expect.anything(),
    });
    expect(other).toMatchObject({ subject: { type: 'contact', id: null } });
    expect(JSON.stringify(receiver.received)).not.toMatch(/alice|bob|hilda/i);
  });

  it('of somebody carries what they may read at the moment of each sending, and ends with them', async () => {
    const { id } = await make({ which: 'all' });
    await app.db.write((trx) => trx('group_permissions').whereIn('application', ['contacts']).delete());
    const contact = await addContact(app, { name: 'Hilda Hidden', ownerUserId: app.people.ada });
    await alice.send('patch', pathTo(app, 'bob'), {
      ...(await app.db.read('users').where('id', app.people.bob).first('name', 'email', 'version')),
      description: 'on the night shift',
    });
    await app.db.write((trx) => trx('contacts').where({ id: contact }).update({ owner_user_id: app.people.ada }));
    await round();
    expect(JSON.stringify(receiver.received)).toContain('night shift');
    await app.db.write((trx) => trx('group_permissions').where('application', 'users').delete());
    await app.db.write((trx) =>
      trx('webhook_deliveries').update({ next_at: new Date(app.clock.now()).toISOString(), delivered_at: null }),
    );
    await round();
    expect(receiver.received.at(-1)!.body).not.toContain('night shift');
    const before = receiver.received.length;
    await app.db.write((trx) => trx('users').where('id', app.people.alice).update({ activity: 'deactivated' }));
    await app.db.write((trx) =>
      trx('webhook_deliveries').update({ next_at: new Date(app.clock.now()).toISOString(), delivered_at: null }),
    );
    await round();
    expect(receiver.received).toHaveLength(before);
    expect(await webhook(id)).toMatchObject({ disabled_why: 'its user is deactivated' });
  });
});

describe('what is sent', () => {
  it('is tried again later and later, across a restart, under the same number, and is neither lost nor doubled', async () => {
    const { id } = await make();
    const start = (await webhook(id)).position;
    receiver.answer = (res) => res.writeHead(500).end('not now\nreally');
    await change(0);
    await change(1);
    await round();
    await round();
    expect(receiver.received).toHaveLength(1);
    expect(await webhook(id)).toMatchObject({ failures: 1 });
    app.clock.advance(6 * SECOND);
    await round();
    app.clock.advance(MINUTE);
    await round();
    expect(receiver.received.length).toBe(3);
    expect((await app.db.read('webhook_deliveries').orderBy('id').first()).answer).toBe('not now really');
    app = await app.restart();
    receiver.answer = (res) => res.writeHead(200).end();
    alice = await signedIn(app, 'alice');
    await change(0);
    app.clock.advance(HOUR);
    await round();
    const arrived = receiver.received.slice(3);
    expect(arrived.map(({ message }) => message.type).toSorted()).toEqual(
      ['user.activated', 'user.deactivated', 'user.deactivated'].toSorted(),
    );
    expect(new Set(ids()).size).toBe(3);
    const events = await app.db.read('audit_events').where('id', '>', start).whereIn('action', KINDS).pluck('id');
    expect(arrived.map(({ message }) => message.data.id).toSorted()).toEqual(events.toSorted());
    await round();
    expect(receiver.received).toHaveLength(6);
    expect(await webhook(id)).toMatchObject({ failures: 0, failing_since: null });
  });

  it('is not held up by one event that the receiver does not take, which is given up after three days', async () => {
    const { path } = await make();
    receiver.answer = (res) => res.writeHead(receiver.types().at(-1) === 'user.deactivated' ? 500 : 200).end();
    await change(0);
    await change(1);
    await round();
    app.clock.advance(10 * SECOND);
    await round();
    expect(receiver.types()).toEqual(['user.deactivated', 'user.activated']);
    app.clock.advance(3 * DAY);
    await round();
    await round();
    expect(await app.db.read('webhook_deliveries').orderBy('id').pluck('failed_at')).toEqual([
      expect.any(String),
      null,
    ]);
    receiver.answer = (res) => res.writeHead(200).end();
    alice = await signedIn(app, 'alice');
    const audit = await watchAudit(app);
    const again = pageOf(await alice.get(path))
      .$('form[action$="/replay"]')
      .last()
      .attr('action')!;
    expect((await alice.post(again)).status).toBe(303);
    expect((await alice.post(again)).status).toBe(409);
    expect(await audit.actions()).toEqual(['webhook.replayed']);
    app.clock.advance(10 * SECOND);
    await round();
    expect(receiver.types().at(-1)).toBe('user.deactivated');
    expect(ids().at(-1)).toBe(ids()[0]);
  });

  it('ends after days in which nothing arrived, told to administrators; enabled again it goes on where it stopped', async () => {
    const { id, path } = await make();
    const audit = await watchAudit(app);
    receiver.answer = (res) => res.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end();
    await change(0);
    for (let hours = 0; hours <= 73; hours += 12) {
      await round();
      app.clock.advance(12 * HOUR);
    }
    expect(await webhook(id)).toMatchObject({ disabled_why: 'nothing arrived there for days' });
    expect((await audit.actions()).at(-1)).toBe('webhook.disabled');
    const mails = await app.db.read('outbox').where('kind', 'webhook-disabled').pluck('user_id');
    expect(mails.toSorted()).toEqual([app.people.alice, app.people.ada].toSorted());
    const tried = receiver.received.length;
    alice = await signedIn(app, 'alice');
    await change(1);
    receiver.answer = (res) => res.writeHead(200).end();
    await round();
    expect(receiver.received).toHaveLength(tried);
    expect((await alice.send('delete', `${path}/disabling`, { from: 'stop' })).status).toBe(303);
    await round();
    expect(receiver.types().slice(tried)).toEqual(['user.deactivated', 'user.activated']);
    await alice.post(`${path}/disabling`);
    await change(0);
    await alice.send('delete', `${path}/disabling`, { from: 'now' });
    await change(1);
    await round();
    expect(receiver.types().slice(tried)).toEqual(['user.deactivated', 'user.activated', 'user.activated']);
  });

  it('is told as trouble to who can mend it, for as long as nothing arrives', async () => {
    const { path } = await make();
    const banner = async () => {
      await app.context.troubles.look();
      return pageOf(await alice.get('/users')).textOf('#troubles');
    };
    const failing = async () => {
      const { text } = await supertest(app.url)
        .get('/metrics')
        .set('Authorization', `Bearer ${SETTINGS.METRICS_TOKEN}`);
      return Number(/^roster_webhooks_failing (\d+)$/m.exec(text)?.[1]);
    };
    receiver.answer = (res) => res.writeHead(500).end();
    await change(0);
    expect([await banner(), await failing()]).toEqual(['', 0]);
    await round();
    expect(await banner()).toContain('Nothing arrives at the webhook Chat');
    expect(
      pageOf(await alice.get('/users'))
        .$(`#troubles a[href="${path}"]`)
        .text(),
    ).toBe('Webhook Chat');
    expect(await failing()).toBe(1);
    receiver.answer = (res) => res.writeHead(410).end();
    app.clock.advance(MINUTE);
    await round();
    expect(await banner()).toContain('The webhook Chat was disabled: it was answered that it is gone (410).');
    receiver.answer = (res) => res.writeHead(200).end();
    await alice.send('delete', `${path}/disabling`, { from: 'stop' });
    await round();
    expect([await banner(), await failing()]).toEqual(['', 0]);
    // Somebody who disables it by hand knows.
    await alice.post(`${path}/disabling`);
    expect([await banner(), await failing()]).toEqual(['', 0]);
  });

  it('ends at once where the receiver says that it is gone', async () => {
    const { id } = await make();
    receiver.answer = (res) => res.writeHead(410).end();
    await change(0);
    await round();
    expect(Boolean((await webhook(id)).is_enabled)).toBe(false);
  });

  it('comes to no more than a hundred that wait, and leaves none of the others out', async () => {
    const { id } = await make({ which: 'all' });
    receiver.answer = (res) => res.writeHead(503).end();
    const events = Array.from({ length: 120 }, (_, n) => ({
      action: 'user.updated',
      subjectType: 'user' as const,
      subjectId: app.people.bob,
      subjectName: 'bob',
      after: { loginAttempts: n },
    }));
    await app.db.write((trx) => recordChanges(trx, programAct(app.context.actSettings, { name: 'Roster' }), events));
    await round();
    expect(await app.db.read('webhook_deliveries').where('webhook_id', id)).toHaveLength(100);
    receiver.answer = (res) => res.writeHead(200).end();
    const refused = receiver.received.length;
    app.clock.advance(HOUR);
    await round();
    expect(new Set(numbers().slice(refused)).size).toBe(120);
    expect(receiver.received).toHaveLength(refused + 120);
  });

  if (isOnPostgres)
    it('is sent by one of several processes, whichever looks, and goes on with another when that ends', async () => {
      await make();
      const other = await app.beside();
      await change(0);
      await Promise.all([app, other].map(({ context }) => context.webhooks.round()));
      await change(1);
      await Promise.all([other, app].map(({ context }) => context.webhooks.round()));
      expect(receiver.types()).toEqual(['user.deactivated', 'user.activated']);
      await other.close();
      await change(0);
      await round();
      expect(receiver.received).toHaveLength(3);
    });
});
