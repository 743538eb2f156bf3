import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY, instant, MINUTE } from '../../src/clock.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { submit } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn, pathTo } from '../support/people.ts';
import { type Fields, type Headers, Session, signedIn } from '../support/session.ts';

const LIMIT = 5;
const WRONG = 'not the password at all';
const NEW_PASSWORD = 'nine slow tractors hum';

describe('too many failed sign-ins', () => {
  let app: TestApp;
  beforeEach(async () => {
    app = await startApp();
  });
  afterEach(() => app.close());

  const tries = async (identifier: string, password = WRONG) =>
    (await new Session(app).signIn(identifier, password)).status;
  /** From one browser that stays on the page; a session of its own for each would only take longer. */
  const fail = async (times: number, identifier = 'bob') => {
    const stranger = new Session(app);
    for (let n = 0; n < times; n++)
      expect((await stranger.post('/session', { identifier, password: WRONG })).status).toBe(422);
  };
  const lockout = () => app.db.read('lockouts').where('user_id', app.people.bob).first();

  it('lock the account: the right password is refused until fifteen minutes are over (R15)', async () => {
    await fail(LIMIT - 1);
    expect(await tries('bob', PASSWORD)).toBe(303);
    await fail(LIMIT);
    expect(await tries('bob', PASSWORD)).toBe(422);
    app.clock.advance(15 * MINUTE - 1);
    expect(await tries('bob', PASSWORD)).toBe(422);
    app.clock.advance(1);
    expect(await tries('bob', PASSWORD)).toBe(303);
    expect(await lockout()).toBeUndefined();
  });

  it('are never evaluated more often than the limit, however many come at once (R16)', async () => {
    const { count } = app.context.hasher;
    const before = count.own;
    const session = new Session(app);
    await session.formToken();
    const storm = (size: number) =>
      Promise.all(Array.from({ length: size }, () => session.post('/session', { identifier: 'bob', password: WRONG })));
    const answers = await storm(200);
    expect(count.own - before).toBe(LIMIT);
    // Whoever is not refused is told to wait.
    for (const { status } of answers) expect([422, 429]).toContain(status);
    // After the wait the count starts at zero.
    app.clock.advance(15 * MINUTE);
    await storm(40);
    expect(count.own - before).toBe(2 * LIMIT);
  });

  it('lock the account at the next attempt where a crash came between the last one and its lock (R16)', async () => {
    const { count } = app.context.hasher;
    const before = count.own;
    const row = { attempts: LIMIT, attempts_in_all: LIMIT, last_attempt_at: instant(app.clock.now()) };
    await app.db.write((trx) => trx('lockouts').insert({ user_id: app.people.bob, ...row }));
    expect(await tries('bob', PASSWORD)).toBe(422);
    expect(count.own).toBe(before);
    expect((await lockout()).locked_until).toBe(instant(app.clock.now() + 15 * MINUTE));
  });

  it('are stopped for good after twenty times the limit in all: then waiting opens nothing (R16)', async () => {
    const { count } = app.context.hasher;
    const before = count.own;
    for (let round = 0; round < 22; round++) {
      await fail(LIMIT + 1);
      app.clock.advance(DAY);
    }
    expect(count.own - before).toBe(20 * LIMIT);
    app.clock.advance(3_650 * DAY);
    expect(await tries('bob', PASSWORD)).toBe(422);
    expect(count.own - before).toBe(20 * LIMIT);
    const alice = await signedIn(app, 'alice');
    const page = pageOf(await alice.get(pathTo(app, 'bob')));
    expect(page.fact('Failed attempts')).toBe(
      '5 of 5, locked for good from unknown devices (100 since the last success)',
    );
    expect(page.textOf('[aria-labelledby=login-attempts] .message')).toMatch(
      /^Unknown devices are locked for good, since 11 Dec 2026, 12:00 UTC: 5 failed sign-ins in a row, 100 failures and 20 locks since the last success\. Waiting does not end it: a link .* does\. Devices on which bob signed in before still get in\.$/,
    );
    await submit(alice, pathTo(app, 'bob', '/login-attempts/delete'));
    expect(await tries('bob', PASSWORD)).toBe(303);
  });

  it('make each wait twice as long as the one before, up to a day, until a success: then it begins anew', async () => {
    const waited = [];
    for (let round = 0; round < 9; round++) {
      await fail(LIMIT);
      const { locked_until: end } = await lockout();
      const wait = Date.parse(end) - app.clock.now();
      waited.push(wait / MINUTE);
      app.clock.advance(wait - 1);
      expect(await tries('bob', PASSWORD)).toBe(422);
      app.clock.advance(1);
    }
    expect(waited).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
    expect(await tries('bob', PASSWORD)).toBe(303);
    await fail(LIMIT);
    expect(await lockout()).toMatchObject({ step: 1, locked_until: instant(app.clock.now() + 15 * MINUTE) });
  });

  it('do not add up over a sign-in that worked: then there is all room again (R23)', async () => {
    for (let round = 0; round < 2; round++) {
      await fail(LIMIT - 1);
      expect(await lockout()).toMatchObject({ attempts: LIMIT - 1, attempts_in_all: LIMIT - 1 });
      expect(await tries('bob', PASSWORD)).toBe(303);
      expect(await lockout()).toBeUndefined();
    }
  });

  it('are not made by twenty right ones at once: all of them succeed (R17)', async () => {
    for (let round = 0; round < 2; round++) {
      const browsers = Array.from({ length: 20 }, () => new Session(app));
      await Promise.all(browsers.map((browser) => browser.formToken()));
      const right = { identifier: 'bob', password: PASSWORD };
      const answers = await Promise.all(browsers.map((browser) => browser.post('/session', right)));
      expect(answers.map((answer) => answer.status)).toEqual(Array(20).fill(303));
    }
    expect(await lockout()).toBeUndefined();
  });

  it('count on one account, whichever way it is written (R18)', async () => {
    const spellings = ['Bob@example.com', 'bob@EXAMPLE.COM', ' bob@example.com ', 'ｂob@example.com', 'BoB'];
    for (const spelling of spellings) expect(await tries(spelling)).toBe(422);
    expect((await lockout()).attempts).toBe(LIMIT);
    expect(await tries('bob', PASSWORD)).toBe(422);
    expect(await tries('bob@example.com', PASSWORD)).toBe(422);
  });

  it('count on one account, whatever the sender says of themself (R20)', async () => {
    for (let n = 0; n < LIMIT; n++) {
      const session = new Session(app);
      const fields: Fields = {
        identifier: 'bob',
        password: WRONG,
        email: `x${n}@example.com`,
        ip: `10.0.0.${n}`,
        user: `${n}`,
      };
      const headers: Headers = {
        'X-Forwarded-For': `10.0.0.${n}`,
        'X-Real-IP': `10.0.1.${n}`,
        Forwarded: `for=10.0.2.${n}`,
        'User-Agent': `browser ${n}`,
      };
      await session.post('/session', fields, headers);
    }
    expect(await tries('bob', PASSWORD)).toBe(422);
    const addresses = await app.db
      .read('login_attempts')
      .where('user_id', app.people.bob)
      .distinct('address')
      .pluck('address');
    expect(addresses).toEqual(['127.0.0.1']);
  });

  it('while it is locked make neither the count nor the wait longer (R22)', async () => {
    await fail(LIMIT);
    const before = await lockout();
    app.clock.advance(10 * MINUTE);
    await fail(10);
    expect(await lockout()).toEqual(before);
    app.clock.advance(5 * MINUTE);
    expect(await tries('bob', PASSWORD)).toBe(303);
  });

  it('and locks survive that the program is started anew (R23)', async () => {
    await fail(LIMIT - 1);
    app = await app.restart();
    await fail(1);
    app = await app.restart();
    expect(await tries('bob', PASSWORD)).toBe(422);
    app.clock.advance(15 * MINUTE);
    expect(await tries('bob', PASSWORD)).toBe(303);
  });

  it('leave what is open open: only new sign-ins are refused', async () => {
    const bob = await signedIn(app, 'bob');
    await fail(LIMIT);
    expect(await isSignedIn(bob)).toBe(true);
  });

  it('are undone by a password reset, whoever locked the account, from wherever (R21)', async () => {
    await fail(LIMIT);
    const session = await opened(app, await linkFor(app, 'bob', 'password-reset'));
    const done = await session.post('/passwords/acceptance', { password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    expect(done.status).toBe(303);
    expect(await lockout()).toBeUndefined();
    expect(await tries('bob', NEW_PASSWORD)).toBe(303);
  });

  it('are undone by an administrator, which the audit tells', async () => {
    await fail(LIMIT);
    const alice = await signedIn(app, 'alice');
    const audit = await watchAudit(app);
    await submit(alice, pathTo(app, 'bob', '/login-attempts/delete'));
    const [event] = await audit.since();
    expect([event.action, event.before, event.after]).toEqual([
      'user.login-attempts-reset',
      { loginAttempts: LIMIT, lockedUntil: '2026-11-22T12:15:00.000Z' },
      { loginAttempts: 0, lockedUntil: null },
    ]);
    expect(await tries('bob', PASSWORD)).toBe(303);
  });

  it('are told of in one event, when the lock falls, and in the record with time and address', async () => {
    const audit = await watchAudit(app);
    await fail(LIMIT + 3);
    const events = await audit.since();
    expect(events.map((event) => [event.action, event.actorName, event.subjectName, event.after])).toEqual([
      [
        'user.locked',
        'sign-in',
        'bob',
        { counter: 'account', loginAttempts: LIMIT, lockedUntil: '2026-11-22T12:15:00.000Z' },
      ],
    ]);
    const page = pageOf(await (await signedIn(app, 'alice')).get(pathTo(app, 'bob')));
    expect(page.heading()).toMatch(/Locked/);
    expect(page.fact('Failed attempts')).toBe('5 of 5, locked until 22 Nov 2026, 12:15 UTC from unknown devices');
    expect(page.textOf('[aria-labelledby=login-attempts] .message')).toBe(
      'Unknown devices are locked until 22 Nov 2026, 12:15 UTC, since 22 Nov 2026, 12:00 UTC: 5 failed sign-ins in a row. If it comes to another lock, that one lasts 30 minutes. Devices on which bob signed in before still get in.',
    );
    const shown = page.texts('h3 + ul li');
    const line = '22 Nov 2026, 12:00 UTC from 127.0.0.1: ';
    const browser = ' unknown device, a nameless browser';
    const until = ', locked until 22 Nov 2026, 12:15 UTC';
    expect(shown).toEqual([
      ...Array(3).fill(`${line}while locked, not counted${until}${browser}`),
      `${line}wrong password, counted${until}${browser}`,
      ...Array(LIMIT - 1).fill(`${line}wrong password, counted${browser}`),
    ]);
  });

  it('fill no disk: of each user the newest few are kept', async () => {
    await app.db.write(async (trx) => {
      const row = { user_id: app.people.bob, at: 'x', address: 'x', agent: 'x', outcome: 'wrong password' };
      for (let n = 0; n < 80; n++) await trx('login_attempts').insert(row);
    });
    await fail(1);
    expect((await app.db.read('login_attempts').where('user_id', app.people.bob)).length).toBe(50);
  });

  it('are counted where somebody signed in gives a wrong current password, too (R7, R19)', async () => {
    const bob = await signedIn(app, 'bob');
    const change = (current: string) =>
      submit(bob, '/credentials', { current, password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    for (let n = 0; n < LIMIT; n++) {
      const refused = await change(n === 0 ? '' : WRONG);
      expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([422, ['current']]);
    }
    // Locked in this browser everywhere: here, and at the sign-in.
    expect((await change(PASSWORD)).status).toBe(422);
    expect((await bob.post('/session', { identifier: 'bob', password: PASSWORD })).status).toBe(422);
    app.clock.advance(15 * MINUTE);
    expect((await change(PASSWORD)).status).toBe(303);
    expect(await tries('bob', NEW_PASSWORD)).toBe(303);
  });

  it('there and here are one counter, which is that of the browser (R19)', async () => {
    const bob = await signedIn(app, 'bob');
    for (let n = 0; n < LIMIT - 1; n++)
      expect((await bob.post('/session', { identifier: 'bob', password: WRONG })).status).toBe(422);
    await submit(bob, '/credentials', { current: WRONG, password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    expect((await bob.post('/session', { identifier: 'bob', password: PASSWORD })).status).toBe(422);
  });

  it('there are counted on the account itself where the browser is not known any more (R19)', async () => {
    const bob = await signedIn(app, 'bob');
    bob.forgetDevices();
    await fail(LIMIT - 1);
    await submit(bob, '/credentials', { current: WRONG, password: NEW_PASSWORD, repeated: NEW_PASSWORD });
    expect(await tries('bob', PASSWORD)).toBe(422);
  });

  it('are not counted where the new password will not do: it never comes to the current one (R7)', async () => {
    const bob = await signedIn(app, 'bob');
    for (let n = 0; n < LIMIT + 1; n++)
      expect((await submit(bob, '/credentials', { current: WRONG, password: 'short', repeated: 'short' })).status).toBe(
        422,
      );
    expect(await lockout()).toBeUndefined();
  });

  it('are as many as the settings say', async () => {
    app = await app.restart({ settings: { LOGIN_ATTEMPTS: '2' } });
    await fail(2);
    expect(await tries('bob', PASSWORD)).toBe(422);
  });
});
