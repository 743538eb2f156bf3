import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HOUR } from '../../src/clock.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { cookieOf } from '../support/cookie.ts';
import { everything, factsBesideAudit, userRow } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { groupId, isSignedIn, pathTo } from '../support/people.ts';
import { type Fields, Session, signedIn } from '../support/session.ts';

const CHOSEN = 'nine slow tractors hum';
const ACCEPTANCE = '/invitations/acceptance';

describe('an invitation', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const invite = () => linkFor(app, 'carol', 'invitation', alice);
  const accept = (session: Session, fields: Fields = {}) =>
    session.post(ACCEPTANCE, { password: CHOSEN, repeated: CHOSEN, ...fields });
  /** Follows a link as far as it goes. */
  const follow = async (link: string, session = new Session(app)) => {
    const first = await session.get(link);
    return first.status === 303 ? session.get(first.headers.location) : first;
  };

  it('is opened, answered with a password, and signs the new user in', async () => {
    const carol = new Session(app);
    const audit = await watchAudit(app);
    const link = await invite();
    const first = await carol.get(link);
    expect([first.status, first.headers.location]).toEqual([303, `${ACCEPTANCE}/new`]);
    const form = pageOf(await carol.get(first.headers.location));
    expect(form.heading()).toBe('Welcome, carol');
    expect(form.textOf('main p')).toMatch(/You sign in here as carol or carol@example.com/);
    const before = cookieOf(first);
    const done = await accept(carol);
    expect([done.status, done.headers.location]).toEqual([303, '/me']);
    expect(cookieOf(done)).not.toBe(before);
    const own = pageOf(await carol.get('/credentials'));
    expect([own.fact('Name'), own.fact('Groups'), own.message()]).toEqual([
      'carol',
      'Support',
      'Welcome, carol. Your password is set, and you are signed in.',
    ]);
    const at = '2026-11-22T12:00:00.000Z';
    expect(await userRow(app, app.people.carol)).toMatchObject({ password_set_at: at, last_login_at: at });
    const events = await audit.since();
    expect(events.map((event) => [event.action, event.actorName, event.subjectName])).toEqual([
      ['invitation.issued', 'alice', 'carol'],
      ['password.chosen', 'carol', 'carol'],
    ]);
    expect((await new Session(app).signIn('carol', CHOSEN)).status).toBe(303);
  });

  it('is opaque, of 256 bits, another one each time, and stands nowhere but in the link (R31, R45, R55)', async () => {
    const tokens: string[] = [];
    for (let n = 0; n < 3; n++) tokens.push((await invite()).split('/').at(-1)!);
    expect(new Set(tokens).size).toBe(3);
    const carol = await opened(app, `/invitations/${tokens[2]}`);
    await accept(carol);
    for (const token of tokens) await new Session(app).get(`/invitations/${token}`);
    const kept = JSON.stringify(await everything(app));
    for (const token of tokens) {
      expect(token).toMatch(/^[\w-]{43}$/);
      expect(kept).not.toContain(token);
      expect(app.log.filter((line) => line.includes(token)).length).toBe(0);
    }
    expect(app.log.some((line) => line.includes('/invitations/…'))).toBe(true);
  });

  it.each([
    ['capitals in the path', (token: string) => `/Invitations/${token}`],
    ['a slash at the end', (token: string) => `/invitations/${token}/`],
    ['a query', (token: string) => `/invitations/${token}?utm=mail`],
    ['something behind it', (token: string) => `/invitations/${token}/accept`],
    ['two slashes', (token: string) => `//invitations/${token}`],
    ['letters written as numbers', (token: string) => `/%69nvitations/${token}`],
    ['something before it', (token: string) => `/x/invitations/${token}`],
  ])('is not logged however the address is written: with %s (R45, R78)', async (_, write) => {
    const token = (await invite()).split('/').at(-1)!;
    await new Session(app).get(write(token));
    await alice.get(write(token));
    await alice.post(write(token));
    expect(app.log.filter((line) => line.includes(token)).length).toBe(0);
    expect(JSON.stringify(await everything(app))).not.toContain(token);
  });

  it('is not logged where the request names the whole address, as a proxy would (R45, R78)', async () => {
    const { request } = await import('node:http');
    const token = (await invite()).split('/').at(-1)!;
    const { port } = new URL(app.url);
    await new Promise((resolve, reject) => {
      const path = `http://127.0.0.1:${port}/invitations/${token}`;
      request({ host: '127.0.0.1', port, path }, (answer) => answer.resume().on('end', resolve))
        .on('error', reject)
        .end();
    });
    expect(app.log.filter((line) => line.includes(token)).length).toBe(0);
  });

  it('leaves the address after the first step, and is kept by nobody on the way (R45)', async () => {
    const link = await invite();
    const token = link.split('/').at(-1)!;
    const carol = new Session(app);
    const first = await carol.get(link);
    const form = await carol.get(first.headers.location);
    for (const answer of [first, form, await accept(carol, { repeated: 'x' })]) {
      expect(answer.headers['referrer-policy']).toBe('same-origin');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.text).not.toContain(token);
      expect(JSON.stringify(answer.headers)).not.toContain(token);
    }
  });

  it('stays good however often it is looked at, as mail scanners do (R33)', async () => {
    const link = await invite();
    for (let n = 0; n < 5; n++) {
      expect((await follow(link)).status).toBe(200);
      await new Session(app).agent.head(link);
      await new Session(app).agent.options(link);
    }
    const carol = await opened(app, link);
    expect((await accept(carol)).status).toBe(303);
  });

  it('is good once: of fifty at the same time exactly one sets a password (R32)', async () => {
    const link = await invite();
    const audit = await watchAudit(app);
    const browsers = await Promise.all(Array.from({ length: 50 }, () => opened(app, link)));
    const answers = await Promise.all(
      browsers.map((browser, n) => accept(browser, { password: `${CHOSEN} ${n}`, repeated: `${CHOSEN} ${n}` })),
    );
    const winners = answers.flatMap((answer, n) => (answer.status === 303 ? [n] : []));
    expect(winners.length).toBe(1);
    expect(answers.filter((answer) => answer.status === 410).length).toBe(49);
    expect(await audit.actions()).toEqual(['password.chosen']);
    expect((await app.db.read('sessions').where('user_id', app.people.carol)).length).toBe(1);
    expect((await new Session(app).signIn('carol', `${CHOSEN} ${winners[0]}`)).status).toBe(303);
  });

  it('keeps nobody waiting whose link it is not, however many send it at once (R81)', async () => {
    const carol = await opened(app, await invite());
    const { hasher } = app.context;
    const before = hasher.count.all;
    const answers = await Promise.all(Array.from({ length: 160 }, () => accept(carol)));
    const of = (status: number) => answers.filter((answer) => answer.status === status).length;
    // The session that opened the link ends with the first of them.
    expect([of(303), of(410) + of(403), of(429)]).toEqual([1, 159, 0]);
    expect(hasher.count.all - before).toBe(1);
  });

  it('is worth nothing once it was used, also after a new start (R34)', async () => {
    const link = await invite();
    const carol = await opened(app, link);
    const late = await opened(app, link);
    await accept(carol);
    const before = await userRow(app, app.people.carol);
    for (const answer of [await follow(link), await accept(late), await late.get(`${ACCEPTANCE}/new`)]) {
      expect(answer.status).toBe(410);
      expect(pageOf(answer).heading()).toBe('This link can no longer be used');
      expect(pageOf(answer).textOf('main p')).toMatch(/It was used, and works once only/);
      expect(pageOf(answer).$('main a.main').attr('href')).toBe('/session/new');
    }
    app = await app.restart();
    expect((await follow(link)).status).toBe(410);
    expect(await userRow(app, app.people.carol)).toEqual(before);
  });

  it('ends after 72 hours, to the moment (R34)', async () => {
    const link = await invite();
    app.clock.advance(72 * HOUR - 1);
    const carol = await opened(app, link);
    app.clock.advance(1);
    expect((await follow(link)).status).toBe(410);
    // Also for who opened it in time and was too slow.
    expect((await accept(carol)).status).toBe(410);
    expect((await userRow(app, app.people.carol)).password_hash).toBeNull();
    const record = pageOf(await (await signedIn(app, 'alice')).get(pathTo(app, 'carol')));
    expect(record.heading()).toBe('carol Invitation expired');
  });

  it('is not used up by a password that was sent in time and hashed until after the end (R34)', async () => {
    const link = await invite();
    app.clock.advance(72 * HOUR - 1);
    const carol = await opened(app, link);
    const { hasher } = app.context;
    const hash = hasher.hash.bind(hasher);
    const hashing = jest.spyOn(hasher, 'hash').mockImplementation(async (password) => {
      app.clock.advance(1);
      return hash(password);
    });
    const audit = await watchAudit(app);
    expect((await accept(carol)).status).toBe(410);
    expect(hashing).toHaveBeenCalledTimes(1);
    expect(await userRow(app, app.people.carol)).toMatchObject({ password_hash: null });
    expect(await app.db.read('links').where('user_id', app.people.carol).whereNotNull('used_at')).toEqual([]);
    expect(await audit.actions()).not.toContain('password.chosen');
  });

  it('lasts as long as the settings say (R34)', async () => {
    app = await app.restart({ settings: { INVITATION_HOURS: '2' } });
    alice = await signedIn(app, 'alice');
    const link = await invite();
    app.clock.advance(2 * HOUR - 1);
    expect((await follow(link)).status).toBe(200);
    app.clock.advance(1);
    expect((await follow(link)).status).toBe(410);
  });

  it.each<[string, (session: Session, app: TestApp) => Promise<unknown>]>([
    ['another one was made', async (session, { people }) => session.post(`/users/${people.carol}/invitation`)],
    ['it was withdrawn', async (session, { people }) => session.send('delete', `/users/${people.carol}/invitation`)],
    ['the user was deactivated', async (session, { people }) => session.post(`/users/${people.carol}/deactivation`)],
    ['the user was deleted', async (session, { people }) => session.post(`/users/${people.carol}/deletion`)],
    [
      'the email changed',
      async (session, { people }) => submit(session, `/users/${people.carol}/edit`, { email: 'c@x.example' }),
    ],
  ])('is dead where %s, for who has it open as well (R34)', async (_, end) => {
    const link = await invite();
    const carol = await opened(app, link);
    await end(alice, app);
    expect((await follow(link)).status).toBe(410);
    expect((await accept(carol)).status).toBe(410);
    expect((await userRow(app, app.people.carol)).password_hash).toBeNull();
  });

  it('is no password reset, and opens none (R35)', async () => {
    const token = (await invite()).split('/').at(-1)!;
    const reset = (await linkFor(app, 'bob', 'password-reset', alice)).split('/').at(-1)!;
    expect((await follow(`/passwords/${token}`)).status).toBe(410);
    expect((await follow(`/invitations/${reset}`)).status).toBe(410);
    // Nor does the form of one take what the other opened.
    const carol = await opened(app, `/invitations/${token}`);
    const before = await factsBesideAudit(app);
    expect((await carol.get('/passwords/acceptance/new')).status).toBe(410);
    expect((await carol.post('/passwords/acceptance', { password: CHOSEN, repeated: CHOSEN })).status).toBe(410);
    const bob = await opened(app, `/passwords/${reset}`);
    expect((await accept(bob)).status).toBe(410);
    expect((await factsBesideAudit(app)).users).toEqual(before.users);
  });

  it('takes who it is for, and what they may, from nowhere but itself (R36)', async () => {
    const administrators = await groupId(app, 'Administrators');
    const carol = await opened(app, await invite());
    const done = await accept(carol, {
      userId: String(app.people.alice),
      user_id: String(app.people.alice),
      id: '1',
      link: '1',
      email: 'evil@example.com',
      name: 'alice',
      groups: administrators,
      role: 'admin',
      leavesAt: '2999-01-01',
      token: 'x',
    });
    expect(done.status).toBe(303);
    const { version: _, ...row } = await userRow(app, app.people.carol);
    expect(row).toMatchObject({ name: 'carol', email: 'carol@example.com', group_count: 1, expires_on: null });
    expect((await carol.get('/users')).status).toBe(404);
    expect((await new Session(app).signIn('alice')).status).toBe(303);
  });

  it('cannot be answered by who never opened it (R41)', async () => {
    await invite();
    const stranger = new Session(app);
    expect((await stranger.get(`${ACCEPTANCE}/new`)).status).toBe(410);
    await stranger.get('/session/new');
    expect((await accept(stranger)).status).toBe(410);
    expect((await accept(stranger, { token: 'x', link: '1', purpose: 'invitation' })).status).toBe(410);
    const bob = await signedIn(app, 'bob');
    expect((await accept(bob)).status).toBe(410);
  });

  it.each(['x', 'acceptance', 'A'.repeat(43), '%00', 'x'.repeat(3_000), '..%2f..', "' or 1=1 --"])(
    'that was never made is over, and no mistake: %j',
    async (token) => {
      expect((await new Session(app).get(`/invitations/${token}`)).status).toBe(410);
    },
  );

  it('whose address is no text makes no sense', async () => {
    expect((await new Session(app).get('/invitations/%F0%9F')).status).toBe(400);
  });

  it('says what will not do about a password, by what it knows of the person, and stays open', async () => {
    const contact = await app.db.read('contacts').where('name', 'María Müller').first('id');
    await submit(alice, pathTo(app, 'carol', '/edit'), { contactId: String(contact.id) });
    const carol = await opened(app, await invite());
    for (const [password, message] of [
      ['', /Choose a password/],
      ['too short', /6 more/],
      ['carol-carol-carol', /little more than a name/],
      ['maria muller 123', /little more than a name/],
      ['password1234567', /attackers try first/],
    ] as const) {
      const refused = await accept(carol, { password, repeated: password });
      expect([password, refused.status]).toEqual([password, 422]);
      expect(pageOf(refused).errors()).toEqual({ password: expect.stringMatching(message) });
    }
    expect(pageOf(await accept(carol, { repeated: 'other' })).errors()).toEqual({
      repeated: 'The two are not the same.',
    });
    expect((await accept(carol)).status).toBe(303);
  });

  it('ends the session of whoever was signed in in this browser, and begins that of the new user', async () => {
    const link = await invite();
    const before = cookieOf(await alice.get('/credentials'));
    await alice.get(link);
    await alice.get(`${ACCEPTANCE}/new`);
    expect((await accept(alice)).status).toBe(303);
    expect(pageOf(await alice.get('/credentials')).fact('Name')).toBe('carol');
    expect(before).toBeUndefined();
    expect(await app.db.read('sessions').where('user_id', app.people.alice)).toEqual([]);
  });

  it('of one user leaves that of another alone', async () => {
    const link = await invite();
    const other = await submit(alice, '/users/new', { name: 'nora', email: 'nora@example.com' });
    const noras = new URL(pageOf(await alice.get(other.headers.location)).link()!).pathname;
    await accept(await opened(app, link));
    expect((await follow(noras)).status).toBe(200);
  });

  it('is refused to who has a password already', async () => {
    const page = await alice.get(pathTo(app, 'bob', '/invitation/new'));
    expect([page.status, pageOf(page).textOf('#error p:first-child')]).toEqual([409, 'bob has a password already.']);
    await alice.post(pathTo(app, 'bob', '/invitation'));
    expect(await app.db.read('links').where('user_id', app.people.bob)).toEqual([]);
  });

  it('is one at a time: of ten made at once one is open', async () => {
    await Promise.all(Array.from({ length: 10 }, () => alice.post(pathTo(app, 'carol', '/invitation'))));
    const open = await app.db
      .read('links')
      .where('user_id', app.people.carol)
      .whereNull('ended_at')
      .whereNull('used_at');
    expect(open.length).toBe(1);
  });

  it('does not sign in by itself who was signed out elsewhere meanwhile', async () => {
    const carol = await opened(app, await invite());
    await accept(carol);
    carol.isIn();
    expect(await isSignedIn(carol)).toBe(true);
    await carol.send('delete', '/session');
    expect(await isSignedIn(carol)).toBe(false);
    expect((await new Session(app).signIn('carol', PASSWORD)).status).toBe(422);
  });
});
