import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import supertest from 'supertest';
import { DAY, instant, MINUTE } from '../../src/clock.ts';
import { pruneDeviceCounters } from '../../src/sessions/lockout-store.ts';
import { KNOWN_FOR } from '../../src/sessions/pages/known-devices.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { cookieLine, cookieOf } from '../support/cookie.ts';
import { submit } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { newcomer, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const LIMIT = 5;
const WRONG = 'not the password at all';
const NEW_PASSWORD = 'nine slow tractors hum';
const COOKIE = 'roster-devices';

describe('a browser in which somebody signed in before', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  const fail = async (times: number, browser = new Session(app), identifier = 'bob') => {
    browser.reopen();
    for (let n = 0; n < times; n++)
      expect((await browser.post('/session', { identifier, password: WRONG })).status).toBe(422);
  };
  const tries = async (browser = new Session(app), password = PASSWORD, identifier = 'bob') => {
    browser.reopen();
    return (await browser.post('/session', { identifier, password })).status;
  };
  const lockout = () => app.db.read('lockouts').where('user_id', app.people.bob).first();
  const deviceLockouts = () => app.db.read('device_lockouts').where('user_id', app.people.bob);
  /** A browser that brings this cookie and no other. */
  const bringing = async (value: string) => {
    const browser = new Session(app);
    browser.agent.jar.setCookie(`${COOKIE}=${value}; Path=/`, '127.0.0.1');
    return browser;
  };

  it('still lets them in while strangers have locked the account', async () => {
    const known = await signedIn(app, 'bob');
    await fail(LIMIT);
    expect(await tries()).toBe(422);
    expect(await tries(known)).toBe(303);
  });

  it('still lets them in where the strangers’ lock is one that no waiting ends', async () => {
    const known = await signedIn(app, 'bob');
    await app.db.write((trx) =>
      trx('lockouts').insert({
        user_id: app.people.bob,
        attempts: LIMIT,
        attempts_in_all: 20 * LIMIT,
        step: 20,
        locked_until: '9999-12-31T23:59:59.999Z',
      }),
    );
    expect(await tries()).toBe(422);
    expect(await tries(known)).toBe(303);
  });

  it('gives strangers no new guesses by a success: their counter and their lock stay', async () => {
    const { count } = app.context.hasher;
    const known = await signedIn(app, 'bob');
    await fail(LIMIT - 1);
    expect(await tries(known)).toBe(303);
    expect(await lockout()).toMatchObject({ attempts: LIMIT - 1 });
    await fail(1);
    const locked = await lockout();
    expect(locked.locked_until).toBe(instant(app.clock.now() + 15 * MINUTE));
    expect(await tries(known)).toBe(303);
    expect(await lockout()).toEqual(locked);
    const before = count.own;
    await fail(3);
    expect(count.own).toBe(before);
  });

  it('has a counter of its own, which locks it and nobody else', async () => {
    const known = await signedIn(app, 'bob');
    const audit = await watchAudit(app);
    const { count } = app.context.hasher;
    const before = count.own;
    await fail(LIMIT + 3, known);
    expect(count.own - before).toBe(LIMIT);
    expect(await tries(known)).toBe(422);
    expect(await lockout()).toBeUndefined();
    const events = await audit.since();
    expect(events.map((event) => [event.action, event.after])).toEqual([
      ['user.locked', { counter: 'known device', loginAttempts: LIMIT, lockedUntil: '2026-11-22T12:15:00.000Z' }],
    ]);
    // Another known one, and a stranger's, are not concerned.
    expect(await tries()).toBe(303);
    app.clock.advance(15 * MINUTE - 1);
    expect(await tries(known)).toBe(422);
    app.clock.advance(1);
    expect(await tries(known)).toBe(303);
    expect(await deviceLockouts()).toEqual([]);
  });

  it('is never worth more guesses than the limit, however many come at once (R16)', async () => {
    const known = await signedIn(app, 'bob');
    await known.get('/credentials');
    const { count } = app.context.hasher;
    const before = count.own;
    const wrong = { identifier: 'bob', password: WRONG };
    const storm = await Promise.all(Array.from({ length: 100 }, () => known.post('/session', wrong)));
    // Where the line is full as well some are told to come back.
    expect(storm.filter(({ status }) => status !== 422 && status !== 429)).toEqual([]);
    expect(count.own - before).toBe(LIMIT);
  });

  it('waits twice as long each time as well, and in the end for good', async () => {
    const known = await signedIn(app, 'bob');
    for (let round = 0; round < 20; round++) {
      await fail(LIMIT, known);
      app.clock.advance(DAY);
    }
    expect(await deviceLockouts()).toMatchObject([{ attempts_in_all: 20 * LIMIT, step: 20 }]);
    expect(await tries(known)).toBe(422);
    await submit(await signedIn(app, 'alice'), pathTo(app, 'bob', '/login-attempts/delete'));
    expect(await tries(known)).toBe(303);
  });

  it('lets twenty right ones at once all in (R17)', async () => {
    const known = await signedIn(app, 'bob');
    const browsers = await Promise.all(Array.from({ length: 20 }, () => bringing(known.cookie(COOKIE)!)));
    expect(await Promise.all(browsers.map((browser) => tries(browser)))).toEqual(Array(20).fill(303));
    expect([await lockout(), await deviceLockouts()]).toEqual([undefined, []]);
  });

  it('is let through a crowd of strangers who fill every line', async () => {
    const known = await signedIn(app, 'bob');
    const stranger = new Session(app);
    await stranger.formToken();
    const { hasher } = app.context;
    const verify = hasher.verify.bind(hasher);
    const order: string[] = [];
    const asked = jest.spyOn(hasher, 'verify').mockImplementation(async (password, turn, findHash) => {
      const hash = await verify(password, turn, findHash);
      order.push(turn);
      return hash;
    });
    // The first whose turn it is has to wait, and all others with them, until everybody has come.
    const everybody = Promise.withResolvers<void>();
    const held = app.db.write(() => everybody.promise);
    const crowd = Array.from({ length: 150 }, (_, n) =>
      stranger.post('/session', { identifier: n % 2 ? 'bob' : `nobody-${n}`, password: WRONG }),
    );
    // Once somebody is turned away, the line of strangers is full.
    await Promise.any(crowd.map(async (answer) => expect((await answer).status).toBe(429)));
    const signingIn = tries(known);
    while (!asked.mock.calls.some(([, turn]) => turn === 'first')) await sleep(5);
    everybody.resolve();
    expect(await signingIn).toBe(303);
    await Promise.all([held, ...crowd]);
    // Before theirs come those only whose turn it was when they came.
    expect(order.length).toBe(101);
    expect(order.indexOf('first')).toBeLessThan(50);
  });

  it('is known by an invitation as well, and by the password that its owner changes there', async () => {
    const { session } = await newcomer(app, 'nora');
    await fail(LIMIT, new Session(app), 'nora');
    expect(await tries(session, PASSWORD, 'nora')).toBe(303);
    session.isIn();
    const typed = { current: PASSWORD, password: NEW_PASSWORD, repeated: NEW_PASSWORD };
    expect((await submit(session, '/credentials', typed)).status).toBe(303);
    expect(await tries(session, NEW_PASSWORD, 'nora')).toBe(303);
    expect(await tries(new Session(app), NEW_PASSWORD, 'nora')).toBe(422);
  });

  it('is a stranger’s again once the password is another: changed elsewhere, or reset', async () => {
    const there = await signedIn(app, 'bob');
    await fail(2, there);
    const here = await signedIn(app, 'bob');
    await submit(here, '/credentials', { current: PASSWORD, password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    expect(await deviceLockouts()).toEqual([]);
    await fail(LIMIT);
    expect(await tries(there, NEW_PASSWORD)).toBe(422);
    expect(await tries(here, NEW_PASSWORD)).toBe(303);

    app.clock.advance(MINUTE);
    const reset = await opened(app, await linkFor(app, 'bob', 'password-reset'));
    const done = await reset.post('/passwords/acceptance', { password: PASSWORD, repeated: PASSWORD });
    // Whoever has the link need not be who has the device.
    expect([done.status, cookieLine(done, COOKIE)]).toEqual([303, undefined]);
    await fail(LIMIT);
    expect(await tries(here)).toBe(422);
  });

  it('is freed by a reset link and by an administrator, like the account', async () => {
    const known = await signedIn(app, 'bob');
    await fail(LIMIT, known);
    const alice = await signedIn(app, 'alice');
    const audit = await watchAudit(app);
    // Nothing is counted on the account itself, and there is something to reset all the same.
    expect((await submit(alice, pathTo(app, 'bob', '/login-attempts/delete'))).status).toBe(303);
    expect((await audit.since())[0]).toMatchObject({
      action: 'user.login-attempts-reset',
      before: { loginAttempts: 0, lockedUntil: null, attemptsAtKnownDevices: LIMIT },
      after: { loginAttempts: 0, lockedUntil: null, attemptsAtKnownDevices: 0 },
    });
    expect(await tries(known)).toBe(303);
    await fail(LIMIT, known);
    const reset = await opened(app, await linkFor(app, 'bob', 'password-reset', alice));
    await reset.post('/passwords/acceptance', { password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    expect(await deviceLockouts()).toEqual([]);
    expect(await tries(known, NEW_PASSWORD)).toBe(303);
  });

  it('is named in the record, with its lock and what it tried', async () => {
    const agent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 "<b>';
    const known = await signedIn(app, 'bob');
    known.reopen();
    const wrong = { identifier: 'bob', password: WRONG };
    for (let n = 0; n < LIMIT; n++) await known.post('/session', wrong, { 'User-Agent': agent });
    const alice = await signedIn(app, 'alice');
    const page = pageOf(await alice.get(pathTo(app, 'bob')));
    // The state of the account is another thing: strangers are not locked out.
    expect(page.heading()).toBe('bob');
    expect(page.textOf('[aria-labelledby=login-attempts] .message')).toBe(
      'A known device, Firefox on Linux, is locked until 22 Nov 2026, 12:15 UTC, since 22 Nov 2026, 12:00 UTC: 5 failed sign-ins in a row. If it comes to another lock, that one lasts 30 minutes. Every other device still gets in, unless it is locked as well.',
    );
    expect([page.fact('Failed attempts'), page.fact('On a known device')]).toEqual([
      '0',
      '5 of 5, locked until 22 Nov 2026, 12:15 UTC Firefox on Linux',
    ]);
    expect(page.texts('h3 + ul li')[0]).toBe(
      '22 Nov 2026, 12:00 UTC from 127.0.0.1: wrong password, counted, locked until 22 Nov 2026, 12:15 UTC known device, Firefox on Linux',
    );
    expect(page.$('h3 + ul li:first-child span[title]').attr('title')).toBe(agent);
    app.clock.advance(15 * MINUTE);
    const later = pageOf(await alice.get(pathTo(app, 'bob')));
    expect([later.$('[aria-labelledby=login-attempts] .message').length, later.fact('On a known device')]).toEqual([
      0,
      '0 of 5 Firefox on Linux (5 since the last success)',
    ]);
  });

  it('is known for half a year after the last sign-in', async () => {
    const known = await signedIn(app, 'bob');
    app.clock.advance(KNOWN_FOR - 1);
    await fail(LIMIT);
    expect(await tries(known)).toBe(303);
    app.clock.advance(KNOWN_FOR - DAY);
    await fail(LIMIT);
    expect(await tries(known)).toBe(303);
    app.clock.advance(KNOWN_FOR);
    await fail(LIMIT);
    expect(await tries(known)).toBe(422);
  });

  it('is known for the last five people who signed in there', async () => {
    const shared = new Session(app);
    const people = ['bob', 'lena', 'max', 'rita', 'ada', 'alice'];
    for (const person of people) expect(await tries(shared, PASSWORD, person)).toBe(303);
    const entries = shared.cookie(COOKIE)!.split('~');
    expect(entries.map((entry) => Number(entry.split('.')[0]))).toEqual(
      people
        .slice(1)
        .reverse()
        .map((person) => app.people[person as 'bob']),
    );
    await fail(LIMIT, new Session(app), 'lena');
    expect(await tries(shared, PASSWORD, 'lena')).toBe(303);
    await fail(LIMIT);
    expect(await tries(shared)).toBe(422);
  });

  it('keeps its counter with whoever copies its cookie: a new sign-in makes no new device', async () => {
    const known = await signedIn(app, 'bob');
    const device = () => known.cookie(COOKIE)!.split('.')[1];
    const copied = known.cookie(COOKIE)!;
    const before = device();
    app.clock.advance(DAY);
    expect(await tries(known)).toBe(303);
    expect(device()).toBe(before);
    expect(known.cookie(COOKIE)).not.toBe(copied);
    await fail(LIMIT, await bringing(copied));
    expect(await tries(known)).toBe(422);
  });

  it.each<[string, (own: string, lenas: string) => string]>([
    ['nothing', () => ''],
    ['nonsense', () => '%00~~~...'],
    ['the cookie of another user', (_, lenas) => lenas],
    ['one of another user that says it is this one', (own, lenas) => lenas.replace(/^\d+/, own.split('.')[0])],
    ['another device', (own) => own.replace(/\.[\w-]{22}\./, `.${'A'.repeat(22)}.`)],
    ['a later moment', (own) => own.replace(/\.(\d{13})\./, (_, at) => `.${Number(at) + 1}.`)],
    ['another seal', (own) => own.replace(/[\w-]{43}$/, 'A'.repeat(43))],
    ['no seal', (own) => own.replace(/\.[\w-]{43}$/, '')],
    ['a longer seal', (own) => `${own}A`],
    ['itself behind five others', (own, lenas) => [...Array(5).fill(lenas), own].join('~')],
    ['itself behind a thousand', (own) => [...Array(50).fill(own.replace(/.$/, 'x')), own].join('~')],
  ])('is a stranger’s where it brings %s', async (_, forge) => {
    const own = (await knownCookie('bob'))!;
    const lenas = (await knownCookie('lena'))!;
    await fail(LIMIT);
    expect(await tries(await bringing(own))).toBe(303);
    expect(await tries(await bringing(forge(own, lenas)))).toBe(422);
  });

  it('is a stranger’s under another session secret', async () => {
    const own = (await knownCookie('bob'))!;
    await fail(LIMIT);
    app = await app.restart({ settings: { SESSION_SECRET: 'another secret of the sessions, long enough' } });
    expect(await tries(await bringing(own))).toBe(422);
  });

  it('is refused in the same words and with the same cookies as a stranger’s (R24)', async () => {
    const known = await signedIn(app, 'bob');
    known.reopen();
    const answer = async (browser: Session) => {
      const { status, headers, text } = await browser.post('/session', { identifier: 'bob', password: WRONG });
      return [status, cookieLine({ headers }, COOKIE), pageOf({ text }).textOf('[role=alert]')];
    };
    const refused = await answer(new Session(app));
    expect(refused.slice(0, 2)).toEqual([422, undefined]);
    for (let n = 0; n < LIMIT + 2; n++) expect(await answer(known)).toEqual(refused);
  });

  it('has a cookie for this server alone, out of reach for scripts, that holds no secret of the account', async () => {
    const signIn = await new Session(app).signIn('bob');
    const [value, ...flags] = cookieLine(signIn, COOKIE)!.split('; ');
    expect(flags.map((flag) => flag.replace(/=.* GMT$/, '=…')).sort()).toEqual([
      'Expires=…',
      'HttpOnly',
      `Max-Age=${KNOWN_FOR / 1000}`,
      'Path=/',
      'SameSite=Lax',
    ]);
    expect(value).not.toContain('2026-11');

    app = await app.restart({ settings: { BASE_URL: 'https://roster.example', TRUST_PROXY: '1' } });
    const behind = { Host: 'roster.example', 'X-Forwarded-Proto': 'https' };
    const page = await supertest(app.url).get('/session/new').set(behind);
    const secure = await supertest(app.url)
      .post('/session')
      .type('form')
      .set({ ...behind, Cookie: `__Host-roster=${cookieOf(page, '__Host-roster')}`, Origin: 'https://roster.example' })
      .send({ _csrf: pageOf(page).typed()._csrf, identifier: 'bob', password: PASSWORD });
    expect(cookieLine(secure, '__Host-roster-devices')).toMatch(/; HttpOnly; Secure; SameSite=Lax$/);
  });

  it('leaves no counter behind that nobody can meet any more', async () => {
    const known = await signedIn(app, 'bob');
    await fail(1, known);
    const prune = () => app.db.write((trx) => pruneDeviceCounters(trx, instant(app.clock.now() - KNOWN_FOR)));
    app.clock.advance(KNOWN_FOR);
    await prune();
    expect((await deviceLockouts()).length).toBe(1);
    app.clock.advance(1);
    await prune();
    expect(await deviceLockouts()).toEqual([]);
  });

  async function knownCookie(person: 'bob' | 'lena'): Promise<string | undefined> {
    return (await signedIn(app, person)).cookie(COOKIE);
  }
});
