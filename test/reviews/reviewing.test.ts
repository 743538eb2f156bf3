import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY } from '../../src/clock.ts';
import type { TestApp } from '../support/app.ts';
import { PASSWORD } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { userRow } from '../support/database.ts';
import { send, submit } from '../support/form.ts';
import { runJob } from '../support/jobs.ts';
import { groupsWithLeaders } from '../support/led-groups.ts';
import { type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

describe('a review', () => {
  let mailing: Mailing;
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    mailing = await startMailing();
    app = mailing.app;
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => mailing.close());

  const lookAfter = () => runJob(app, 'Look after reviews');

  /** Begins one from a view, and returns its address. */
  async function begun(view: string, fields: Fields = {}): Promise<string> {
    const answer = await submit(alice, `/reviews/new?view=${encodeURIComponent(view)}`, fields);
    expect([answer.status, pageOf(answer).errors()]).toEqual([303, {}]);
    return answer.headers.location;
  }
  const support = async () => `/users?group=${await groupId(app, 'Support')}`;
  const answerOf = (path: string, session: Session, said: Fields) => session.post(`${path}/answers`, said);
  const asked = (page: { text: string }) => pageOf(page).texts('[data-person] legend strong');

  it('is about those whom its form names, and never about everybody because it names none', async () => {
    const form = { question: 'Needed?', asks: 'leaders', dueAt: '2036-12-06', silence: 'remind' };
    for (const view of ['', '/groups?tag=1', '/users/export', 'users', '/users?group=1']) {
      const answer = await alice.post('/reviews', { ...form, view });
      expect([view, answer.status, pageOf(answer).errors().view]).toEqual([
        view,
        422,
        expect.stringContaining('about whom'),
      ]);
    }
    expect(await app.db.read('reviews')).toEqual([]);
  });

  it('is about nobody where its view is of others than those who are active, or asks for what is gone', async () => {
    const form = { question: 'Needed?', asks: 'leaders', dueAt: '2036-12-06', silence: 'remind' };
    for (const [view, told] of [
      ['/users?activity=deleted', /nobody/i],
      ['/users?activity=deactivated&activity=deleted', /nobody/i],
      ['/users?tag=4711', /^This view asks for something that there is not. There is no tag "4711"/],
      ['/users?nosuch=1', /There is no filter nosuch/],
    ] as const) {
      const page = await alice.get(`/reviews/new?${new URLSearchParams({ view })}`);
      expect([view, pageOf(page).textOf('#view')]).toEqual([view, expect.stringMatching(/^0 active people/)]);
      const answer = await send(alice, page, form);
      expect([view, answer.status, pageOf(answer).errors().view]).toEqual([view, 422, expect.stringMatching(told)]);
    }
    const page = await alice.get(`/reviews/new?${new URLSearchParams({ view: `${await support()}&group=4711` })}`);
    expect(pageOf(page).textOf('#view')).toMatch(/^3 active people/);
    const answer = await send(alice, page, form);
    expect([answer.status, pageOf(answer).errors().view]).toEqual([
      422,
      expect.stringMatching(/There is no group "4711"/),
    ]);
    expect(await app.db.read('reviews')).toEqual([]);
  });

  it('asks the leader of each group in one mail about their people alone, with what they need to know (R86)', async () => {
    const path = await begun(await support());
    await mailing.deliver();
    const mails = mailing.server.mails.splice(0).map(({ recipients: [to], subject, text }) => [to, subject, text]);
    expect(mails.map(([to, subject]) => [to, subject])).toEqual([
      ['lena@example.com', expect.stringContaining('2 people to review')],
      ['alice@example.com', expect.stringContaining('1 person to review')],
    ]);
    expect(mails[0][2]).toContain(`${path}/answers`);
    expect(mails[0][2]).toMatch(/alice asks you about[\s\S]*until 6 Dec 2026 /);
    expect(mails[1][2]).toContain('You are asked about 1 person');
    const lena = await signedIn(app, 'lena');
    const page = pageOf(await lena.get(`${path}/answers`));
    expect(page.texts('[data-person] legend strong')).toEqual(['bob', 'carol']);
    expect(page.textOf(`#person-${app.people.bob}`)).toContain('Support: ');
    expect(page.texts(`#person-${app.people.bob} .answers label`).map((text) => text.split(' –')[0])).toEqual([
      'Keep',
      'Remove from Support',
      'Leaves the house',
      'I don’t know',
    ]);
    expect(pageOf(await lena.get('/led-groups')).textOf('.message')).toContain('2 people to review');
    // Nobody is asked about themself, and what no leader can be asked is the administrator's who began it.
    expect(asked(await alice.get(`${path}/answers`))).toEqual(['lena']);
    expect((await (await signedIn(app, 'max')).get(`${path}/answers`)).status).toBe(404);
  });

  it('takes answers bit by bit: keep confirms, remove acts at once, leave is a proposal, each sealed with its facts', async () => {
    const path = await begun(await support());
    const lena = await signedIn(app, 'lena');
    let audit = await watchAudit(app);
    const since = async () => {
      const events = await audit.since();
      audit = await watchAudit(app);
      return events;
    };
    const { bob, carol } = app.people;
    const group = await groupId(app, 'Support');
    const first = await answerOf(path, lena, { ids: [String(bob), String(carol)], [`answer-${bob}`]: 'keep' });
    expect(first.headers.location).toBe(`${path}/answers`);
    expect(await userRow(app, bob)).toMatchObject({ access_confirmed_by: app.people.lena });
    const events = await since();
    expect(events.map(({ action }) => action)).toEqual(['user.access-confirmed', 'review.answered']);
    expect(events[1].after).toMatchObject({ answer: 'keep', states: expect.any(Array), lastLoginAt: null });
    expect(pageOf(await lena.get(`${path}/answers`)).textOf('.lead')).toContain('1 of 2 answered');
    // The same again is nothing new.
    await answerOf(path, lena, { ids: [String(bob)], [`answer-${bob}`]: 'keep' });
    expect(await since()).toEqual([]);
    await answerOf(path, lena, { ids: [String(carol)], [`answer-${carol}`]: `remove-${group}` });
    expect((await since()).map(({ action }) => action)).toEqual(['membership.ended', 'review.answered']);
    expect(await app.db.read('memberships').where({ user_id: carol, group_id: group })).toEqual([]);
    expect(pageOf(await lena.get(`${path}/answers`)).textOf(`#person-${carol}`)).toContain('Removed from');
    await answerOf(path, lena, { ids: [String(bob)], [`answer-${bob}`]: 'leave' });
    expect((await userRow(app, bob)).activity).toBe('active');
    expect(pageOf(await alice.get(path)).textOf('#decisions-form')).toContain('lena: leaves the house');
  });

  it('becomes one operation with a sheet and Undo, of those whom an administrator ticks', async () => {
    const path = await begun(await support(), { asks: 'named', named: 'lena\nmax' });
    const [lena, max] = [await signedIn(app, 'lena'), await signedIn(app, 'max')];
    const { bob, carol } = app.people;
    const both = [String(bob), String(carol)];
    await answerOf(path, lena, { ids: both, [`answer-${bob}`]: 'leave', [`answer-${carol}`]: 'leave' });
    await answerOf(path, max, { ids: both, [`answer-${bob}`]: 'leave', [`answer-${carol}`]: 'keep' });
    const page = pageOf(await alice.get(path));
    expect(page.texts('#decisions-form legend')).toEqual(['Leave the house 1', 'Contradictory 1']);
    expect(page.textOf('#decisions-form')).toContain('max: keep; lena: leaves the house');
    expect(page.typed('#decisions-form').ids).toEqual(String(bob));
    const sheet = await alice.post(`${path}/decisions`, { ids: [String(bob)] });
    expect(sheet.headers.location).toMatch(/^\/bulk-operations\/\d+$/);
    expect(pageOf(await alice.get(sheet.headers.location)).heading()).toBe('Deactivate');
    await alice.post(`${sheet.headers.location}/execution`);
    expect((await userRow(app, bob)).activity).toBe('deactivated');
    expect(pageOf(await alice.get(path)).$(`a[href="${sheet.headers.location}"]`).length).toBe(1);
    await alice.post('/bulk-operations', { from: sheet.headers.location.split('/').at(-1)!, action: 'undo' });
    expect((await alice.post(`${path}/decisions`, { ids: [String(app.people.ada)] })).status).toBe(409);
  });

  it('is answered for twenty people within 25 clicks, one by one or by what is left', async () => {
    await groupsWithLeaders(app, 1, 20);
    const path = await begun(`/users?group=${await groupId(app, 'g01')}`);
    const leader = await signedIn(app, 'l01' as never);
    const page = pageOf(await leader.get(`${path}/answers`));
    const ids = page
      .$('#answers-form input[name="ids"]')
      .toArray()
      .map((one) => page.$(one).attr('value')!);
    expect(ids.length).toBe(20);
    // The mail's button, a click for each, Save.
    expect(1 + ids.length + page.$('#answers-form button.main').length).toBeLessThanOrEqual(25);
    await answerOf(path, leader, { ids: ids, [`answer-${ids[0]}`]: 'leave', rest: 'keep' });
    expect(pageOf(await leader.get(`${path}/answers`)).textOf('.lead')).toContain('20 of 20 answered');
    const answers = await app.db.read('review_questions').where('answer', 'keep');
    expect(answers.length).toBe(19);
  });

  it('shows who is late of twelve leaders, reminds them, and is closed with its evidence sealed', async () => {
    await groupsWithLeaders(app, 12, 2);
    const groups = await app.db.read('groups').where('name', 'like', 'g%').pluck('id');
    const path = await begun(`/users?${groups.map((id) => `group=${id}`).join('&')}`, { dueAt: '2026-12-10' });
    await mailing.deliver();
    await lookAfter();
    expect(mailing.server.mails.splice(0).length).toBe(13);
    for (let n = 1; n <= 10; n++) {
      const leader = await signedIn(app, `l${String(n).padStart(2, '0')}` as never);
      const page = pageOf(await leader.get(`${path}/answers`));
      const ids = page
        .$('#answers-form input[name="ids"]')
        .toArray()
        .map((one) => page.$(one).attr('value')!);
      expect(ids.length).toBe(2);
      await answerOf(path, leader, { ids: ids, rest: 'keep' });
    }
    app.clock.advance(15.5 * DAY);
    await lookAfter();
    await lookAfter();
    await mailing.deliver();
    expect(remindedIn(mailing)).toEqual(['alice@example.com', 'l11@example.com', 'l12@example.com']);
    app.clock.advance(3 * DAY);
    alice = await signedIn(app, 'alice');
    const page = pageOf(await alice.get(path));
    expect(page.texts('.member:has(.badge.bad) a').sort()).toEqual(['alice', 'l11', 'l12']);
    expect(pageOf(await alice.get('/users')).texts('.waiting a')).toEqual(
      expect.arrayContaining(['12 people to review', '1 review to decide and close']),
    );
    const late = await app.db.read('users').where('name', 'm11-1').first();
    expect(pageOf(await alice.get(`/users/${late.id}`)).texts('.coming li')).toEqual([
      expect.stringContaining('review is due'),
    ]);
    mailing.server.mails.splice(0);
    await alice.post(`${path}/reminders`, {
      reviewer: String((await app.db.read('users').where('name', 'l11').first()).id),
    });
    await mailing.deliver();
    expect(remindedIn(mailing)).toEqual(['l11@example.com']);
    await alice.post(`${path}/reminders`);
    await alice.post(`${path}/reminders`);
    await mailing.deliver();
    expect(remindedIn(mailing)).toEqual(['alice@example.com', 'l12@example.com']);
    const audit = await watchAudit(app);
    await alice.post(`${path}/closure`);
    const [closed] = await audit.since();
    const evidence = pageOf(await alice.get(`${path}/evidence`));
    expect([closed.action, evidence.textOf('#seal code')]).toEqual(['review.closed', closed.after.digest]);
    expect(evidence.textOf('#seal')).toContain('as it was sealed then');
    const file = await alice.get(`${path}/evidence/file`);
    expect(file.text.trim().split('\n').length).toBe(1 + 36);
    await app.db.write((trx) => trx('review_questions').where('answer', '').update({ answer: 'keep' }));
    expect(pageOf(await alice.get(`${path}/evidence`)).textOf('#seal')).toContain('not what was sealed');
    const leader = await signedIn(app, 'l11' as never);
    expect((await answerOf(path, leader, { ids: String(late.id), rest: 'keep' })).status).toBe(409);
  });

  it('keeps the other answers where somebody else is asked about one of the people by now', async () => {
    const path = await begun(await support());
    const lena = await signedIn(app, 'lena');
    const { bob, max } = app.people;
    const answer = await answerOf(path, lena, { ids: [String(bob), String(max)], rest: 'keep' });
    expect(answer.status).toBe(303);
    expect(pageOf(await lena.get(answer.headers.location)).message()).toBe(
      '1 answer saved. Of 1 person others are asked by now.',
    );
    expect(await app.db.read('review_questions').where('answer', 'keep').pluck('user_id')).toEqual([bob]);
  });

  it('refuses made-up answers and forms, and changes nothing', async () => {
    const path = await begun(await support());
    const lena = await signedIn(app, 'lena');
    const audit = await watchAudit(app);
    const { bob, max } = app.people;
    const before = await app.db.read('review_questions').orderBy(['user_id', 'reviewer_id']);
    for (const [fields, status] of [
      [{ ids: String(max), [`answer-${max}`]: 'keep' }, 404],
      [{ ids: String(bob), [`answer-${bob}`]: ['keep', 'leave'] }, 400],
      [{ ids: String(bob), [`answer-${bob}`]: 'remove-999999999999' }, 303],
      [{ ids: String(bob), [`answer-${bob}`]: `remove-${await groupId(app, 'Administrators')}` }, 303],
      [{ ids: String(bob), [`answer-${bob}`]: 'elsewhere' }, 303],
    ] as [Fields, number][])
      expect([fields, (await answerOf(path, lena, fields)).status]).toEqual([fields, status]);
    expect(await app.db.read('review_questions').orderBy(['user_id', 'reviewer_id'])).toEqual(before);
    expect((await audit.since()).map(({ action }) => action).filter((one) => one !== 'request.refused')).toEqual([]);
    const mistaken = await submit(alice, '/reviews/new', {
      question: '',
      asks: 'named',
      named: 'nobody',
      dueAt: '2026-11-01',
      silence: 'deactivation',
      silenceDays: '0',
    });
    expect([mistaken.status, Object.keys(pageOf(mistaken).errors())]).toEqual([422, ['question', 'silenceDays']]);
    const unknown = await submit(alice, '/reviews/new', { asks: 'named', named: 'nobody, robin' });
    expect(pageOf(unknown).errors()).toEqual({ named: 'Nobody who can sign in is called so: nobody, robin.' });
    const over = await submit(alice, '/reviews/new', { dueAt: '2026-11-01' });
    expect(pageOf(over).errors()).toEqual({ dueAt: 'This moment is over. Choose a later one.' });
  });

  it('asks leader and deputy, of whom either answers: who has nothing left to say is neither reminded nor late', async () => {
    const [lena, bob] = [await signedIn(app, 'lena'), await signedIn(app, 'bob')];
    const group = await groupId(app, 'Support');
    await lena.post(`/led-groups/${group}/deputy`, { deputy: 'bob', untilAt: '' });
    const path = await begun(await support());
    await mailing.deliver();
    expect(asked(await bob.get(`${path}/answers`))).toEqual(['carol', 'lena']);
    expect(pageOf(await bob.get('/me')).texts('.waiting li')).toEqual(['2 people to review']);
    // Whoever stands in for somebody does not put them out, so it is not offered.
    const { carol, lena: leader } = app.people;
    const offered = pageOf(await bob.get(`${path}/answers`));
    expect(offered.textOf(`#person-${leader}`)).not.toContain('Remove from');
    expect(offered.textOf(`#person-${carol}`)).toContain('Remove from Support');
    await answerOf(path, lena, { ids: String(carol), [`answer-${carol}`]: `remove-${group}` });
    await answerOf(path, bob, { ids: String(leader), [`answer-${leader}`]: 'keep' });
    expect(pageOf(await alice.get(path)).texts('.outcomes span')).toContain('1 removed from a group');
    app.clock.advance(12 * DAY);
    await mailing.deliver();
    mailing.server.mails.splice(0);
    await lookAfter();
    await mailing.deliver();
    expect(remindedIn(mailing)).toEqual(['lena@example.com']);
  });

  it('says whom nobody can be asked about, as they are the only administrator', async () => {
    await app.db.write((trx) => trx('users').where('name', 'ada').update({ activity: 'deactivated' }));
    const view = `/users?group=${await groupId(app, 'Administrators')}&q=a`;
    const only = await submit(alice, `/reviews/new?view=${encodeURIComponent(view)}`);
    expect(pageOf(only).errors()).toEqual({ view: 'There is nobody who could be asked about these.' });
    const opened = await alice.get('/reviews/new?view=/users');
    expect(pageOf(opened).textOf('#view')).toContain('there is no other administrator: alice is left out.');
    const sent = await send(alice, opened, { question: 'Still needed?' });
    expect(pageOf(await alice.get(sent.headers.location)).message()).toContain('nobody else can be asked: alice.');
  });

  it('tells names of groups in its evidence to those alone who may read groups (R86)', async () => {
    const path = await begun(await support());
    const { bob } = app.people;
    await answerOf(path, await signedIn(app, 'lena'), { ids: String(bob), [`answer-${bob}`]: 'keep' });
    expect((await alice.get(`${path}/evidence`)).text).toContain('Support');
    const max = await signedIn(app, 'max');
    expect((await max.get(`${path}/evidence`)).text).not.toContain('Support');
    expect((await max.get(`${path}/evidence/file`)).text).not.toContain('Support');
  });

  it('keeps what was chosen when the session ended before it was saved', async () => {
    const path = await begun(await support());
    const lena = await signedIn(app, 'lena');
    const form = await lena.get(`${path}/answers`);
    await app.db.write((trx) => trx('sessions').delete());
    const late = await send(lena, form, { [`answer-${app.people.bob}`]: 'leave' });
    await send(lena, late, { identifier: 'lena', password: PASSWORD });
    const back = pageOf(await lena.get(`${path}/answers`));
    expect(back.typed('#answers-form')).toMatchObject({ [`answer-${app.people.bob}`]: 'leave' });
    expect(back.textOf('.lead')).toContain('0 of 2 answered');
  });

  it('lets nobody answer for a group that they lead no more, and passes it on', async () => {
    const path = await begun(await support());
    const lena = await signedIn(app, 'lena');
    await app.db.write((trx) => trx('groups').where('name', 'Support').update({ leader_id: null }));
    expect((await lena.get(`${path}/answers`)).status).toBe(404);
    await mailing.deliver();
    await lookAfter();
    expect(asked(await alice.get(`${path}/answers`))).toEqual(['bob', 'carol', 'lena']);
  });

  it('confirms no access of somebody who may do more than who began it and who is asked (R61)', async () => {
    const max = await signedIn(app, 'max');
    const view = encodeURIComponent('/users?q=ada');
    const begun = await submit(max, `/reviews/new?view=${view}`, { asks: 'named', named: 'lena' });
    const lena = await signedIn(app, 'lena');
    await answerOf(begun.headers.location, lena, { ids: String(app.people.ada), rest: 'keep' });
    expect(await userRow(app, app.people.ada)).toMatchObject({ access_confirmed_at: null });
  });

  it('takes nobody out of a group that the reviewer could not take them out of on its page (R62)', async () => {
    const view = '/users?q=ada';
    const path = await begun(view, { asks: 'named', named: 'max\nalice' });
    const group = await groupId(app, 'Administrators');
    const { ada } = app.people;
    for (const person of ['max', 'alice'] as const) {
      const session = await signedIn(app, person);
      const page = pageOf(await session.get(`${path}/answers`));
      expect(page.texts('.answers label').join()).not.toContain('Remove');
      const sent = await answerOf(path, session, { ids: String(ada), [`answer-${ada}`]: `remove-${group}` });
      expect(pageOf(await session.get(sent.headers.location)).message()).toContain('Left out: ada');
    }
    expect((await app.db.read('memberships').where({ user_id: ada, group_id: group })).length).toBe(1);
    expect((await app.db.read('review_questions').whereNot('answer', '')).length).toBe(0);
  });

  it('is said as well by a leader of their own people, without one', async () => {
    const lena = await signedIn(app, 'lena');
    const path = `/led-groups/${await groupId(app, 'Support')}/members/access-confirmation`;
    await lena.post(path, { ids: String(app.people.bob) });
    expect(await userRow(app, app.people.bob)).toMatchObject({ access_confirmed_by: app.people.lena });
    expect((await lena.post(path, { ids: String(app.people.max) })).status).toBe(404);
    expect(pageOf(await alice.get(pathTo(app, 'bob'))).fact('Access confirmed')).toContain('by lena');
  });
});

function remindedIn({ server }: Mailing): string[] {
  return server.mails
    .splice(0)
    .filter(({ subject }) => subject?.startsWith('Reminder'))
    .map(({ recipients: [to] }) => to)
    .sort();
}
