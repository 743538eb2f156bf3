import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { asked, letAskFor } from '../support/asking.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { signedIn } from '../support/session.ts';

let app: TestApp;
let support: number;
beforeEach(async () => {
  app = await startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });
  support = Number(await letAskFor(app, 'Support', { contacts: 'read' }));
});
afterEach(() => app.close());

const membership = (person: 'rita' | 'bob' | 'max' | 'alice' | 'lena', group = support) =>
  app.db.read('memberships').where({ user_id: app.people[person], group_id: group }).first();
const answers = async () => (await app.db.read('access_requests').orderBy('id')).map(({ answer }) => answer);
const answerMail = async () => {
  const mail = await app.db.read('outbox').where('kind', 'access-answered').first();
  return mail && { to: mail.user_id, ...JSON.parse(mail.facts) };
};

it('lets the leader give it, until a day, with an operation that can be taken back', async () => {
  const path = await asked(app, 'rita', { group_id: support });
  const lena = await signedIn(app, 'lena');
  expect(pageOf(await lena.get('/led-groups')).textOf('.waiting')).toContain('1 person asks for access');
  expect(pageOf(await lena.get('/access-requests')).texts('main li a')).toEqual(['rita asks for Support']);
  const audit = await watchAudit(app);
  const done = await submit(lena, path, { answer: 'give', untilAt: '2026-12-24', words: 'Welcome' });
  expect([done.status, done.headers.location]).toEqual([303, path]);
  expect(await membership('rita')).toMatchObject({ until_at: '2026-12-25T00:00:00.000Z', granted_by: app.people.lena });
  expect(await audit.actions()).toEqual(['membership.granted', 'access.given']);
  expect(await answerMail()).toMatchObject({ to: app.people.rita, group: 'Support', words: 'Welcome', by: 'lena' });
  expect(pageOf(await lena.get(path)).textOf('main')).toContain('Given by the group Support');
  const undo = pageOf(await lena.get(`/led-groups/${support}`))
    .$('#deeds + ul a')
    .attr('href');
  await submit(lena, `${undo}/undo`);
  expect(await membership('rita')).toBeUndefined();
});

it('lets nobody refuse without a reason, and mails it', async () => {
  const path = await asked(app, 'rita', { group_id: support });
  const lena = await signedIn(app, 'lena');
  const bad = await submit(lena, path, { answer: 'refuse', words: ' ' });
  expect([bad.status, Object.keys(pageOf(bad).errors())]).toEqual([422, ['words']]);
  expect((await submit(lena, path, { answer: 'refuse', words: 'Ask Max' })).status).toBe(303);
  expect([await membership('rita'), await answers()]).toEqual([undefined, ['refused']]);
  expect(await answerMail()).toMatchObject({ to: app.people.rita, group: '', words: 'Ask Max' });
  const rita = await signedIn(app, 'rita');
  expect(pageOf(await rita.get(path)).textOf('main')).toMatch(/Not given, .* by lena\. “Ask Max”/);
});

it('lets nobody decide about what they asked for themself (R61)', async () => {
  const own = await asked(app, 'alice', { group_id: support });
  const ofLeader = await asked(app, 'lena', { group_id: Number(await letAskFor(app, 'Auditors')) });
  const alice = await signedIn(app, 'alice');
  const before = await factsBesideAudit(app);
  expect((await alice.post(`${own}/decision`, { answer: 'give' })).status).toBe(403);
  expect((await (await signedIn(app, 'lena')).post(`${ofLeader}/decision`, { answer: 'give' })).status).toBe(403);
  expect(await answers()).toEqual(['', '']);
  expect((await factsBesideAudit(app)).memberships).toEqual(before.memberships);
  expect(pageOf(await alice.get('/access-requests')).texts('main li a')).toEqual(['lena asks for Auditors']);
  expect(pageOf(await alice.get('/users')).textOf('.waiting')).toContain('1 asks for access');
});

it('is nothing at all to whoever may not decide, however much it would give (R86)', async () => {
  const path = await asked(app, 'rita', { group_id: Number(await letAskFor(app, 'Administrators')) });
  const bob = await signedIn(app, 'bob');
  app.clock.advance(5 * MINUTE);
  const answers = [];
  for (const one of [path, '/access-requests/4711']) {
    const answer = await bob.post(`${one}/decision`, { answer: 'give' });
    answers.push([answer.status, pageOf(answer).heading()]);
  }
  expect(answers).toEqual([
    [404, 'Not found'],
    [404, 'Not found'],
  ]);
});

describe('is judged by the rules of the moment (R89)', () => {
  it('by whoever leads the group then', async () => {
    const path = await asked(app, 'rita', { group_id: support });
    const lena = await signedIn(app, 'lena');
    await lena.get(path);
    await app.db.write((trx) => trx('groups').where('id', support).update({ leader_id: app.people.bob }));
    expect((await lena.post(`${path}/decision`, { answer: 'give' })).status).toBe(404);
    expect(await answers()).toEqual(['']);
  });

  it('with the rights of whoever decides: neither by who maintains users alone, nor beyond what one holds (R62)', async () => {
    const path = await asked(app, 'rita', { group_id: support });
    const max = await signedIn(app, 'max');
    expect((await max.get('/access-requests')).status).toBe(404);
    expect((await max.post(`${path}/decision`, { answer: 'give' })).status).toBe(404);
    await app.db.write((trx) =>
      trx('group_permissions').insert([
        { group_id: trx('groups').where('name', 'Helpdesk').select('id'), application: 'groups', level: 'write' },
      ]),
    );
    const page = pageOf(await max.get(path));
    expect(page.textOf('main')).toContain('You may not give the group Support.');
    const refused = await max.post(`${path}/decision`, { answer: 'give' });
    expect([refused.status, pageOf(refused).errors().answer]).toEqual([422, 'You may not give the group Support.']);
    expect((await max.post(`${path}/decision`, { answer: 'refuse', words: 'no' })).status).toBe(303);
  });

  it('and nothing is given by a leader of a group that makes administrators', async () => {
    await letAskFor(app, 'Support', { users: 'write' });
    const path = await asked(app, 'rita', { group_id: support });
    const lena = await signedIn(app, 'lena');
    expect((await lena.post(`${path}/decision`, { answer: 'give' })).status).toBe(404);
    expect(await answers()).toEqual(['']);
  });

  it.each([
    ['deleted', 'a group that has gone', 'The group has gone meanwhile.'],
    ['deactivated', 'Support', 'The group Support is deactivated.'],
  ])('a group that is %s by now gives nothing', async (activity, what, why) => {
    const path = await asked(app, 'rita', { group_id: support });
    await app.db.write((trx) => trx('groups').where('id', support).update({ activity }));
    const alice = await signedIn(app, 'alice');
    const page = pageOf(await alice.get(path));
    expect([page.fact('What'), page.textOf('.message.warn')]).toEqual([what, expect.stringContaining(why)]);
    const answer = await alice.post(`${path}/decision`, { answer: 'give' });
    expect([answer.status, await answers()]).toEqual([422, ['']]);
    expect((await alice.post(`${path}/decision`, { answer: 'refuse', words: 'gone' })).status).toBe(303);
  });

  it('and whoever is deactivated by now gets nothing, and waits no more', async () => {
    const path = await asked(app, 'rita', { group_id: support });
    await app.db.write((trx) => trx('users').where('name', 'rita').update({ activity: 'deactivated' }));
    const lena = await signedIn(app, 'lena');
    expect(pageOf(await lena.get('/access-requests')).textOf('main')).toContain('Nothing waits');
    const answer = await lena.post(`${path}/decision`, { answer: 'give' });
    expect([answer.status, pageOf(answer).errors().answer]).toEqual([422, 'rita is deactivated.']);
  });
});

it('takes one of two who decide at once, and tells the other', async () => {
  const path = await asked(app, 'rita', { group_id: support });
  const [lena, alice] = [await signedIn(app, 'lena'), await signedIn(app, 'alice')];
  await lena.get(path);
  await alice.get(path);
  const both = await Promise.all([
    lena.post(`${path}/decision`, { answer: 'give' }),
    alice.post(`${path}/decision`, { answer: 'refuse', words: 'no' }),
  ]);
  expect(both.map(({ status }) => status)).toEqual([303, 303]);
  const told = [pageOf(await lena.get(path)).message(), pageOf(await alice.get(path)).message()];
  expect(told.filter((one) => one.startsWith('It was answered already')).length).toBe(1);
  const [answer] = await answers();
  expect((await membership('rita')) !== undefined).toBe(answer === 'given');
  expect(await app.db.read('outbox').where('kind', 'access-answered').count({ n: '*' })).toEqual([
    { n: expect.anything() },
  ]);
  expect((await app.db.read('outbox').where('kind', 'access-answered')).length).toBe(1);
});

it('gives a right by a group that the decider chooses of those that they may give', async () => {
  const path = await asked(app, 'bob', { application: 'audit', level: 'read' });
  const lena = await signedIn(app, 'lena');
  expect((await lena.get(path)).status).toBe(404);
  const alice = await signedIn(app, 'alice');
  const page = pageOf(await alice.get(path));
  expect(page.texts('#groupId .choice label')).toEqual(['Auditors', 'Administrators']);
  const wrong = await alice.post(`${path}/decision`, { answer: 'give', groupId: String(support) });
  expect([wrong.status, Object.keys(pageOf(wrong).errors())]).toEqual([422, ['groupId']]);
  expect((await submit(alice, path, { answer: 'give' })).status).toBe(303);
  const auditors = Number(await groupId(app, 'Auditors'));
  expect(await membership('bob', auditors)).toBeDefined();
});

it('gives whoever is in the group already the end that they asked for', async () => {
  const where = { user_id: app.people.bob, group_id: support };
  await app.db.write((trx) => trx('memberships').where(where).update({ until_at: '2026-12-01T00:00:00.000Z' }));
  const bob = await signedIn(app, 'bob');
  const sent = await submit(bob, '/access-requests/new', {
    asked: `group ${support}`,
    reason: 'longer',
    untilAt: '2027-01-31',
  });
  const lena = await signedIn(app, 'lena');
  const audit = await watchAudit(app);
  expect((await submit(lena, sent.headers.location, { answer: 'give' })).status).toBe(303);
  expect([await audit.actions(), (await membership('bob')).until_at]).toEqual([
    ['membership.until-set', 'access.given'],
    '2027-02-01T00:00:00.000Z',
  ]);
});
