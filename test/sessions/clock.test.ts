import { expect, test } from '@jest/globals';
import { DAY, instant } from '../../src/clock.ts';
import { pruneSessions } from '../../src/sessions/session-store.ts';
import { startApp } from '../support/app.ts';
import { signedIn } from '../support/session.ts';

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
