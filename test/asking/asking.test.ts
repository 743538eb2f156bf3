import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { asked, letAskFor } from '../support/asking.ts';
import { watchAudit } from '../support/audit.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp({
    SMTP_URL: 'smtp://127.0.0.1:9',
    MAIL_FROM: 'roster@example.com',
    SESSION_IDLE: '6000',
    SESSION_MAX: '240',
  });
});
afterEach(() => app.close());

const FORM = '/access-requests/new';
const HOURS = 3_600_000;
const requests = async () => app.db.read('access_requests').orderBy('id');
const mails = async (kind: string) =>
  (await app.db.read('outbox').where({ kind }).orderBy('id')).map(({ user_id, facts }) => ({
    to: user_id,
    ...JSON.parse(facts),
  }));

it('asks for a group, and tells who leads it', async () => {
  const support = await letAskFor(app, 'Support', { contacts: 'read' });
  const erin = await signedIn(app, 'rita');
  const audit = await watchAudit(app);
  const sent = await submit(erin, FORM, { asked: `group ${support}`, reason: 'I <help> out', untilAt: '2026-12-24' });
  expect([sent.status, sent.headers.location]).toEqual([303, expect.stringMatching(/^\/access-requests\/\d+$/)]);
  const page = pageOf(await erin.get(sent.headers.location));
  expect([page.fact('What'), page.fact('For'), page.fact('Until')]).toEqual([
    'Support',
    'I <help> out',
    expect.stringContaining('24'),
  ]);
  const [event, ...others] = await audit.since();
  expect([event.action, event.subjectName, event.after.reason, others.length]).toEqual([
    'access.asked',
    'rita',
    'I <help> out',
    0,
  ]);
  expect(await mails('access-asked')).toEqual([
    expect.objectContaining({ to: app.people.lena, who: 'rita', what: 'Support', reason: 'I <help> out' }),
  ]);
  expect(pageOf(await erin.get('/me')).textOf('#requests + ul')).toContain('Support not answered yet');
});

it('tells administrators where nobody leads the group, and leaders of whatever group gives a right', async () => {
  await letAskFor(app, 'Auditors');
  const support = await letAskFor(app, 'Support', { contacts: 'write' });
  const bob = await signedIn(app, 'bob');
  const auditors = await groupId(app, 'Auditors');
  expect((await submit(bob, FORM, { asked: `group ${auditors}`, reason: 'r' })).status).toBe(303);
  const told = (await mails('access-asked')).map(({ to }) => to).toSorted();
  expect(told).toEqual([app.people.alice, app.people.ada].toSorted());
  await app.db.write((trx) =>
    trx('memberships')
      .where({ user_id: app.people.bob, group_id: Number(support) })
      .delete(),
  );
  expect((await submit(bob, FORM, { asked: 'write contacts', reason: 'r' })).status).toBe(303);
  expect((await mails('access-asked')).at(-1)).toMatchObject({ to: app.people.lena, what: 'write on contacts' });
});

it('leads to its form from the page of one’s own where there is something to ask for', async () => {
  const bob = await signedIn(app, 'bob');
  const leads = async () => pageOf(await bob.get('/me')).$(`main a[href="${FORM}"]`).length;
  expect(await leads()).toBe(0);
  await letAskFor(app, 'Support');
  expect(await leads()).toBe(0);
  await letAskFor(app, 'Auditors');
  expect(await leads()).toBe(1);
});

it('names no group that cannot be asked for, and answers for it as for one that is not there (R86)', async () => {
  const support = await letAskFor(app, 'Support');
  const auditors = await groupId(app, 'Auditors');
  const rita = await signedIn(app, 'max');
  const form = pageOf(await rita.get(FORM));
  expect(form.texts('main .choice strong')).toEqual(['Support']);
  const answers = [];
  for (const what of [`group ${auditors}`, 'group 999999', 'read audit', 'read constructor', 'read nowhere'])
    answers.push(pageOf(await rita.post(FORM.replace('/new', ''), { asked: what, reason: 'r' })).errors().asked);
  expect(new Set(answers)).toEqual(new Set(['This cannot be asked for, or not any more.']));
  await app.db.write((trx) => trx('groups').where('id', support).update({ activity: 'deactivated' }));
  expect(pageOf(await rita.get(FORM)).textOf('main')).toContain('nothing here that you could ask for');
  expect(await requests()).toEqual([]);
});

it('keeps what was typed beside what is wrong with it', async () => {
  await letAskFor(app, 'Support');
  const rita = await signedIn(app, 'rita');
  const long = 'x'.repeat(1001);
  const failed = await submit(rita, FORM, { reason: long, untilAt: 'never' });
  expect([failed.status, Object.keys(pageOf(failed).errors()).toSorted()]).toEqual([
    422,
    ['asked', 'reason', 'untilAt'],
  ]);
  expect(pageOf(failed).typed().reason).toBe(long);
  const support = await groupId(app, 'Support');
  const over = await submit(rita, FORM, { asked: `group ${support}`, reason: 'r', untilAt: '2020-01-01' });
  expect([over.status, Object.keys(pageOf(over).errors())]).toEqual([422, ['untilAt']]);
  const arrays = await rita.post('/access-requests', { asked: ['group 1', 'group 2'], reason: 'r' });
  expect([arrays.status, await requests()]).toEqual([400, []]);
});

describe('is not asked', () => {
  it('for what one has, and twice for the same, however fast it is sent', async () => {
    const support = await letAskFor(app, 'Support', { contacts: 'read' });
    const bob = await signedIn(app, 'bob');
    const post = (what: string) => bob.post('/access-requests', { asked: what, reason: 'r' });
    expect(pageOf(await post(`group ${support}`)).errors().asked).toBe('You are in this group already.');
    expect(pageOf(await post('read contacts')).errors().asked).toBe('You have this right already.');
    const rita = await signedIn(app, 'rita');
    await rita.get(FORM);
    const twice = await Promise.all(
      [1, 2].map(() => rita.post('/access-requests', { asked: `group ${support}`, reason: 'r' })),
    );
    expect(twice.map(({ status }) => status).toSorted()).toEqual([303, 422]);
    expect((await requests()).length).toBe(1);
  });

  it('more often than anybody can read', async () => {
    await letAskFor(app, 'Support', {
      contacts: 'write',
      audit: 'write',
      groups: 'write',
      settings: 'write',
      users: 'write',
    });
    let rita = await signedIn(app, 'max');
    const ask = (what: string) => rita.post('/access-requests', { asked: what, reason: 'r' });
    const rights = ['write contacts', 'read contacts', 'write audit', 'read audit', 'write groups', 'read groups'];
    const statuses = [];
    for (const right of rights) statuses.push((await ask(right)).status);
    expect(statuses).toEqual([303, 303, 303, 303, 303, 422]);
    const withdraw = async () => {
      for (const { id } of await app.db.read('access_requests').where('answer', ''))
        expect((await rita.send('delete', `/access-requests/${id}`)).status).toBe(303);
    };
    await withdraw();
    for (const right of rights.slice(0, 5)) expect((await ask(right)).status).toBe(303);
    await withdraw();
    expect(pageOf(await ask(rights[0])).errors().asked).toContain('10 times since yesterday');
    // As where the clock was that far ahead, and has been set back since.
    app.clock.advance(-2 * HOURS);
    rita = await signedIn(app, 'max');
    expect((await ask(rights[0])).status).toBe(303);
    await withdraw();
    app.clock.advance(27 * HOURS);
    expect((await ask(rights[0])).status).toBe(303);
  });
});

it('is withdrawn by whoever asked, by nobody else, and once', async () => {
  const path = await asked(app, 'bob', { group_id: Number(await letAskFor(app, 'Auditors')) });
  const [bob, max, alice] = [await signedIn(app, 'bob'), await signedIn(app, 'max'), await signedIn(app, 'alice')];
  expect((await max.get(path)).status).toBe(404);
  expect((await max.send('delete', path)).status).toBe(404);
  expect((await alice.send('delete', path)).status).toBe(403);
  const audit = await watchAudit(app);
  expect((await bob.send('delete', path)).status).toBe(303);
  expect((await bob.send('delete', path)).status).toBe(303);
  expect(await audit.actions()).toEqual(['access.withdrawn']);
  expect(pageOf(await alice.get('/access-requests')).textOf('main')).toContain('Nothing waits');
});
