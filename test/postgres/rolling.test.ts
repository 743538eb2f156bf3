import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { verifyChain } from '../../src/audit/chain.ts';
import { TABLES } from '../../src/db/tables.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { linkFor, opened } from '../support/links.ts';
import { groupId, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

/** All that the migrations of a newer version may do while this one still serves. */
async function upgrade(): Promise<void> {
  const { writer } = app.db;
  for (const table of Object.keys(TABLES)) {
    await writer.schema.alterTable(table, (columns) => {
      columns.text('added');
      columns.text('added_later').notNullable().defaultTo('preset');
      columns.index(['added'], `${table}_by_added`);
    });
    await writer.schema.createTable(`${table}_more`, (columns) => void columns.integer('id').primary());
  }
}

it('goes on while a newer version adds to its tables, and with what it added', async () => {
  const alice = await signedIn(app, 'alice');
  let isUpgraded = false;
  const upgraded = upgrade().finally(() => {
    isUpgraded = true;
  });
  // At work meanwhile.
  let n = 0;
  do {
    expect((await alice.get('/users')).status).toBe(200);
    const edited = await submit(alice, pathTo(app, 'bob', '/edit'), { description: `while it was upgraded, ${++n}` });
    expect(edited.status).toBe(303);
  } while (!isUpgraded);
  await upgraded;

  const created = await submit(alice, '/users/new', { name: 'nora', email: 'nora@example.com' });
  expect(created.status).toBe(303);
  const bob = await opened(app, await linkFor(app, 'bob', 'password-reset', alice));
  const password = 'nine slow tractors hum';
  expect((await bob.post('/passwords/acceptance', { password, repeated: password })).status).toBe(303);
  expect((await new Session(app).signIn('bob', 'not the password at all')).status).toBe(422);
  expect((await new Session(app).signIn('bob', password)).status).toBe(303);
  const fields = { action: 'deactivate', ids: [String(app.people.bob), String(app.people.lena)] };
  const { location } = (await alice.post('/bulk-operations', fields)).headers;
  expect((await alice.post(`${location}/execution`)).status).toBe(303);
  const undone = await alice.post('/bulk-operations', { action: 'undo', from: location.split('/')[2] });
  expect((await alice.post(`${undone.headers.location}/execution`)).status).toBe(303);
  expect((await submit(alice, '/groups/new', { name: 'Newer' })).status).toBe(303);
  const members = `/groups/${await groupId(app, 'Newer')}/members`;
  expect((await alice.post(members, { list: 'bob', confirmed: 'yes' })).status).toBe(303);
  expect((await submit(alice, '/contacts/new', { name: 'Newer' })).status).toBe(303);
  for (const path of ['/users', '/groups', '/contacts', '/audit', '/invitations', pathTo(app, 'bob')])
    expect([path, (await alice.get(path)).status]).toEqual([path, 200]);
  expect(await verifyChain(app.db.read, app.config.secrets.audit)).toMatchObject({ intact: true });
  expect(app.log.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
});
