import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { asked } from '../support/asking.ts';
import { submit } from '../support/form.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

/** It is 02:30 in Auckland for the second time on that night: the form shows it as it shows the first. */
const SECOND = '2027-04-03T14:30:00.000Z';
const FIRST = '2027-04-03T13:30:00.000Z';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
  await app.db.write((trx) =>
    trx('users').whereIn('name', ['alice', 'lena']).update({ time_zone: 'Pacific/Auckland' }),
  );
});
afterEach(() => app.close());

const stands = (person: Person, fields: object) =>
  app.db.write((trx) => trx('users').where('id', app.people[person]).update(fields));
const endOf = async (person: Person) =>
  (await app.db.read('users').where('id', app.people[person]).first('leaves_at')).leaves_at;

it('stay as they are where another field of a user is changed, and change where they are typed', async () => {
  const column = { bob: 'leaves_at', lena: 'starts_at' } as const;
  for (const person of ['bob', 'lena'] as const) {
    await stands(person, { [column[person]]: SECOND });
    expect((await submit(alice, pathTo(app, person, '/edit'), { description: 'Night shifts' })).status).toBe(303);
    const user = await app.db.read('users').where('id', app.people[person]).first();
    expect([user.description, user[column[person]]]).toEqual(['Night shifts', SECOND]);
  }
  await submit(alice, pathTo(app, 'bob', '/edit'), { 'leavesAt-time': '02:31' });
  expect(await endOf('bob')).toBe(FIRST.replace('30:00', '31:00'));
});

it('are told apart where somebody starts at the first of them and leaves at the second', async () => {
  await stands('bob', { starts_at: FIRST, leaves_at: SECOND });
  expect((await submit(alice, pathTo(app, 'bob', '/edit'), { description: 'One night' })).status).toBe(303);
  const user = await app.db.read('users').where('id', app.people.bob).first();
  expect([user.description, user.starts_at, user.leaves_at]).toEqual(['One night', FIRST, SECOND]);
});

it('stay as they are where it is said what becomes of what somebody leaves behind', async () => {
  await stands('lena', { leaves_at: SECOND });
  expect((await submit(alice, pathTo(app, 'lena', '/leaving'))).status).toBe(303);
  expect(await endOf('lena')).toBe(SECOND);
});

it('stay as they are where what is scheduled is sent as it stands', async () => {
  const ids = String(app.people.bob);
  const { location: path } = (await alice.post('/bulk-operations', { action: 'deactivate', ids })).headers;
  await alice.post(`${path}/schedule`, { dueAt: '2027-04-04 02:30' });
  const due = async () => (await app.db.read('scheduled_operations').first('due_at')).due_at;
  expect(await due()).toBe(FIRST);
  await app.db.write((trx) => trx('scheduled_operations').update({ due_at: SECOND }));
  await submit(alice, path, { dueAt: '2027-04-04', 'dueAt-time': '02:30' });
  expect(await due()).toBe(SECOND);
});

it('stay as they are of a deputy, and of what somebody asked for', async () => {
  const support = Number(await groupId(app, 'Support'));
  const lena = await signedIn(app, 'lena');
  await lena.post(`/led-groups/${support}/deputy`, { deputy: 'bob', untilAt: '2027-04-04 02:30' });
  const deputy = () => app.db.read('deputies').first('until_at');
  expect(await deputy()).toEqual({ until_at: FIRST });
  await app.db.write((trx) => trx('deputies').update({ until_at: SECOND }));
  await submit(lena, `/led-groups/${support}/lead`, { deputy: 'bob' });
  expect(await deputy()).toEqual({ until_at: SECOND });

  const path = await asked(app, 'rita', { group_id: support });
  await app.db.write((trx) => trx('access_requests').update({ until_at: SECOND }));
  expect((await submit(lena, path, { answer: 'give' })).status).toBe(303);
  const membership = app.db.read('memberships').where({ user_id: app.people.rita, group_id: support });
  expect(await membership.first('until_at')).toEqual({ until_at: SECOND });
});
