import { expect, it } from '@jest/globals';
import { cookieName } from '../../src/web/guards/cookie-name.ts';
import { PASSWORD, startApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn } from '../support/people.ts';
import { Session } from '../support/session.ts';

it.each([
  ['http://127.0.0.1:3000', 'roster'],
  ['http://127.0.0.1:3001', 'roster-3001'],
  ['http://roster.lan', 'roster-80'],
  ['https://roster.example.com', '__Host-roster'],
  ['https://roster.example.com:8443', '__Host-roster-8443'],
])('%s has the cookie %s', (baseUrl, name) => {
  expect(cookieName({ baseUrl, secure: baseUrl.startsWith('https') }, 'roster')).toBe(name);
});

it('two Rosters on one host leave each other signed in, and known', async () => {
  await using first = await startApp();
  await using second = await startApp({ PORT: '3001' });
  const browser = new Session(first);
  await browser.signIn('alice');
  const other = new Session(second);
  // One browser: the cookies of both.
  Object.assign(other, { agent: Object.assign(other.agent, { jar: browser.agent.jar }) });
  expect((await other.signIn('alice', PASSWORD)).status).toBe(303);
  expect([await isSignedIn(browser), await isSignedIn(other)]).toEqual([true, true]);
  const names = ['roster', 'roster-3001', 'roster-devices', 'roster-devices-3001'];
  for (const name of names) expect([name, browser.cookie(name) !== undefined]).toEqual([name, true]);
  expect(pageOf(await browser.get('/credentials')).fact('Name')).toBe('alice');
});
