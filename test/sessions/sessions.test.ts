import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { hashOfSecret } from '../../src/access/secret-hash.ts';
import { DAY, HOUR, instant, MINUTE } from '../../src/clock.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { cookieLine, cookieOf } from '../support/cookie.ts';
import { everything } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';
import { doAfter } from '../support/triggers.ts';

const NEW_PASSWORD = 'nine slow tractors hum';

describe('a session', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  const sessionsOf = (person: keyof TestApp['people']) => app.db.read('sessions').where('user_id', app.people[person]);
  const opens = async (cookie: string | undefined) =>
    (await supertest(app.url).get('/credentials').set('Cookie', `roster=${cookie}`)).status === 200;

  it('gets a new id at the sign-in, and the one before is dead (R47)', async () => {
    const bob = new Session(app);
    const before = cookieOf(await bob.get('/session/new'));
    expect(before).toBeDefined();
    const after = cookieOf(await bob.signIn('bob'));
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
    expect(await opens(after)).toBe(true);
    expect(await opens(before)).toBe(false);
    expect((await sessionsOf('bob')).length).toBe(1);
  });

  it('is not displaced by an answer to what the browser had asked before the sign-in', async () => {
    const bob = new Session(app);
    const before = cookieOf(await bob.get('/session/new'));
    const token = await bob.formToken();
    await bob.signIn('bob');
    for (const [path, status] of [
      ['/passwords/strength', 204],
      ['/session', 422],
      ['/users', 401],
    ] as const) {
      const late = await supertest(app.url)
        .post(path)
        .set('Cookie', `roster=${before}`)
        .set('HX-Request', 'true')
        .type('form')
        .send({ _csrf: token, password: 'typed a moment ago' });
      expect([path, late.status, cookieOf(late)]).toEqual([path, status, undefined]);
    }
  });

  it('gets a new id again when somebody else signs in, in the same browser (R47)', async () => {
    const browser = new Session(app);
    const bobs = cookieOf(await browser.signIn('bob'));
    await browser.get('/credentials');
    const lenas = cookieOf(await browser.post('/session', { identifier: 'lena', password: PASSWORD }));
    expect(lenas).not.toBe(bobs);
    expect(pageOf(await browser.get('/credentials')).fact('Name')).toBe('lena');
    expect(await opens(bobs)).toBe(false);
  });

  it('is never begun under an id that the browser brings along (R48)', async () => {
    for (const invented of [
      'x'.repeat(43),
      `s:${'x'.repeat(43)}.${'y'.repeat(43)}`,
      '',
      '../../etc',
      '%00',
      's%3A.x',
    ]) {
      const answer = await supertest(app.url).get('/session/new').set('Cookie', `roster=${invented}`);
      expect(answer.status).toBe(200);
      expect(cookieOf(answer)).toBeDefined();
      expect(cookieOf(answer)).not.toContain(invented || 'nothing');
      const token = pageOf(answer).typed()._csrf;
      const signIn = await supertest(app.url)
        .post('/session')
        .type('form')
        .set('Cookie', `roster=${cookieOf(answer)}`)
        .send({ _csrf: token, identifier: 'bob', password: PASSWORD });
      expect(signIn.status).toBe(303);
      expect(cookieOf(signIn)).not.toBe(cookieOf(answer));
    }
  });

  it('does not come back with a cookie whose signature was changed', async () => {
    const cookie = decodeURIComponent(cookieOf(await new Session(app).signIn('bob'))!);
    const [id] = cookie.slice(2).split('.');
    expect(await opens(encodeURIComponent(cookie))).toBe(true);
    expect(await opens(encodeURIComponent(`s:${id}.${'A'.repeat(43)}`))).toBe(false);
    expect(await opens(id)).toBe(false);
    const others = await app.restart({ settings: { SESSION_SECRET: 'another secret of the sessions, long enough' } });
    app = others;
    expect(await opens(encodeURIComponent(cookie))).toBe(false);
  });

  it('has a cookie for this server alone, out of reach for scripts (R49)', async () => {
    const line = cookieLine(await new Session(app).signIn('bob'))!;
    const [value, ...flags] = line.split('; ');
    expect(flags.sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax']);
    // At least 128 bits: 32 bytes as text, signed.
    expect(decodeURIComponent(value)).toMatch(/^roster=s:[\w-]{43}\./);
  });

  it('has a cookie that goes over TLS alone where Roster stands behind it (R49)', async () => {
    app = await app.restart({ settings: { BASE_URL: 'https://roster.example', TRUST_PROXY: '1' } });
    const behind = { Host: 'roster.example', 'X-Forwarded-Proto': 'https' };
    const page = await supertest(app.url).get('/session/new').set(behind);
    const line = cookieLine(page, '__Host-roster')!;
    expect(line.split('; ').slice(1).sort()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']);
    const signIn = await supertest(app.url)
      .post('/session')
      .type('form')
      .set({ ...behind, Cookie: `__Host-roster=${cookieOf(page, '__Host-roster')}`, Origin: 'https://roster.example' })
      .send({ _csrf: pageOf(page).typed()._csrf, identifier: 'bob', password: PASSWORD });
    expect(signIn.status).toBe(303);
    expect(cookieLine(signIn, '__Host-roster')).toMatch(/; Secure/);
    const other = await supertest(app.url)
      .get('/users?per=25')
      .set(behind)
      .set('Cookie', `__Host-roster=${cookieOf(signIn, '__Host-roster')}`);
    expect(other.status).toBe(404);
    // Without TLS in front nothing secret is set.
    const plain = await supertest(app.url).get('/session/new').set('Host', 'roster.example');
    expect(plain.headers['set-cookie']).toBeUndefined();
  });

  it('ends after an hour without a request (R50)', async () => {
    const bob = await signedIn(app, 'bob');
    for (let n = 0; n < 5; n++) {
      app.clock.advance(HOUR - MINUTE);
      expect(await isSignedIn(bob)).toBe(true);
    }
    app.clock.advance(HOUR);
    expect(await isSignedIn(bob)).toBe(false);
  });

  it('ends after a day, however busy it was (R50)', async () => {
    const bob = await signedIn(app, 'bob');
    for (let passed = 0; passed < DAY - 30 * MINUTE; passed += 30 * MINUTE) {
      app.clock.advance(30 * MINUTE);
      if (passed % (4 * HOUR) === 0)
        await submit(bob, '/credentials', { current: PASSWORD, password: 'x', repeated: 'x' });
      expect(await isSignedIn(bob)).toBe(true);
    }
    app.clock.advance(30 * MINUTE);
    expect(await isSignedIn(bob)).toBe(false);
  });

  it('lasts as long as the settings say (R50)', async () => {
    app = await app.restart({ settings: { SESSION_IDLE: '5', SESSION_MAX: '1' } });
    const bob = await signedIn(app, 'bob');
    app.clock.advance(5 * MINUTE);
    expect(await isSignedIn(bob)).toBe(false);
    const again = await signedIn(app, 'bob');
    for (let n = 0; n < 14; n++) {
      app.clock.advance(4 * MINUTE);
      expect(await isSignedIn(again)).toBe(true);
    }
    app.clock.advance(4 * MINUTE);
    expect(await isSignedIn(again)).toBe(false);
  });

  it('of a sign-in page that nobody used is gone after an hour', async () => {
    const stranger = new Session(app);
    const page = await stranger.get('/session/new');
    app.clock.advance(HOUR);
    const late = await stranger.post('/session', {
      identifier: 'bob',
      password: PASSWORD,
      _csrf: String(pageOf(page).typed()._csrf),
    });
    expect(late.status).not.toBe(303);
    expect((await new Session(app).signIn('bob')).status).toBe(303);
  });

  it('of nobody is kept for the newest thousand browsers, and those of people all (R87)', async () => {
    await signedIn(app, 'bob');
    const at = (second: number) => instant(app.clock.now() - HOUR + second * 1_000);
    const rows = Array.from({ length: 1_000 }, (_, n) => ({
      id_hash: `somebody's ${n}`,
      data: '{}',
      address: '',
      agent: '',
      created_at: at(n),
      seen_at: at(n),
      expires_at: '9999',
    }));
    await app.db.write((trx) => trx.batchInsert('sessions', rows, 100));
    await opened(app, await linkFor(app, 'carol', 'invitation'));
    const nobodys: string[] = await app.db.read('sessions').whereNull('user_id').orderBy('created_at').pluck('id_hash');
    expect([nobodys.length, nobodys[0]]).toEqual([1_000, "somebody's 1"]);
    expect((await sessionsOf('bob')).length).toBe(1);
  });

  it('survives that the program is started anew', async () => {
    const cookie = cookieOf(await new Session(app).signIn('bob'));
    app = await app.restart();
    expect(await opens(cookie)).toBe(true);
  });

  it('stands in the database by the hash of its id alone (R55)', async () => {
    const cookie = decodeURIComponent(cookieOf(await new Session(app).signIn('bob'))!);
    const id = cookie.slice(2).split('.')[0];
    const kept = JSON.stringify(await everything(app));
    expect(kept).toContain(hashOfSecret(id));
    expect(kept).not.toContain(id);
    expect(app.log.join('')).not.toContain(id);
  });

  it('is listed in the record with address and browser', async () => {
    const bob = new Session(app);
    await bob.get('/session/new');
    await bob.post('/session', { identifier: 'bob', password: PASSWORD }, { 'User-Agent': 'Browser <b>9</b>' });
    const page = pageOf(await (await signedIn(app, 'alice')).get(pathTo(app, 'bob')));
    expect(page.fact('Sessions')).toMatch(
      /^Browser 127\.0\.0\.1, since 22 Nov 2026, 12:00 UTC, last seen 22 Nov 2026, 12:00 UTC End$/,
    );
    expect(page.$('.facts strong[title]').attr('title')).toBe('Browser <b>9</b>');
  });

  it('ends with all others when the password changes, and the one that changed it gets a new id (R52)', async () => {
    const here = new Session(app);
    const before = cookieOf(await here.signIn('bob'));
    const there = await signedIn(app, 'bob');
    const lena = await signedIn(app, 'lena');
    const changed = await submit(here, '/credentials', {
      current: PASSWORD,
      password: NEW_PASSWORD,
      repeated: NEW_PASSWORD,
    });
    expect(changed.status).toBe(303);
    expect(cookieOf(changed)).not.toBe(before);
    expect((await sessionsOf('bob')).length).toBe(1);
    expect([await isSignedIn(here), await isSignedIn(there), await isSignedIn(lena)]).toEqual([true, false, true]);
    expect(await opens(before)).toBe(false);
    expect((await sessionsOf('bob')).length).toBe(1);
  });

  it('is bound to the password it was opened with, even where its row outlived that (R52)', async () => {
    const bob = await signedIn(app, 'bob');
    await app.db.write((trx) =>
      trx('users').where('name', 'bob').update({ password_set_at: '2026-11-22T12:00:00.001Z' }),
    );
    expect(await isSignedIn(bob)).toBe(false);
    expect(await sessionsOf('bob')).toEqual([]);
    expect((await new Session(app).signIn('bob')).status).toBe(303);
  });

  it('is not written back by a request that was still running when it ended', async () => {
    const bob = await signedIn(app, 'bob');
    await bob.get('/credentials');
    for (let round = 0; round < 10; round++) {
      app.clock.advance(2 * MINUTE);
      const running = Array.from({ length: 10 }, () => bob.get('/credentials'));
      await app.db.write((trx) => trx('sessions').where('user_id', app.people.bob).delete());
      await Promise.all(running);
      expect(await sessionsOf('bob')).toEqual([]);
      await bob.signIn('bob');
      await bob.get('/credentials');
    }
  });

  it('is not begun anew by a request that ended after it and has something to tell its next page', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.formToken();
    // The request itself ends it halfway, between its change and its answer: always in time.
    await app.db.write((trx) => doAfter(trx, 'insert on audit_events', 'delete from sessions'));
    expect((await alice.post(pathTo(app, 'bob', '/access-confirmation'))).status).toBe(303);
    expect(await app.db.read('sessions')).toEqual([]);
    expect(await isSignedIn(alice)).toBe(false);
  });

  it('is never left behind by somebody who signed in at the very moment at which they were deactivated (R51)', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.get('/credentials');
    let left = 0;
    for (let round = 0; round < 25; round++) {
      const browsers = Array.from({ length: 4 }, () => new Session(app));
      await Promise.all(browsers.map((browser) => browser.formToken()));
      const signingIn = browsers.map((browser) => browser.post('/session', { identifier: 'bob', password: PASSWORD }));
      await alice.post(pathTo(app, 'bob', '/deactivation'));
      await Promise.all(signingIn);
      left += (await sessionsOf('bob')).length;
      await alice.send('delete', pathTo(app, 'bob', '/deactivation'));
      await app.db.write((trx) => trx('sessions').where('user_id', app.people.bob).delete());
      await app.db.write((trx) => trx('lockouts').delete());
    }
    expect(left).toBe(0);
  });
});
