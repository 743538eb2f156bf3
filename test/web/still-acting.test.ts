import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Transaction } from '../../src/db/database.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { nextInLine } from '../support/line.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let ada: Session;
beforeEach(async () => {
  app = await startApp();
  ada = await signedIn(app, 'ada');
  await ada.get('/users/new');
});
afterEach(() => app.close());

const CHANGES: [string, number, (trx: Transaction) => Promise<unknown>][] = [
  ['deactivated', 303, (trx) => trx('users').where('name', 'ada').update({ activity: 'deactivated' })],
  ['past the last day', 303, (trx) => trx('users').where('name', 'ada').update({ expires_on: '2020-01-01' })],
  ['signed out', 303, (trx) => trx('sessions').delete()],
  [
    'weakened',
    403,
    async (trx) => {
      const group_id = await groupId(app, 'Administrators');
      await trx('memberships').where({ user_id: app.people.ada, group_id }).delete();
    },
  ],
];

it.each(CHANGES)('does nothing for who was %s ahead in line (R89)', async (_, expected, change) => {
  let answer: Promise<{ status: number }> | undefined;
  await app.db.write(async (trx) => {
    const inLine = nextInLine(app);
    answer = ada.post(pathTo(app, 'bob', '/deactivation'), {});
    await inLine;
    await change(trx);
  });
  expect((await answer!).status).toBe(expected);
  expect((await app.db.read('users').where('name', 'bob').first()).activity).toBe('active');
  expect(await app.db.read('audit_events').where({ action: 'user.deactivated', actor_id: app.people.ada })).toEqual([]);
});

it('keeps no view either, of which there is no event (R89)', async () => {
  let answer: Promise<{ status: number }> | undefined;
  await app.db.write(async (trx) => {
    const inLine = nextInLine(app);
    answer = ada.post('/saved-views', { name: 'Late', view: '/users?q=a' });
    await inLine;
    await trx('users').where('name', 'ada').update({ activity: 'deactivated' });
  });
  // The sign-in keeps what was typed, as that of every form that takes long to fill.
  expect((await answer!).status).toBe(401);
  expect(await app.db.read('saved_views')).toEqual([]);
});

it('does what was asked for where nothing happened meanwhile', async () => {
  expect((await ada.post(pathTo(app, 'bob', '/deactivation'), {})).status).toBe(303);
  expect((await app.db.read('users').where('name', 'bob').first()).activity).toBe('deactivated');
});
