import { describe, expect, test } from '@jest/globals';
import { DAY, instant, MINUTE } from '../../src/clock.ts';
import { FIRST_LOCK, findCounters, PERMANENTLY } from '../../src/sessions/lockout-store.ts';
import { pruneSessions } from '../../src/sessions/session-store.ts';
import { startApp } from '../support/app.ts';
import { linkFor } from '../support/links.ts';
import { Session, signedIn } from '../support/session.ts';

test('a session that was refused is over for good, also when the clock is set back', async () => {
  await using app = await startApp();
  const alice = await signedIn(app, 'alice');
  app.clock.advance(400 * DAY);
  expect((await alice.get('/users')).status).toBe(303);
  app.clock.advance(-400 * DAY);
  expect((await alice.get('/users')).status).toBe(303);
  const anew = await signedIn(app, 'alice');
  expect((await anew.get('/users')).status).toBe(200);
});

test('a clock that jumps by more than an hour is told in log and banner, for a day', async () => {
  await using app = await startApp();
  const { troubles } = app.context;
  await troubles.look();
  expect(troubles.found).toEqual([]);
  app.clock.advance(400 * DAY);
  await troubles.look();
  await troubles.look();
  expect(troubles.found).toEqual([expect.stringMatching(/jumped ahead by about 9,600 hours/)]);
  app.clock.advance(-400 * DAY);
  await troubles.look();
  expect(troubles.found).toEqual([expect.stringMatching(/jumped back by about 9,600 hours/)]);
  expect(app.log.filter((line) => line.includes('jumped'))).toHaveLength(2);
});

test('a session begun while the clock was far ahead ends when it is set back, and a new one begins', async () => {
  await using app = await startApp();
  app.clock.advance(2 * DAY);
  const ahead = await signedIn(app, 'alice');
  expect((await ahead.get('/users')).status).toBe(200);
  app.clock.advance(-2 * DAY);
  expect((await ahead.get('/users')).headers.location).toBe('/session/new?next=%2Fusers');
  const now = await signedIn(app, 'alice');
  expect((await now.get('/users')).status).toBe(200);

  // It does not come back when its time comes.
  await app.db.write((trx) => pruneSessions(trx, instant(app.clock.now())));
  app.clock.advance(2 * DAY);
  expect((await ahead.get('/users')).status).toBe(303);
});

describe('made while the clock was far ahead, and set back', () => {
  const ahead = 400 * DAY;

  test('a lock lasts neither shorter nor longer than it was to', async () => {
    await using app = await startApp();
    app.clock.advance(ahead);
    for (let i = 0; i < 5; i++) await new Session(app).signIn('bob', 'not it');
    app.clock.advance(-ahead);
    expect((await new Session(app).signIn('bob')).status).toBe(422);
    app.clock.advance(FIRST_LOCK - MINUTE);
    expect((await new Session(app).signIn('bob')).status).toBe(422);
    app.clock.advance(2 * MINUTE);
    expect((await new Session(app).signIn('bob')).status).toBe(303);
  });

  test('the second lock keeps its own span, and one for good stays for good', async () => {
    await using app = await startApp();
    const { bob, carol } = app.people;
    app.clock.advance(ahead);
    const lock = { attempts: 5, attempts_in_all: 10, last_attempt_at: instant(app.clock.now()) };
    const since = { locked_at: instant(app.clock.now()), locked_until: instant(app.clock.now() + 2 * FIRST_LOCK) };
    await app.db.write(async (trx) => {
      await trx('lockouts').insert({ user_id: bob, ...lock, step: 2, ...since });
      await trx('lockouts').insert({ user_id: carol, ...lock, step: 9, ...since, locked_until: PERMANENTLY });
      await trx('device_lockouts').insert({ user_id: bob, device: 'd', agent: '', ...lock, step: 1, ...since });
    });
    app.clock.advance(-ahead);
    await app.context.setBackClock.follow();
    const now = app.clock.now();
    const ends = async (userId: number) =>
      (await findCounters(app.db.read, userId)).map((counter) => counter.lockedUntil);
    expect(await ends(bob)).toEqual([instant(now + 2 * FIRST_LOCK), instant(now + FIRST_LOCK)]);
    expect(await ends(carol)).toEqual([PERMANENTLY]);
  });

  test('a link is over, and a new one works', async () => {
    await using app = await startApp();
    app.clock.advance(ahead);
    const then = await signedIn(app, 'alice');
    const made = await linkFor(app, 'bob', 'password-reset', then);
    app.clock.advance(-ahead);
    expect((await new Session(app).get(made)).status).toBe(410);
    const again = await signedIn(app, 'alice');
    expect((await new Session(app).get(await linkFor(app, 'bob', 'password-reset', again))).status).toBe(303);
    app.clock.advance(ahead);
    expect((await new Session(app).get(made)).status).toBe(410);
  });
});

test('a link that was refused as expired stays refused', async () => {
  await using app = await startApp();
  const made = await linkFor(app, 'bob', 'password-reset');
  app.clock.advance(2 * DAY);
  expect((await new Session(app).get(made)).status).toBe(410);
  app.clock.advance(-2 * DAY);
  expect((await new Session(app).get(made)).status).toBe(410);
});

test('a notice made while the clock was far ahead is tried no longer than any', async () => {
  await using app = await startApp({ SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' });
  app.clock.advance(400 * DAY);
  for (let i = 0; i < 5; i++) await new Session(app).signIn('bob', 'not it');
  app.clock.advance(-400 * DAY);
  await app.context.setBackClock.follow();
  const [notice] = await app.db.read('outbox').where('kind', 'account-locked');
  expect(notice.try_until).toBe(instant(app.clock.now() + DAY));
});
