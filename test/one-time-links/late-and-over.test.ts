import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, HOUR } from '../../src/clock.ts';
import { PASSWORD, startApp, startEmptyApp, type TestApp } from '../support/app.ts';
import { send } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { linkIn, type Mailing, startMailing } from '../support/mailing.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const CHOSEN = 'nine slow tractors hum';
const FORM = '/invitations/acceptance/new';
const choose = { password: CHOSEN, repeated: CHOSEN };

describe('without mail', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  const sameOrigin = () => ({ Origin: app.config.baseUrl, 'Sec-Fetch-Site': 'same-origin' });
  const endSessions = () => app.db.write((trx) => trx('sessions').delete());
  const passwordOf = async (person: 'carol' | 'bob') =>
    (await app.db.read('users').where('id', app.people[person]).first()).password_hash;

  /** Sends the main form of a page as a browser does that vouches for its origin. */
  async function sendFromHere(session: Session, page: { text: string }, fields = {}) {
    const { $, typed } = pageOf(page);
    const { _csrf, _method, ...standing } = typed();
    const all = { _csrf, ...standing, ...fields } as Record<string, string>;
    return session.send((_method as 'post') ?? 'post', $('main form').last().attr('action')!, all, sameOrigin());
  }

  it('the form of the first of two links in one browser sets the password of the first (R90)', async () => {
    const browser = new Session(app);
    await browser.get(await linkFor(app, 'carol', 'invitation'));
    const carols = await browser.get(FORM);
    const before = await passwordOf('bob');
    await browser.get(await linkFor(app, 'bob', 'password-reset'));
    await browser.get('/passwords/acceptance/new');
    expect((await send(browser, carols, choose)).status).toBe(303);
    expect((await new Session(app).signIn('carol', CHOSEN)).status).toBe(303);
    expect(await passwordOf('bob')).toBe(before);
  });

  it('the same of two invitations', async () => {
    const made = await signedIn(app, 'alice');
    const { headers } = await made.post('/users', { name: 'nora', email: 'nora@example.com', access: 'later' });
    const nora = headers.location.split('/').at(-1);
    await made.post(`/users/${nora}/invitation`, { channel: 'copy' });
    const noras = new URL(pageOf(await made.get(headers.location)).link()!).pathname;
    const browser = new Session(app);
    await browser.get(await linkFor(app, 'carol', 'invitation'));
    const carols = await browser.get(FORM);
    await browser.get(noras);
    expect(pageOf(await browser.get(FORM)).heading()).toBe('Welcome, nora');
    expect((await send(browser, carols, choose)).status).toBe(303);
    expect((await new Session(app).signIn('carol', CHOSEN)).status).toBe(303);
    expect((await app.db.read('users').where('id', nora).first()).password_hash).toBeNull();
  });

  it.each(['1.abc', '', '2'])(
    'a seal that is none (%j) opens nothing in a browser that opened nothing',
    async (sealed) => {
      const browser = await opened(app, await linkFor(app, 'carol', 'invitation'));
      await endSessions();
      const late = await browser.post('/invitations/acceptance', { ...choose, sealed }, sameOrigin());
      expect(late.status).toBe(410);
      expect(await passwordOf('carol')).toBeNull();
    },
  );

  it('a form that was made for another link by its number alone opens nothing', async () => {
    await linkFor(app, 'bob', 'password-reset');
    const bobs = await app.db.read('links').where({ user_id: app.people.bob, purpose: 'password-reset' }).first('id');
    const before = await passwordOf('bob');
    const browser = await opened(app, await linkFor(app, 'carol', 'invitation'));
    for (const path of ['/invitations/acceptance', '/passwords/acceptance'])
      for (const sealed of [`${bobs.id}.${'A'.repeat(43)}`, String(bobs.id)])
        expect((await browser.post(path, { ...choose, sealed })).status).toBe(410);
    expect([await passwordOf('bob'), await passwordOf('carol')]).toEqual([before, null]);
  });

  it('a form whose session died is shown again, and then does what it says', async () => {
    const browser = new Session(app);
    await browser.get(await linkFor(app, 'carol', 'invitation'));
    const form = await browser.get(FORM);
    await endSessions();
    const late = await sendFromHere(browser, form, choose);
    expect(late.status).toBe(422);
    expect(pageOf(late).textOf('[role=alert]')).toMatch(/nothing was done yet/);
    expect(pageOf(late).$('input[type=password]').attr('value')).toBeUndefined();
    expect(await passwordOf('carol')).toBeNull();
    expect((await sendFromHere(browser, late, choose)).status).toBe(303);
    expect((await new Session(app).signIn('carol', CHOSEN)).status).toBe(303);
  });

  it.each<[string, Record<string, string>]>([
    ['from another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['from another site of the same family', { 'Sec-Fetch-Site': 'same-site' }],
    ['from another origin', { Origin: 'https://evil.example' }],
    ['from nobody knows where', {}],
  ])('the same form %s is refused (R68)', async (_, headers) => {
    const browser = new Session(app);
    await browser.get(await linkFor(app, 'carol', 'invitation'));
    const { _csrf, sealed } = pageOf(await browser.get(FORM)).typed() as Record<string, string>;
    await endSessions();
    const late = await browser.post('/invitations/acceptance', { _csrf, sealed, ...choose }, headers);
    expect(late.status).toBe(403);
    expect(await passwordOf('carol')).toBeNull();
  });

  it('says whose it is to somebody else who is signed in, also where they signed in after it was opened', async () => {
    const browser = await signedIn(app, 'alice');
    await browser.get(await linkFor(app, 'carol', 'invitation', browser));
    const words = /You are signed in as alice, and this is for carol/;
    expect(pageOf(await browser.get(FORM)).textOf('[role=alert]')).toMatch(words);

    const other = new Session(app);
    await other.get(await linkFor(app, 'carol', 'invitation'));
    const form = await other.get(FORM);
    await other.signIn('alice');
    const asked = await sendFromHere(other, form, choose);
    expect([asked.status, await passwordOf('carol')]).toEqual([422, null]);
    expect(pageOf(asked).textOf('main')).toMatch(words);
    expect((await sendFromHere(other, asked, choose)).status).toBe(303);
  });

  it('a sign-in page that was open for long keeps the name, and works', async () => {
    const browser = new Session(app);
    const page = await browser.get('/session/new');
    app.clock.advance(2 * HOUR);
    const late = await sendFromHere(browser, page, { identifier: 'alice', password: PASSWORD });
    expect([late.status, pageOf(late).typed().identifier]).toEqual([422, 'alice']);
    expect(late.text).not.toContain(PASSWORD);
    expect((await sendFromHere(browser, late, { password: PASSWORD })).status).toBe(303);
  });

  it.each<[form: string, fields: Record<string, string>, status: number]>([
    // The browser has opened another link since.
    ['/passwords/acceptance', choose, 410],
    ['/invitations/acceptance', choose, 422],
    ['/session', { identifier: 'alice', password: PASSWORD }, 422],
  ])('a late form of %s does nothing, whatever session is there', async (path, fields, status) => {
    const browser = await opened(app, await linkFor(app, 'bob', 'password-reset'));
    await browser.get(await linkFor(app, 'carol', 'invitation'));
    const before = await passwordOf('bob');
    const late = await browser.post(path, { _csrf: 'of-long-ago', ...fields }, sameOrigin());
    expect(late.status).toBe(status);
    expect([await passwordOf('bob'), await passwordOf('carol')]).toEqual([before, null]);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('a late setup makes nobody', async () => {
    await using empty = await startEmptyApp();
    const browser = new Session(empty);
    await browser.get(`/setup/${empty.context.setupToken}`);
    const fields = { name: 'ada', email: 'ada@example.com', ...choose };
    const late = await browser.post('/setup', { _csrf: 'of-long-ago', ...fields }, sameOrigin());
    expect([late.status, pageOf(late).typed().name]).toEqual([422, 'ada']);
    expect(await empty.db.read('users')).toEqual([]);
  });

  it('the strength of a password is told to nobody whose page is late, and leads nowhere else', async () => {
    const browser = await opened(app, await linkFor(app, 'carol', 'invitation'));
    await endSessions();
    const headers = { ...sameOrigin(), 'HX-Request': 'true', 'HX-Target': 'div#password-strength' };
    const late = await browser.post('/passwords/strength', { _csrf: 'of-long-ago', password: CHOSEN }, headers);
    expect([late.status, late.headers['hx-redirect']]).toEqual([204, undefined]);
  });

  it('a sign-out that is late is carried out', async () => {
    const browser = await signedIn(app, 'alice');
    await browser.get('/users');
    const stale = { _csrf: 'of-long-ago' };
    expect((await browser.send('delete', '/session', stale, sameOrigin())).status).toBe(303);
    expect(await isSignedIn(browser)).toBe(false);
  });

  it('a browser that keeps no cookies is told so, and so is the log', async () => {
    const answer = await new Session(app).agent
      .post('/session')
      .set({ ...sameOrigin(), 'Content-Type': 'application/x-www-form-urlencoded' })
      .send(`_csrf=x&identifier=alice&password=${encodeURIComponent(PASSWORD)}`);
    expect(answer.status).toBe(422);
    expect(pageOf(answer).textOf('[role=alert]')).toMatch(/sent no cookie back/);
    expect(app.log.some((line) => line.includes('no cookie came back'))).toBe(true);
  });

  it('a form that is older than the sign-in comes back as it was typed; other acts are not done, and no forbidden ones (R90)', async () => {
    const alice = await signedIn(app, 'alice');
    const form = await alice.get(pathTo(app, 'bob', '/edit'));
    const confirmation = await alice.get(pathTo(app, 'bob', '/deactivation/new'));
    await endSessions();
    await alice.signIn('alice');
    const late = await sendFromHere(alice, form, { description: 'typed with care' });
    expect([late.status, late.headers.location]).toEqual([303, pathTo(app, 'bob', '/edit')]);
    expect(pageOf(await alice.get(late.headers.location)).typed().description).toBe('typed with care');
    const events = await app.db.read('audit_events').count('* as n').first();
    const act = await sendFromHere(alice, confirmation);
    expect([act.status, pageOf(act).heading()]).toEqual([422, 'Not done yet']);
    expect(await app.db.read('audit_events').count('* as n').first()).toEqual(events);
    expect((await app.db.read('users').where('id', app.people.bob).first()).activity).toBe('active');
    const again = pageOf(act).$('main form button');
    expect(again.text()).toBe('Send it again as alice');
    expect((await sendFromHere(alice, act)).status).toBe(303);
    expect((await app.db.read('users').where('id', app.people.bob).first()).activity).toBe('deactivated');
  });

  it('a form with a secret in it is not carried, however it is sent again', async () => {
    const alice = await signedIn(app, 'alice');
    const form = await alice.get('/credentials/report/new');
    await endSessions();
    await alice.signIn('alice');
    const late = await sendFromHere(alice, form, { current: PASSWORD, note: 'entirely' });
    expect([late.status, late.headers.location]).toEqual([303, '/credentials/report/new']);
    expect((await app.db.read('sessions').pluck('data')).join()).not.toContain(PASSWORD);
    const again = await alice.get('/credentials/report/new');
    expect(pageOf(again).message()).toContain('Passwords and codes are never kept: type them anew.');
    expect(again.text).not.toContain(PASSWORD);
  });

  it.each(['.', '>', ')', '%20', '/', '.%3E'])('a link that was copied with %j at its end opens', async (end) => {
    const link = await linkFor(app, 'carol', 'invitation');
    expect((await new Session(app).get(`${link}${end}`)).status).toBe(303);
  });

  it('an expired invitation names whom to ask; a replaced one sends to the newest', async () => {
    const first = await linkFor(app, 'carol', 'invitation');
    const second = await linkFor(app, 'carol', 'invitation');
    const replaced = await new Session(app).get(first);
    expect([replaced.status, pageOf(replaced).textOf('main')]).toEqual([
      410,
      expect.stringMatching(/newest link that you were given/),
    ]);
    app.clock.advance(4 * DAY);
    const expired = await new Session(app).get(second);
    expect([expired.status, pageOf(expired).textOf('main')]).toEqual([
      410,
      expect.stringMatching(/expired. Ask alice for/),
    ]);
    expect(pageOf(expired).$('main form').length).toBe(0);
  });
});

describe('with mail', () => {
  let mailing: Mailing;
  beforeEach(async () => {
    mailing = await startMailing();
  });
  afterEach(() => mailing.close());

  const mailed = async () => {
    await mailing.deliver();
    return mailing.server.mails.splice(0);
  };
  const forget = async (identifier: string) => {
    const stranger = new Session(mailing.app);
    await stranger.get('/passwords/requests/new');
    return stranger.post('/passwords/requests', { identifier });
  };

  it('an expired invitation can be asked for: the desk shows it, who invited is told once, and no link is made', async () => {
    const { app } = mailing;
    const link = await linkFor(app, 'carol', 'invitation');
    app.clock.advance(4 * DAY);
    const links = await app.db.read('links').count('* as n').first();
    for (let n = 0; n < 3; n++) {
      const carol = new Session(app);
      const over = await carol.get(link);
      expect(over.status).toBe(410);
      const asked = await send(carol, over);
      expect([asked.status, asked.headers.location]).toEqual([303, '/session/new']);
    }
    const mails = await mailed();
    expect(mails.map(({ recipients, subject }) => [recipients, subject])).toEqual([
      [['alice@example.com'], expect.stringMatching(/^carol waits for a new invitation/)],
    ]);
    expect(await app.db.read('links').count('* as n').first()).toEqual(links);
    const alice = await signedIn(app, 'alice');
    const waiting = async () => pageOf(await alice.get('/invitations')).textOf('#asked-for ~ *');
    expect(await waiting()).toMatch(/carol waits/);
    // Whoever is invited anew waits no more.
    await linkFor(app, 'carol', 'invitation', alice);
    expect(await waiting()).not.toContain('carol');
    expect(await app.db.read('invitation_requests')).toEqual([]);
  });

  it('a late request for a link asks for nothing', async () => {
    const { app } = mailing;
    const late = { Origin: app.config.baseUrl, 'Sec-Fetch-Site': 'same-origin' };
    const link = await linkFor(app, 'carol', 'invitation');
    app.clock.advance(4 * DAY);
    const carol = new Session(app);
    const { sealed } = pageOf(await carol.get(link)).typed() as Record<string, string>;
    const statusOf = async (path: string, fields: Record<string, string>) =>
      (await carol.post(path, { _csrf: 'of-long-ago', ...fields }, late)).status;
    expect(await statusOf('/invitations/requests', { sealed })).toBe(410);
    expect(await statusOf('/passwords/requests', { identifier: 'bob' })).toBe(422);
    expect(await app.db.read('invitation_requests')).toEqual([]);
    expect(await app.db.read('reset_requests')).toEqual([]);
  });

  it('a link that is open, used or unknown cannot be asked for anew', async () => {
    const { app } = mailing;
    const browser = new Session(app);
    await browser.get(await linkFor(app, 'carol', 'invitation'));
    const { sealed } = pageOf(await browser.get(FORM)).typed() as Record<string, string>;
    for (const one of [sealed, '1.x', ''])
      expect((await browser.post('/invitations/requests', { sealed: one })).status).toBe(410);
    expect(await app.db.read('invitation_requests')).toEqual([]);
  });

  it('Forgot password? mails an invited person the same invitation again, three times an hour at most', async () => {
    const { app } = mailing;
    const link = await linkFor(app, 'carol', 'invitation');
    app.clock.advance(HOUR);
    for (let n = 0; n < 12; n++) {
      await forget(n % 2 ? 'carol' : 'CAROL@example.com');
      await mailing.deliver();
      app.clock.advance(HOUR / 12);
    }
    const mails = await mailed();
    expect(mails.length).toBe(3);
    for (const mail of mails) expect([mail.recipients, linkIn(mail)]).toEqual([['carol@example.com'], link]);
    expect((await new Session(app).get(link)).status).toBe(303);
  });

  it('Forgot password? of one whose invitation has expired marks it as asked for, with the same answer', async () => {
    const { app } = mailing;
    await linkFor(app, 'carol', 'invitation');
    app.clock.advance(4 * DAY);
    expect((await forget('carol')).headers.location).toBe((await forget('nobody')).headers.location);
    expect(await mailed()).toEqual([]);
    expect(await app.db.read('invitation_requests').pluck('user_id')).toEqual([app.people.carol]);
  });
});
