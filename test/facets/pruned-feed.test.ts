import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createDraft } from '../../src/bulk-operations/bulk-operation-store.ts';
import { USERS } from '../../src/users/pages/users-feature.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { commandLineAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';

let app: TestApp;

beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

const oldest = async () => (await app.db.read('user_changes').min('id as id').first())!.id;

/** As if so many changes had been made since. */
async function changeOften(): Promise<void> {
  await app.db.write((trx) => trx('user_changes').insert({ id: 200_000, user_id: app.people.bob }));
}

it('keeps its newest part, and all since the oldest list was shown of which there is a draft', async () => {
  const first = await oldest();
  await changeOften();
  const view = { view: '/users', shown: 9, shownChange: first + 1, frozenChange: first + 2, excepted: 0 };
  const act = commandLineAct(actSettings(app.config));
  await app.db.write((trx) =>
    createDraft(trx, act, { subjectType: 'user', action: 'deactivate', ids: [app.people.bob], view }),
  );
  await app.db.write((trx) => USERS.prune!(trx, app.clock.now(), app.config));
  expect(await oldest()).toBe(first + 2);
  await app.db.write((trx) => trx('bulk_operations').update({ executed_at: act.at }));
  await app.db.write((trx) => USERS.prune!(trx, app.clock.now(), app.config));
  expect(await oldest()).toBe(200_000);
});

it('is removed a part at a time', async () => {
  const first = await oldest();
  const between = first + 50_000;
  await app.db.write((trx) => trx('user_changes').insert({ id: between, user_id: app.people.bob }));
  await changeOften();
  const prune = () => app.db.write((trx) => USERS.prune!(trx, app.clock.now(), app.config));
  expect(await prune()).toBe(true);
  expect(await oldest()).toBe(between);
  while (await prune());
  expect(await oldest()).toBe(200_000);
});
