import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../../src/clock.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { everything, factsBesideAudit, userRow } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { groupId, isSignedIn, pathTo } from '../support/people.ts';
import { type Fields, Session, signedIn } from '../support/session.ts';

const CHOSEN = 'nine slow tractors hum';

describe('a password reset', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const issue = () => linkFor(app, 'bob', 'password-reset', alice);
  const finish = (session: Session, fields: Fields = {}) =>
    session.post('/passwords/acceptance', { password: CHOSEN, repeated: CHOSEN, ...fields });
  const follow = async (link: string, session = new Session(app)) => {
    const first = await session.get(link);
    return first.status === 303 ? session.get(first.headers.location) : first;
  };

  it('is a link that the administrator copies, shown once, and says what it does (R43)', async () => {
    const page = pageOf(await alice.get(pathTo(app, 'bob', '/password-reset/new')));
    expect(page.texts('main form button, main form a')).toEqual(['Send password reset', 'Cancel']);
    expect(page.textOf('main ul')).toMatch(/the old password and open sessions stay/);
    const made = await submit(alice, pathTo(app, 'bob', '/password-reset/new'));
    const record = pageOf(await alice.get(made.headers.location));
    expect(record.link()).toMatch(new RegExp(`^${app.config.baseUrl}/passwords/[\\w-]{43}$`));
    expect(record.textOf('#link-to-copy')).toMatch(/until 22 Nov 2026, 13:00 UTC/);
    expect(pageOf(await alice.get(made.headers.location)).link()).toBeUndefined();
  });

  it('ends all sessions and does not sign in: the new password does (R42)', async () => {
    const sessions = [await signedIn(app, 'bob'), await signedIn(app, 'bob')];
    const browser = await opened(app, await issue());
    const form = pageOf(await browser.get('/passwords/acceptance/new'));
    expect(form.heading()).toBe('Choose a new password');
    expect(form.textOf('main p')).toMatch(/^For bob \(bob@example.com\)/);
    for (const bob of sessions) expect(await isSignedIn(bob)).toBe(true);
    const audit = await watchAudit(app);
    const done = await finish(browser);
    expect([done.status, done.headers.location]).toEqual([303, '/session/new']);
    expect(await app.db.read('sessions').where('user_id', app.people.bob)).toEqual([]);
    expect(pageOf(await browser.get('/session/new')).message()).toBe('Your new password is set. Sign in with it.');
    expect(await isSignedIn(browser)).toBe(false);
    for (const bob of sessions) expect(await isSignedIn(bob)).toBe(false);
    expect((await new Session(app).signIn('bob', PASSWORD)).status).toBe(422);
    expect((await new Session(app).signIn('bob', CHOSEN)).status).toBe(303);
    const [event] = await audit.since();
    expect([event.action, event.actorName, event.subjectName]).toEqual(['password.reset', 'bob', 'bob']);
  });

  it('leaves the old password and the sessions as they are until it is used', async () => {
    const bob = await signedIn(app, 'bob');
    const browser = await opened(app, await issue());
    await finish(browser, { repeated: 'another' });
    expect(await isSignedIn(bob)).toBe(true);
    expect((await new Session(app).signIn('bob', PASSWORD)).status).toBe(303);
  });

  it('ends after sixty minutes, to the moment (R34)', async () => {
    const link = await issue();
    app.clock.advance(60 * MINUTE - 1);
    const browser = await opened(app, link);
    app.clock.advance(1);
    expect((await follow(link)).status).toBe(410);
    expect((await finish(browser)).status).toBe(410);
    expect((await new Session(app).signIn('bob', PASSWORD)).status).toBe(303);
  });

  it('lasts as long as the settings say (R34)', async () => {
    app = await app.restart({ settings: { RESET_MINUTES: '5' } });
    alice = await signedIn(app, 'alice');
    const link = await issue();
    app.clock.advance(5 * MINUTE - 1);
    expect((await follow(link)).status).toBe(200);
    app.clock.advance(1);
    expect((await follow(link)).status).toBe(410);
  });

  it('is good once: of fifty at the same time exactly one sets a password (R32)', async () => {
    const link = await issue();
    const audit = await watchAudit(app);
    const browsers = await Promise.all(Array.from({ length: 50 }, () => opened(app, link)));
    const answers = await Promise.all(
      browsers.map((browser, n) => finish(browser, { password: `${CHOSEN} ${n}`, repeated: `${CHOSEN} ${n}` })),
    );
    const winners = answers.flatMap((answer, n) => (answer.status === 303 ? [n] : []));
    expect(winners.length).toBe(1);
    expect(await audit.actions()).toEqual(['password.reset']);
    expect((await new Session(app).signIn('bob', `${CHOSEN} ${winners[0]}`)).status).toBe(303);
  });

  it('stays good however often it is looked at (R33)', async () => {
    const link = await issue();
    for (let n = 0; n < 5; n++) expect((await follow(link)).status).toBe(200);
    expect((await finish(await opened(app, link))).status).toBe(303);
  });

  it.each<[string, (alice: Session, bob: Session, app: TestApp) => Promise<unknown>]>([
    ['another one was made', async (session, _, { people }) => session.post(`/users/${people.bob}/password-reset`)],
    ['the user was deactivated', async (session, _, { people }) => session.post(`/users/${people.bob}/deactivation`)],
    [
      'the email changed',
      async (session, _, { people }) => submit(session, `/users/${people.bob}/edit`, { email: 'b@x.example' }),
    ],
    [
      'the user chose a new password themself',
      async (_, bob) =>
        submit(bob, '/credentials', { current: PASSWORD, password: `${CHOSEN} x`, repeated: `${CHOSEN} x` }),
    ],
  ])('is dead where %s, for who has it open as well (R34)', async (_, end) => {
    const bob = await signedIn(app, 'bob');
    const link = await issue();
    const browser = await opened(app, link);
    const audit = await watchAudit(app);
    await end(alice, bob, app);
    const before = await userRow(app, app.people.bob);
    expect((await follow(link)).status).toBe(410);
    expect((await finish(browser)).status).toBe(410);
    expect(await userRow(app, app.people.bob)).toEqual(before);
    expect(await audit.actions()).not.toContain('password.reset');
  });

  it('cannot be finished by who never opened one (R41)', async () => {
    await issue();
    const stranger = new Session(app);
    expect((await stranger.get('/passwords/acceptance/new')).status).toBe(410);
    await stranger.get('/session/new');
    expect((await finish(stranger, { user: 'bob', id: '1', link: '1' })).status).toBe(410);
    const bob = await signedIn(app, 'bob');
    expect((await finish(bob)).status).toBe(410);
  });

  it('is bound to its user: who opened one cannot finish another (R41)', async () => {
    const bobs = await opened(app, await issue());
    const lenas = await linkFor(app, 'lena', 'password-reset', alice);
    await bobs.get('/passwords/acceptance/new');
    await finish(bobs, { user_id: String(app.people.lena), name: 'lena' });
    expect((await new Session(app).signIn('lena', PASSWORD)).status).toBe(303);
    expect((await follow(lenas)).status).toBe(200);
  });

  it('opened in the browser of somebody signed in changes nothing for them until it is finished, and then signs out', async () => {
    const link = await issue();
    await alice.get(link);
    expect(pageOf(await alice.get('/credentials')).fact('Name')).toBe('alice');
    await alice.get('/passwords/acceptance/new');
    expect((await finish(alice)).status).toBe(303);
    expect(await isSignedIn(alice)).toBe(false);
    expect((await new Session(app).signIn('alice', PASSWORD)).status).toBe(303);
    expect((await new Session(app).signIn('bob', CHOSEN)).status).toBe(303);
  });

  it('stands nowhere but in its link (R31, R45)', async () => {
    const link = await issue();
    const token = link.split('/').at(-1)!;
    await finish(await opened(app, link));
    await follow(link);
    expect(JSON.stringify(await everything(app))).not.toContain(token);
    expect(app.log.filter((line) => line.includes(token)).length).toBe(0);
  });

  it('leaves the address after the first step, and is kept by nobody on the way (R45)', async () => {
    const link = await issue();
    const browser = new Session(app);
    const first = await browser.get(link);
    const form = await browser.get(first.headers.location);
    for (const answer of [first, form, await finish(browser, { repeated: 'x' })]) {
      expect(answer.headers).toMatchObject({ 'referrer-policy': 'same-origin', 'cache-control': 'no-store' });
      expect(`${answer.text} ${JSON.stringify(answer.headers)}`).not.toContain(link.split('/').at(-1)!);
    }
  });

  it('takes who it is for, and what they may, from nowhere but itself (R36)', async () => {
    const browser = await opened(app, await issue());
    const before = await factsBesideAudit(app);
    const done = await finish(browser, {
      ...{ userId: String(app.people.alice), user_id: String(app.people.alice), id: '1', name: 'alice' },
      ...{ email: 'evil@example.com', groups: await groupId(app, 'Administrators'), leavesAt: '2999-01-01' },
    });
    expect(done.status).toBe(303);
    const after = await factsBesideAudit(app);
    const others = (all: typeof after) => all.users.filter(({ name }) => name !== 'bob');
    expect([others(after), after.memberships]).toEqual([others(before), before.memberships]);
    const bob = after.users.find(({ id }) => id === app.people.bob);
    expect(bob).toMatchObject({ name: 'bob', email: 'bob@example.com', leaves_at: null });
    expect((await new Session(app).signIn('bob', CHOSEN)).status).toBe(303);
  });

  it('that nobody made is answered alike, and like one of the other kind, whoever there is (R26)', async () => {
    const made = (await issue()).split('/').at(-1)!;
    const answers: string[] = [];
    for (const path of [`/passwords/${'x'.repeat(43)}`, `/passwords/${made.slice(1)}y`, `/invitations/${made}`]) {
      const { status, text } = await follow(path);
      // All but the number of the request.
      answers.push(
        `${status} ${pageOf({ text })
          .textOf('main')
          .replace(/this number: \S+/, '')}`,
      );
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^410/);
  });

  it.each([
    ['carol', 'carol has no password yet: invite instead.'],
    ['dave', 'dave is deactivated.'],
    ['robin', 'robin is API-only and never signs in here.'],
  ] as const)('is not made for %s', async (person, reason) => {
    const page = await alice.get(pathTo(app, person, '/password-reset/new'));
    expect([page.status, pageOf(page).textOf('#error p:first-child')]).toEqual([409, reason]);
    const made = await alice.post(pathTo(app, person, '/password-reset'));
    expect(pageOf(await alice.get(made.headers.location)).message()).toBe(`Nothing changed: ${reason}`);
    expect(await app.db.read('links').where({ user_id: app.people[person], purpose: 'password-reset' })).toEqual([]);
  });
});
