import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, HOUR } from '../../src/clock.ts';
import type { TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { submit } from '../support/form.ts';
import { runJob } from '../support/jobs.ts';
import { type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let mailing: Mailing;
let app: TestApp;
let alice: Session;
beforeEach(async () => {
  mailing = await startMailing();
  app = mailing.app;
  alice = await signedIn(app, 'alice');
});
afterEach(() => mailing.close());

const leaves = (name: string, moment: string) =>
  app.db.write((trx) => trx('users').where({ name }).update({ leaves_at: moment }));
const goTo = (moment: string) => app.clock.advance(Date.parse(moment) - app.clock.now());
const endOf = async (name: string) => (await app.db.read('users').where({ name }).first()).leaves_at;

describe('who leaves soon', () => {
  /** To whom mails went since it was asked, and what they lead to. */
  async function told() {
    await runJob(app, 'Tell of people who leave soon');
    await mailing.deliver();
    return mailing.server.mails
      .splice(0)
      .filter(({ subject }) => subject?.includes('soon'))
      .map(({ recipients: [to], text }) => [to, text ?? ''] as const)
      .toSorted(([one], [other]) => one.localeCompare(other));
  }

  it('is told to their leader and the administrators 14 and 3 days before, once each, and nothing is done by a mail', async () => {
    await leaves('bob', '2026-12-31T17:00:00.000Z');
    goTo('2026-12-17T16:59:00Z');
    expect(await told()).toEqual([]);
    goTo('2026-12-17T17:00:00Z');
    const mails = await told();
    expect(mails.map(([to]) => to)).toEqual(['ada@example.com', 'alice@example.com', 'lena@example.com']);
    expect(mails[1][1]).toContain('bob on 31 Dec 2026, 17:00 UTC');
    expect(mails[1][1]).toContain(`/users/${app.people.bob}/extension/new`);
    expect(mails[2][1]).not.toContain('/users/');
    app.clock.advance(HOUR);
    expect(await told()).toEqual([]);
    // A clock that was set back and comes to it again.
    app.clock.advance(-2 * DAY);
    expect(await told()).toEqual([]);
    goTo('2026-12-28T17:00:00Z');
    expect((await told()).length).toBe(3);
    expect(await told()).toEqual([]);
    alice = await signedIn(app, 'alice');
    expect((await alice.get(`/users/${app.people.bob}/extension/new`)).status).toBe(200);
    expect(await endOf('bob')).toBe('2026-12-31T17:00:00.000Z');
  });

  it('is told themself where they want it, and else not', async () => {
    await leaves('bob', '2026-12-06T12:00:00.000Z');
    await leaves('rita', '2026-12-06T12:00:00.000Z');
    const bob = await signedIn(app, 'bob');
    const page = await bob.get('/preferences');
    expect(pageOf(page).$('[name="ownLeaving"]').attr('checked')).toBeUndefined();
    expect((await bob.send('patch', '/preferences/mails', { ownLeaving: 'yes' })).status).toBe(303);
    expect(
      pageOf(await bob.get('/preferences'))
        .$('[name="ownLeaving"]')
        .attr('checked'),
    ).toBeDefined();
    const mails = await told();
    expect(mails.map(([to]) => to)).toEqual([
      'ada@example.com',
      'alice@example.com',
      'bob@example.com',
      'lena@example.com',
    ]);
    expect(mails[2][1]).toContain('The access of bob to Roster ends: 6 Dec 2026, 12:00');
    expect(await told()).toEqual([]);
  });

  it('is told anew for another end, and of many in one mail; not of an end that was set when it was near', async () => {
    await leaves('bob', '2026-12-06T12:00:00.000Z');
    await leaves('max', '2026-12-05T12:00:00.000Z');
    await leaves('rita', '2026-11-30T12:00:00.000Z');
    const [, [to, text]] = await told();
    expect([to, text]).toEqual(['alice@example.com', expect.stringContaining('max on 5 Dec 2026, 12:00 UTC; bob on')]);
    expect(text).toContain('/users?leaves=30');
    expect(text).not.toContain('rita');
    await leaves('bob', '2026-12-06T13:00:00.000Z');
    app.clock.advance(HOUR);
    expect((await told()).map(([, one]) => one.includes('bob on 6 Dec 2026, 13:00'))).toContain(true);
  });
});

describe('an end', () => {
  it('is put off by 6 weeks, by the clock of whoever presses, with one event and Undo', async () => {
    await app.db.write((trx) => trx('users').where('name', 'alice').update({ time_zone: 'Europe/Berlin' }));
    goTo('2027-03-01T12:00:00Z');
    alice = await signedIn(app, 'alice');
    // The clocks are put forward in between.
    await leaves('bob', '2027-03-05T17:00:00.000Z');
    await leaves('max', '2027-03-05T23:00:00.000Z');
    const audit = await watchAudit(app);
    const page = await alice.get(pathTo(app, 'bob', '/extension/new'));
    expect(pageOf(page).texts('#sheet li')).toEqual([
      'bob leaves on 5 Mar 2027, 18:00; by this on 16 Apr 2027, 18:00.',
    ]);
    await submit(alice, pathTo(app, 'bob', '/extension/new'));
    expect(await endOf('bob')).toBe('2027-04-16T16:00:00.000Z');
    await submit(alice, pathTo(app, 'max', '/extension/new'));
    expect(await endOf('max')).toBe('2027-04-16T22:00:00.000Z');
    expect((await audit.since()).map(({ action, before, after }) => [action, before, after])[0]).toEqual([
      'user.updated',
      { leavesAt: '2027-03-05T17:00:00.000Z' },
      { leavesAt: '2027-04-16T16:00:00.000Z' },
    ]);
  });

  it('is not put off twice by who presses twice, nor where there is none or it is far', async () => {
    await leaves('bob', '2026-12-05T17:00:00.000Z');
    const form = await alice.get(pathTo(app, 'bob', '/extension/new'));
    const { _csrf } = pageOf(form).typed();
    await alice.post(pathTo(app, 'bob', '/extension'), { _csrf });
    const twice = await alice.post(pathTo(app, 'bob', '/extension'), { _csrf });
    expect(twice.status).toBe(303);
    expect(await endOf('bob')).toBe('2027-01-16T17:00:00.000Z');
    for (const name of ['bob', 'lena', 'alice'] as const)
      expect([name, (await alice.get(pathTo(app, name, '/extension/new'))).status]).toEqual([
        name,
        name === 'alice' ? 403 : 409,
      ]);
  });
});

describe('what waits', () => {
  it('stands above the list for whoever may act, each as the list of those, and is gone where nothing does', async () => {
    const lines = async (session: Session) => {
      const page = pageOf(await session.get('/users'));
      const links = page.$('.waiting a').toArray();
      return links.map((link) => [page.$(link).text(), page.$(link).attr('href')]);
    };
    const asked = async () =>
      pageOf(await alice.get('/users'))
        .texts('#filters h2')
        .filter((one) => / on$/.test(one));
    expect(await asked()).toEqual([]);
    await leaves('bob', '2026-11-25T12:00:00.000Z');
    expect(await asked()).toEqual(['Leaves on']);
    expect(await lines(alice)).toEqual([
      ['1 locked', '/users?state=locked'],
      ['1 leaves within 7 days', '/users?leaves=7'],
    ]);
    for (const [, href] of await lines(alice))
      expect(pageOf(await alice.get(href!)).texts('tbody th a')).toHaveLength(1);
    expect(await lines(await signedIn(app, 'rita'))).toEqual([]);
    await leaves('bob', '2027-11-25T12:00:00.000Z');
    await app.db.write((trx) => trx('lockouts').delete());
    expect(pageOf(await alice.get('/users')).$('.waiting')).toHaveLength(0);
    const at = '2026-11-22T12:00:00.000Z';
    const stuck = {
      kind: 'test-mail',
      user_id: app.people.alice,
      address: 'alice@example.com',
      answer: 'no route to host',
    };
    await app.db.write((trx) => trx('outbox').insert({ ...stuck, created_at: at, try_until: at, next_at: at }));
    expect(await lines(await signedIn(app, 'max'))).toEqual([['1 mail not sent yet', '/invitations']]);
  });
});
