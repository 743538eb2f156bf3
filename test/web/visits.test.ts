import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR, MINUTE } from '../../src/clock.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { cookieLine, cookieOf } from '../support/cookie.ts';
import { facts } from '../support/database.ts';
import { linkFor } from '../support/links.ts';
import { Session, signedIn } from '../support/session.ts';

const MAIL = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' };

let app: TestApp;
beforeEach(async () => {
  app = await startApp(MAIL);
});
afterEach(() => app.close());

const attempt = (session: Session) => session.post('/session', { identifier: 'bob', password: PASSWORD });

describe('whoever is not signed in', () => {
  it('leaves nothing behind by looking, however often and without a cookie (R87)', async () => {
    const before = await facts(app);
    const paths = ['/session/new', '/passwords/requests/new', '/preferences', '/', '/users', '/setup', '/nothing'];
    for (let n = 0; n < 5; n++)
      for (const path of [...paths, '/invitations/x', '/passwords/x', '/health'])
        await new Session(app).get(path, n % 2 ? { 'HX-Request': 'true' } : {});
    // A form without a token, and one with somebody else's.
    for (let n = 0; n < 5; n++)
      expect((await new Session(app).agent.post('/session').type('form').send({ _csrf: 'x' })).status).toBe(403);
    expect(await facts(app)).toEqual(before);
  });

  it('keeps the same token from page to page, and gets it anew when it grows old', async () => {
    const session = new Session(app);
    const first = await session.get('/session/new');
    expect(cookieLine(first)).toMatch(/^roster=v\.[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/);
    const token = await session.formToken();
    expect(cookieOf(await session.get('/preferences'))).toBeUndefined();
    app.clock.advance(40 * MINUTE);
    const renewed = cookieOf(await session.get('/preferences'));
    expect(renewed?.split('.')[1]).toBe(cookieOf(first)?.split('.')[1]);
    app.clock.advance(40 * MINUTE);
    expect((await session.post('/session', { _csrf: token, identifier: 'bob', password: PASSWORD })).status).toBe(303);
  });

  it.each<[string, (cookie: string) => string]>([
    ['is an hour old', (cookie) => cookie],
    ['was sealed by somebody else', (cookie) => `${cookie.slice(0, -3)}AAA`],
    ['claims another time', (cookie) => cookie.replace(/\.\d+\./, (at) => `.${Number(at.slice(1, -1)) + 1}.`)],
    ['claims another secret', (cookie) => cookie.replace(/^v\.../, 'v.AA')],
    ['is no visit', () => 'v.x.y.z'],
    ['is none', () => ''],
  ])('cannot send a form whose cookie %s (R68)', async (what, forged) => {
    const session = new Session(app);
    const cookie = cookieOf(await session.get('/session/new'))!;
    const token = await session.formToken();
    if (what === 'is an hour old') app.clock.advance(HOUR);
    const answer = await new Session(app).agent
      .post('/session')
      .set('Cookie', `roster=${forged(cookie)}`)
      .type('form')
      .send({ _csrf: token, identifier: 'bob', password: PASSWORD });
    expect(answer.status).toBe(403);
    expect(await app.db.read('sessions')).toEqual([]);
  });

  it('is nobody by it: the cookie opens no page, and is no session that a sign-in could fix (R47, R48)', async () => {
    const session = new Session(app);
    const visit = cookieOf(await session.get('/session/new'));
    expect((await attempt(session)).status).toBe(303);
    const answer = await new Session(app).agent.get('/credentials').set('Cookie', `roster=${visit}`);
    expect(answer.status).toBe(303);
  });

  it('may open a link in another tab: the form in the first still works (R90)', async () => {
    const link = await linkFor(app, 'carol', 'invitation');
    const session = new Session(app);
    await session.get('/session/new');
    const token = await session.formToken();
    await session.get(link);
    expect((await session.post('/session', { _csrf: token, identifier: 'bob', password: PASSWORD })).status).toBe(303);
  });

  it('has a cookie for TLS alone, where Roster is behind it', async () => {
    await app.close();
    app = await startApp({ BASE_URL: 'https://roster.example', TRUST_PROXY: '1' });
    const headers = { Host: 'roster.example', 'X-Forwarded-Proto': 'https' };
    const line = cookieLine(await new Session(app).get('/session/new', headers), '__Host-roster');
    expect(line).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });
});

it('keeps so many sessions that are nobody’s and no more, whoever opens a link again and again (R87)', async () => {
  const link = await linkFor(app, 'carol', 'invitation');
  const bob = await signedIn(app, 'bob');
  const row = { data: '{}', address: '', agent: '', seen_at: 'x', expires_at: '2030' };
  await app.db.write(async (trx) => {
    for (let n = 0; n < 1_005; n++)
      await trx('sessions').insert({ ...row, id_hash: `old ${n}`, created_at: `2026-11-22T11:${n % 60}` });
  });
  const opened = new Session(app);
  await opened.get(link);
  expect((await app.db.read('sessions').whereNull('user_id')).length).toBe(1_000);
  expect((await opened.get('/invitations/acceptance/new')).status).toBe(200);
  expect((await bob.get('/credentials')).status).toBe(200);
});
