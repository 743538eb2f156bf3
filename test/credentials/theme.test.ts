import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const look = async (session: Session, path = '/preferences') => {
  const { theme, density } = pageOf(await session.get(path))
    .$('html')
    .data() as Record<string, string>;
  return [theme, density];
};

it('goes with the person to another browser, and what is of the device stays there', async () => {
  const bob = await signedIn(app, 'bob');
  await bob.post('/preferences', { theme: 'dark', density: 'compact' });
  expect(await look(bob)).toEqual(['dark', 'compact']);
  expect(await look(await signedIn(app, 'bob'))).toEqual(['dark', 'comfortable']);
  await bob.send('delete', '/session');
  expect(await look(bob, '/session/new')).toEqual(['dark', 'compact']);
});

it('is nobody else’s, and nothing that is not one is kept', async () => {
  const lena = await signedIn(app, 'lena');
  expect(await look(lena)).toEqual(['auto', 'comfortable']);
  for (const theme of ['pink', '__proto__', 'x'.repeat(5_000)]) await lena.post('/preferences', { theme });
  expect((await app.db.read('users').where('id', app.people.lena).first('theme')).theme).toBeNull();
  const stranger = new Session(app);
  await stranger.post('/preferences', { theme: 'light' });
  expect((await app.db.read('users').where('theme', 'light')).length).toBe(0);
  expect((await look(stranger, '/session/new'))[0]).toBe('light');
});
