import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

it.each([
  ['q=bob@', 'The 1 matching', 'The 1 matching is meant'],
  ['q=bob,carol', 'All 2 matching', 'All 2 matching are meant'],
])('says of what is ticked in %s how much it is, one as one', async (view, label, meant) => {
  const page = pageOf(await alice.get(`/users?${view}&ticked=all`));
  expect(page.textOf('label:has(#all-matching)')).toBe(label);
  expect(page.textOf('#ticked')).toBe(meant);
});

it('says so of those that are left of all', async () => {
  const page = pageOf(await alice.get(`/users?q=bob,carol&ticked=all&except=${app.people.bob}`));
  expect(page.textOf('#ticked')).toBe('1 of 2 matching is meant');
});
