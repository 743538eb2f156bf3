import { expect, test } from '@jest/globals';
import { DAY, instant } from '../../src/clock.ts';
import { pruneSessions } from '../../src/sessions/session-store.ts';
import { startApp } from '../support/app.ts';
import { signedIn } from '../support/session.ts';

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
