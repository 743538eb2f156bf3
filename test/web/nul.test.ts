import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { facts } from '../support/database.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeAll(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
  const at = '2026-11-01T12:00:00.000Z';
  await app.db.write((trx) => trx('applications').insert({ key: 'rooms', name: 'Rooms', created_at: at }));
});
afterAll(() => app.close());

/** Every field of every form in which somebody writes, but for passwords, where it counts like any other. */
it.each<[string, () => Promise<string> | string]>([
  ['New User', () => '/users/new'],
  ['the form of a user', () => pathTo(app, 'bob', '/edit')],
  ['New Group', () => '/groups/new'],
  ['the form of a group', async () => `/groups/${await groupId(app, 'Support')}/edit`],
  ['New Person', () => '/contacts/new?kind=person'],
  ['the form of a contact', () => '/contacts/3/edit'],
  ['New Application', () => '/applications/new'],
  ['New Webhook', () => '/webhooks/new'],
  ['the form of an application', () => '/applications/rooms/edit'],
  ['a link to a user', () => '/contacts/3/link/new'],
  ['Add members', async () => `/groups/${await groupId(app, 'Support')}/members/new`],
])('a NUL is refused beside its field, and nothing is kept: %s', async (_, pathOf) => {
  const path = await pathOf();
  const page = pageOf(await alice.get(path));
  const fields = page
    .$('main input[type="text"], main input[type="email"], main input[type="search"], main textarea')
    .toArray()
    .map((field) => page.$(field).attr('name')!);
  expect(fields.length).toBeGreaterThan(0);
  const before = await facts(app);
  for (const field of fields) {
    const answer = await submit(alice, path, { [field]: 'nora\0@example.com' });
    expect([field, answer.status]).toEqual([field, 422]);
    // Of a search the message may stand below what is chosen by it.
    const picker = page
      .$(`[name="${field}"]`)
      .closest('.picker')
      .attr('id')
      ?.replace(/-picker$/, '');
    const told = Object.keys(pageOf(answer).errors());
    expect([field, told.includes(field) || told.includes(picker ?? field)]).toEqual([field, true]);
  }
  expect(await facts(app)).toEqual(before);
});
