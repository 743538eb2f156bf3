import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { isSignedIn } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const addressOf = (person: 'bob' | 'alice' | 'lena') => `/users/${app.people[person]}/sessions`;

it('signs somebody out in every browser, who may sign in again at once', async () => {
  const [first, second] = [await signedIn(app, 'bob'), await signedIn(app, 'bob')];
  const page = await alice.get(`${addressOf('bob')}/delete`);
  expect(page.text).toContain('bob is signed out in every browser');

  const answer = await alice.send('delete', addressOf('bob'));
  expect(answer.status).toBe(303);
  expect((await alice.get(answer.headers.location)).text).toContain('The sessions of bob have ended.');
  for (const session of [first, second]) expect((await session.get('/credentials')).status).toBe(303);
  expect((await (await signedIn(app, 'bob')).get('/credentials')).status).toBe(200);
  const event = await app.db.read('audit_events').where('action', 'user.sessions-ended').first();
  expect(event).toMatchObject({ subject_id: app.people.bob });
  expect(JSON.parse(event.after)).toEqual({ sessionsEnded: 2 });
});

it('is refused on oneself, and by who may do less than the subject', async () => {
  expect((await alice.get(`${addressOf('alice')}/delete`)).status).toBe(403);
  const max = await signedIn(app, 'max');
  expect((await max.send('delete', addressOf('alice'))).status).toBe(403);
  expect((await alice.get('/credentials')).status).toBe(200);
});

it('has nothing to do where nobody is signed in', async () => {
  const page = await alice.get(`${addressOf('lena')}/delete`);
  expect(page.status).toBe(409);
  expect(page.text).toContain('lena has no open session.');
});

it('ends one of several, which the record names, and shows how somebody signed in (R53)', async () => {
  const [first, second] = [await signedIn(app, 'bob'), await signedIn(app, 'bob')];
  const record = pageOf(await alice.get(`/users/${app.people.bob}`));
  const endings = record.$(`form[action^="${addressOf('bob')}/"]`);
  expect(endings.length).toBe(2);
  const { location } = (await alice.send('delete', endings.attr('action')!)).headers;
  expect(pageOf(await alice.get(location)).textOf('body')).toContain('That session of bob has ended.');
  expect([await isSignedIn(first), await isSignedIn(second)].filter(Boolean).length).toBe(1);
  const history = pageOf(await alice.get(`/users/${app.people.bob}/sign-ins`)).texts('.rows li');
  expect(history.filter((line) => line.includes('Signed in from 127.0.0.1')).length).toBe(2);
  const reader = pageOf(await (await signedIn(app, 'rita')).get(`/users/${app.people.bob}`));
  expect(reader.$(`form[action^="${addressOf('bob')}/"]`).length).toBe(0);
});
