import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR, instant, MINUTE } from '../../src/clock.ts';
import type { TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { submit } from '../support/form.ts';
import { runJob } from '../support/jobs.ts';
import { linkIn, type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

let mailing: Mailing;
let app: TestApp;
let alice: Session;
beforeEach(async () => {
  // It is noon in UTC on 22 Nov 2026, a Sunday, and 13:00 in Berlin.
  mailing = await startMailing();
  app = mailing.app;
  alice = await signedIn(app, 'alice');
  await app.db.write((trx) => trx('users').where('name', 'alice').update({ time_zone: 'Europe/Berlin' }));
});
afterEach(() => mailing.close());

const goTo = (moment: string) => app.clock.advance(Date.parse(moment) - app.clock.now());
const due = () => runJob(app, 'Do what is due');
const user = (name: string) => app.db.read('users').where({ name }).first();
const edit = (name: 'lena' | 'bob', fields: Record<string, string>) =>
  submit(alice, pathTo(app, name, '/edit'), fields);

it('takes no time that the clock leaves out when summer begins, and keeps what was typed', async () => {
  const typed = { leavesAt: '2027-03-28', 'leavesAt-time': '02:30', startsAt: '2027-03-28', 'startsAt-time': '02:00' };
  const refused = await edit('lena', typed);
  const message =
    'The clocks go forward over this time, so it does not exist on this day. Enter an earlier or a later one.';
  expect([refused.status, pageOf(refused).errors()]).toEqual([422, { leavesAt: message, startsAt: message }]);
  expect(pageOf(refused).typed()).toMatchObject(typed);
});

describe('a start that is past', () => {
  const told = 'This day is past. Choose today or a later one, or none: they start at once.';

  it('is told where it is typed, and today is none', async () => {
    const person = { name: 'nora', email: 'nora@example.com', access: 'later' };
    for (const past of ['2026-11-20', '2019-01-01', '0001-01-01']) {
      const made = await submit(alice, '/users/new', { ...person, startsAt: past });
      expect([past, made.status, pageOf(made).errors()]).toEqual([past, 422, { startsAt: told }]);
      const changed = await edit('bob', { startsAt: past });
      expect([past, changed.status, pageOf(changed).errors()]).toEqual([past, 422, { startsAt: told }]);
      const begun = await alice.post('/bulk-operations', { action: 'set-start', ids: String(app.people.bob) });
      const chosen = await alice.post(`${begun.headers.location}/choices`, { startsAt: past });
      expect([past, chosen.status, pageOf(chosen).errors()]).toEqual([past, 422, { startsAt: told }]);
    }
    expect(await user('nora')).toBeUndefined();
    expect((await edit('bob', { startsAt: '2026-11-22' })).status).toBe(303);
    expect((await user('bob')).starts_at).toBe('2026-11-21T23:00:00.000Z');
  });

  it('stays where it stood so before', async () => {
    await edit('bob', { startsAt: '2026-11-23' });
    goTo('2026-12-20T12:00:00.000Z');
    await alice.signIn('alice');
    expect((await submit(alice, pathTo(app, 'bob', '/edit'), { description: 'here' })).status).toBe(303);
    expect((await user('bob')).starts_at).toBe('2026-11-22T23:00:00.000Z');
  });
});

describe('whoever leaves on a Friday at 18:00 in Berlin', () => {
  beforeEach(async () => {
    await edit('lena', { leavesAt: '2026-11-27', 'leavesAt-time': '18:00' });
  });

  it('is let in until then and not after it, signed in or not, whatever job runs', async () => {
    goTo('2026-11-27T16:59:59.999Z');
    const lena = await signedIn(app, 'lena');
    expect((await lena.get('/credentials')).status).toBe(200);
    app.clock.advance(1);
    expect((await lena.get('/credentials')).headers.location).toMatch(/^\/session\/new/);
    expect((await new Session(app).signIn('lena')).status).toBe(422);
    // A clock that is set back lets in whom it may, but the session that was refused is over.
    app.clock.advance(-MINUTE);
    expect((await lena.get('/credentials')).status).toBe(303);
    expect((await new Session(app).signIn('lena')).status).toBe(303);
  });

  it('is told of so, and in the record of what is to come', async () => {
    const record = pageOf(await alice.get(pathTo(app, 'lena')));
    expect(record.fact('Leaves on')).toBe('27 Nov 2026, 18:00 · Leaving …');
    expect(record.texts('.coming li')).toEqual([expect.stringMatching(/^27 Nov 2026, 18:00 leaves$/)]);
    const lena = await signedIn(app, 'lena');
    expect(pageOf(await lena.get('/credentials')).fact('Leaves on')).toBe('27 Nov 2026, 17:00 UTC');
  });

  it('and is activated, loses an end that is over only knowingly', async () => {
    goTo('2026-11-28T12:00:00Z');
    alice = await signedIn(app, 'alice');
    await alice.post(pathTo(app, 'lena', '/deactivation'));
    const sheet = await alice.get(pathTo(app, 'lena', '/deactivation/delete'));
    expect(pageOf(sheet).texts('#sheet li')).toContain('lena left on 27 Nov 2026, 18:00: that end is taken away.');
    const audit = await watchAudit(app);
    await alice.send('delete', pathTo(app, 'lena', '/deactivation'));
    const [event] = await audit.since();
    expect([event.action, event.before, event.after]).toEqual([
      'user.activated',
      { activity: 'deactivated', leavesAt: '2026-11-27T17:00:00.000Z' },
      { activity: 'active', leavesAt: null },
    ]);
    expect((await new Session(app).signIn('lena')).status).toBe(303);
  });

  it('and is activated before, keeps the end', async () => {
    await alice.post(pathTo(app, 'lena', '/deactivation'));
    const sheet = await alice.get(pathTo(app, 'lena', '/deactivation/delete'));
    expect(pageOf(sheet).texts('#sheet li')).toContain('lena still leaves on 27 Nov 2026, 18:00.');
    await alice.send('delete', pathTo(app, 'lena', '/deactivation'));
    expect((await user('lena')).leaves_at).toBe('2026-11-27T17:00:00.000Z');
  });
});

it('refuses an end that is over, or not after the start, and changes nothing', async () => {
  const refusedFields: Record<string, string>[] = [
    { leavesAt: '2026-11-22 13:00' },
    { leavesAt: '2020-01-01' },
    { leavesAt: '2026-12-01', startsAt: '2026-12-02' },
  ];
  for (const fields of refusedFields) {
    const refused = await edit('lena', fields);
    expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([422, ['leavesAt']]);
  }
  expect((await user('lena')).leaves_at).toBeNull();
  expect((await edit('lena', { leavesAt: '2026-11-22', 'leavesAt-time': '13:01' })).status).toBe(303);
});

it('ends a membership at its minute, for rights and for who leads', async () => {
  const support = await groupId(app, 'Support');
  const sheet = `/groups/${support}/members/edit?ids=${app.people.bob}`;
  const { _csrf } = pageOf(await alice.get(sheet)).typed();
  const fields = { _csrf, ids: String(app.people.bob), untilAt: '2026-11-27', 'untilAt-time': '18:00' };
  expect((await alice.send('patch', `/groups/${support}/members`, fields)).status).toBe(303);
  const standing = async () =>
    pageOf(await (await signedIn(app, 'alice')).get(pathTo(app, 'bob'))).texts('.badge.ended');
  goTo('2026-11-27T16:59:00Z');
  expect(await standing()).toEqual([]);
  goTo('2026-11-27T17:00:00Z');
  expect(await standing()).toEqual(['ended']);
});

describe('whoever starts on a day to come', () => {
  const nora = { name: 'nora', email: 'nora@example.com', startsAt: '2026-12-01', access: 'mail' };
  beforeEach(async () => {
    const created = await submit(alice, '/users/new', { ...nora, groups: await groupId(app, 'Support') });
    expect(pageOf(await alice.get(created.headers.location)).message()).toBe(
      'nora was created. An invitation goes to nora@example.com on 1 Dec 2026, 07:00.',
    );
  });
  const record = async () => pageOf(await (await signedIn(app, 'alice')).get(`/users/${(await user('nora')).id}`));
  const mails = async () => {
    await mailing.deliver();
    return mailing.server.mails.filter(({ recipients }) => recipients.includes('nora@example.com'));
  };

  it('sleeps until then, and the list finds them', async () => {
    expect((await record()).texts('h1 .badge')).toEqual(['Not started', 'Not invited']);
    expect((await record()).texts('.coming li')).toEqual(['1 Dec 2026 starts', '1 Dec 2026, 07:00 Reinvite']);
    expect(pageOf(await alice.get('/users?state=not-started')).texts('tbody th a')).toEqual(['nora']);
    expect(pageOf(await alice.get('/users?starts=30')).texts('tbody th a')).toEqual(['nora']);
    expect(pageOf(await alice.get('/users?starts=7')).texts('tbody th a')).toEqual([]);
  });

  it('is invited on that morning, once, however often and by however many it is looked', async () => {
    goTo('2026-12-01T05:59:59Z');
    await due();
    expect(await mails()).toEqual([]);
    app.clock.advance(1_000);
    await Promise.all([due(), due(), due()]);
    // A clock that is set back and comes to the same moment again.
    app.clock.advance(-2 * HOUR);
    await due();
    app.clock.advance(3 * HOUR);
    await due();
    const [mail, ...more] = await mails();
    expect(more).toEqual([]);
    const visitor = new Session(app);
    expect((await visitor.get(linkIn(mail))).status).toBeLessThan(400);
    expect((await record()).texts('.coming li')).toEqual([]);
  });

  it('is invited by a server that was down that morning, when it runs again', async () => {
    goTo('2026-12-04T15:00:00Z');
    await due();
    await due();
    expect(await mails()).toHaveLength(1);
  });

  it('is invited later where the start moves, and cannot be invited before it', async () => {
    const { id } = await user('nora');
    await submit(alice, `/users/${id}/edit`, { startsAt: '2026-12-03', 'startsAt-time': '09:00' });
    expect((await record()).texts('.coming li')).toEqual(['3 Dec 2026, 09:00 starts', '3 Dec 2026, 09:00 Reinvite']);
    const refused = await alice.get(`/users/${id}/invitation/new`);
    expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('has not started')]);
  });

  it('opens no link before the start, and the same one after it', async () => {
    goTo('2026-12-01T06:00:00Z');
    await due();
    const [mail] = await mails();
    await app.db.write((trx) => trx('users').where('name', 'nora').update({ starts_at: '2026-12-01T09:00:00.000Z' }));
    const visitor = new Session(app);
    const early = await visitor.get(linkIn(mail));
    const told = early.status === 303 ? await visitor.get(early.headers.location) : early;
    expect([told.status, told.text]).toEqual([410, expect.stringContaining('The account starts on')]);
    goTo('2026-12-01T09:00:00Z');
    const late = await visitor.get(linkIn(mail));
    expect(late.status === 303 ? (await visitor.get(late.headers.location)).status : late.status).toBe(200);
  });

  it('gets no link that is copied, which would work for nobody', async () => {
    const refused = await submit(alice, '/users/new', {
      ...nora,
      name: 'nils',
      email: 'nils@example.com',
      access: 'copy',
    });
    expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([422, ['startsAt']]);
  });
});

it('counts nobody as an administrator before their start', async () => {
  await submit(alice, pathTo(app, 'ada', '/edit'), { startsAt: '2026-12-01' });
  const list = async () => pageOf(await alice.get('/users?right=administrator')).texts('tbody th a');
  expect(await list()).toEqual(['alice']);
  const refused = await submit(alice, pathTo(app, 'alice', '/edit'), { startsAt: '2026-12-01' });
  expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([422, ['startsAt']]);
  goTo('2026-12-01T00:00:00Z');
  alice = await signedIn(app, 'alice');
  expect(await list()).toEqual(['ada', 'alice']);
  expect(instant(app.clock.now())).toBe('2026-12-01T00:00:00.000Z');
});
