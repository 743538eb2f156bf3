import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, instant } from '../../src/clock.ts';
import { lookAfterReviews } from '../../src/reviews/actions/repeating.ts';
import { nextQuarter } from '../../src/reviews/quarter.ts';
import { type Answer, isReminderDue, type Silence, verdictOf } from '../../src/reviews/review.ts';
import { formatIn } from '../../src/text/format.ts';
import { mailWhatWaits } from '../../src/weekly-mails/actions/weekly-mailing.ts';
import type { TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { runJob } from '../support/jobs.ts';
import { type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

const DUE = '2026-12-01T00:00:00.000Z';
const TOLD = '2026-11-20T00:00:00.000Z';

describe('what is said of somebody', () => {
  const asked = (...answers: (Answer | '')[]) =>
    answers.map((answer, n) => ({ answer, isPassed: false, reviewerId: n + 1 }));
  const review = { silence: 'deactivation' as Silence, silenceDays: 14, dueAt: DUE };
  const toldAt = new Map([1, 2, 3].map((id) => [id, TOLD]));
  const standing = { toldAt, isExempt: false, now: '2026-12-04T00:00:00.000Z' };

  it.each([
    [['keep', ''], 'kept'],
    [['keep', 'unsure', 'remove'], 'kept'],
    [['leave', ''], 'leaves'],
    [['leave', 'keep', ''], 'contradictory'],
    [['unsure', ''], 'waiting'],
    [['unsure', 'remove'], 'unsure'],
    [['remove'], 'removed'],
    [['remove', ''], 'waiting'],
    [['', ''], 'silent'],
  ] as [(Answer | '')[], string][])('%p comes to %s', (answers, verdict) => {
    expect(verdictOf(asked(...answers), review, standing)).toBe(verdict);
  });

  it('is silence only where it counts: long enough, told, due, of no exception and of nobody who was asked instead', () => {
    const verdict = (change: Partial<typeof review>, stands: Partial<typeof standing> = {}, isPassed = false) =>
      verdictOf([{ answer: '', isPassed, reviewerId: 1 }], { ...review, ...change }, { ...standing, ...stands });
    expect(verdict({})).toBe('silent');
    expect(verdict({}, { now: '2026-12-03T23:59:59.999Z' })).toBe('waiting');
    expect(verdict({ dueAt: '2026-12-04T00:00:00.001Z' })).toBe('waiting');
    expect(verdict({ silence: 'remind' })).toBe('waiting');
    expect(verdict({ silence: 'nothing' })).toBe('waiting');
    expect(verdict({}, { isExempt: true })).toBe('waiting');
    expect(verdict({}, { toldAt: new Map() })).toBe('waiting');
    expect(verdict({}, {}, true)).toBe('waiting');
  });
});

it('is time to remind three days before, when it is due, and each week after, never twice, by a clock that is set back neither', () => {
  const at = (days: number) => Date.parse(DUE) + days * DAY;
  const isDue = (last: number, now: number, reminders = 0, silence: Silence = 'remind') =>
    isReminderDue({ silence, dueAt: DUE }, { reminders, remindedAt: instant(at(last)) }, at(now));
  expect([isDue(-14, -3.01), isDue(-14, -3), isDue(-3, -2.9), isDue(-3, -3.5)]).toEqual([false, true, false, false]);
  expect([isDue(-3, -0.01), isDue(-3, 0), isDue(0, 6.9), isDue(0, 7), isDue(0, 7, 6)]).toEqual([
    false,
    true,
    false,
    true,
    false,
  ]);
  // Who was asked when it was near knows of it.
  expect([isDue(-1, -0.5), isDue(-14, 3, 0, 'nothing')]).toEqual([false, false]);
});

it('begins on the first morning of a quarter by the clock of whoever answers for it', () => {
  const berlin = formatIn({ zone: 'Europe/Berlin' });
  expect(nextQuarter('2026-12-31T23:30:00.000Z', berlin)).toBe('2027-01-01T06:00:00.000Z');
  expect(nextQuarter('2027-01-01T06:00:00.000Z', berlin)).toBe('2027-04-01T05:00:00.000Z');
  expect(nextQuarter('2027-10-01T05:00:00.000Z', berlin)).toBe('2028-01-01T06:00:00.000Z');
  expect(nextQuarter('2027-02-28T00:00:00.000Z', formatIn({}))).toBe('2027-04-01T07:00:00.000Z');
});

describe('nobody answers', () => {
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

  async function begun(fields = {}): Promise<string> {
    const view = encodeURIComponent(`/users?group=${await groupId(app, 'Support')}`);
    const silent = { silence: 'deactivation', silenceDays: '10', dueAt: '2026-11-25' };
    return (await submit(alice, `/reviews/new?view=${view}`, { ...silent, ...fields })).headers.location;
  }
  /** Whom the page proposes for their silence, as it is by then. */
  async function proposed(path: string): Promise<string[]> {
    alice = await signedIn(app, 'alice');
    return pageOf(await alice.get(path)).texts('#decisions-form label');
  }
  const askedOfAlice = async (path: string) =>
    pageOf(await alice.get(`${path}/answers`)).texts('[data-person] legend strong');

  it('proposes after the days from a mail that was delivered to somebody who could sign in, and never leaders', async () => {
    const path = await begun();
    await mailing.deliver();
    await lookAfter();
    app.clock.advance(9.9 * DAY);
    expect(await proposed(path)).toEqual([]);
    app.clock.advance(0.2 * DAY);
    expect(await proposed(path)).toEqual(['bob', 'carol']);
    expect(await askedOfAlice(path)).toEqual(['lena']);
  });

  it('is told on the page of who leaves, and in the weekly mail', async () => {
    await begun();
    const leaving = await alice.get(`/users/${app.people.lena}/leaving`);
    expect(pageOf(leaving).textOf('main')).toContain('Reviews that they are asked in');
    expect(pageOf(await alice.get('/users')).texts('.waiting a')).toContain('1 person to review');
    await alice.send('patch', '/preferences/weekly-mail', { weekly: 'on' });
    await mailing.deliver();
    mailing.server.mails.splice(0);
    app.clock.advance(8 * DAY);
    await mailWhatWaits(app.context);
    await mailing.deliver();
    const [mail] = mailing.server.mails.filter(({ subject }) => subject?.includes('waits'));
    expect(mail.text).toMatch(/1 person to review[\s\S]*1 review to decide and close/);
  });

  it('proposes no administrators, programs, leaders, or those who are asked', async () => {
    const all = { asks: 'named', named: 'max\nrita', silence: 'deactivation', silenceDays: '1', dueAt: '2026-11-25' };
    const path = (await submit(alice, '/reviews/new?view=/users', all)).headers.location;
    await mailing.deliver();
    await lookAfter();
    app.clock.advance(4 * DAY);
    expect(await proposed(path)).toEqual(['bob', 'carol', 'erin']);
  });

  it('passes to an administrator where no mail arrived, once, and proposes nobody', async () => {
    const path = await begun();
    await app.db.write((trx) => trx('outbox').update({ failed_at: '2026-11-22T12:00:00.000Z' }));
    await Promise.all([lookAfter(), lookAfter()]);
    app.clock.advance(20 * DAY);
    await lookAfter();
    expect(await proposed(path)).toEqual([]);
    expect(await askedOfAlice(path)).toEqual(['bob', 'carol', 'lena']);
    const passed = await app.db.read('audit_events').where('action', 'review.passed');
    expect(passed.length).toBe(1);
  });

  it('passes to an administrator where who is asked cannot sign in, also after a mail that arrived', async () => {
    const path = await begun();
    await mailing.deliver();
    await lookAfter();
    await app.db.write((trx) => trx('users').where('name', 'lena').update({ activity: 'deactivated' }));
    app.clock.advance(20 * DAY);
    await lookAfter();
    expect(await proposed(path)).toEqual([]);
    expect(await askedOfAlice(path)).toEqual(['bob', 'carol', 'lena']);
  });

  it('begins anew each quarter, once, also where no server ran, and closes the one before', async () => {
    await begun({ repeats: 'yes', silence: 'remind' });
    const { context } = app;
    const begin = () => lookAfterReviews({ ...context, settings: context.actSettings });
    const reviews = () => app.db.read('reviews').orderBy('id').select('id', 'next_at', 'closed_at', 'due_at');
    expect(await reviews()).toMatchObject([{ next_at: '2027-01-01T07:00:00.000Z' }]);
    app.clock.advance(Date.parse('2027-01-01T06:59:00Z') - app.clock.now());
    await lookAfter();
    expect((await reviews()).length).toBe(1);
    // A quarter and more later, by a clock that jumped there, and then by one that nothing is known of.
    app.clock.advance(Date.parse('2027-05-02T12:00:00Z') - app.clock.now());
    await lookAfter();
    expect(await reviews()).toMatchObject([{ closed_at: null }]);
    await Promise.all([begin(), begin(), begin()]);
    app.clock.advance(-60 * DAY);
    await begin();
    expect(await reviews()).toMatchObject([
      { next_at: null, closed_at: '2027-05-02T12:00:00.000Z' },
      { next_at: '2027-07-01T07:00:00.000Z', closed_at: null },
    ]);
    await mailing.deliver();
    alice = await signedIn(app, 'alice');
    await alice.send('delete', '/reviews/2/repetition');
    app.clock.advance(200 * DAY);
    await begin();
    expect((await reviews()).length).toBe(2);
  });

  it('lends nobody who was named the rights of an administrator who named nobody (R61)', async () => {
    const max = await signedIn(app, 'max');
    const fields = { asks: 'named', named: 'bob', repeats: 'yes', silence: 'remind', dueAt: '2026-12-20' };
    await submit(max, '/reviews/new?view=/users', fields);
    await app.db.write((trx) => trx('users').where('name', 'max').update({ activity: 'deactivated' }));
    app.clock.advance(Date.parse('2027-01-01T07:00:00Z') - app.clock.now());
    await lookAfterReviews({ ...app.context, settings: app.context.actSettings });
    const bob = await signedIn(app, 'bob');
    expect(pageOf(await bob.get('/reviews/2/answers')).textOf('main')).toContain('7 answered. Asked to be answered');
    const ids = [String(app.people.rita), String(app.people.erin)];
    const said = Object.fromEntries(ids.map((id) => [`answer-${id}`, 'keep']));
    expect((await bob.post('/reviews/2/answers', { ids, ...said })).status).toBe(303);
    const confirmed = () => app.db.read('users').whereNotNull('access_confirmed_at').orderBy('name').pluck('name');
    expect(await confirmed()).toEqual([]);
    expect(await app.db.read('review_questions').where({ review_id: 2, answer: 'keep' })).toHaveLength(2);
    alice = await signedIn(app, 'alice');
    expect((await alice.get('/reviews/2')).status).toBe(200);
  });
});
