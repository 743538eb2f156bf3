import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

async function sheetFor(people: readonly Person[], action: string, choices: Fields) {
  const ids = people.map((person) => String(app.people[person]));
  const path = (await alice.post('/bulk-operations', { action, ids })).headers.location;
  expect((await alice.post(`${path}/choices`, choices)).status).toBe(303);
  return { path, said: pageOf(await alice.get(path)).textOf('#sheet') };
}

describe('the sheet says of oneself that only somebody else takes it back', () => {
  it('No shared data, which whoever has it lifts from nobody', async () => {
    const said = 'only another administrator can take this back';
    const set = { noSharedData: 'yes' };
    expect((await sheetFor(['bob', 'lena'], 'set-no-shared-data', set)).said).not.toContain(said);
    const { path, said: own } = await sheetFor(['alice', 'bob'], 'set-no-shared-data', set);
    expect(own).toContain(said);
    await alice.post(`${path}/execution`);
    const from = path.split('/')[2];
    const undo = (await alice.post('/bulk-operations', { action: 'undo', from })).headers.location;
    expect(pageOf(await alice.get(undo)).textOf('#sheet')).toContain('Nobody would change.');
    const ada = await signedIn(app, 'ada');
    const hers = (await ada.post('/bulk-operations', { action: 'undo', from })).headers.location;
    expect(pageOf(await ada.get(hers)).textOf('#sheet')).toContain('2 users will change: alice, bob');
  });

  it('a group, where it grants something or demands a second factor', async () => {
    const said = 'only another administrator can take you out again';
    const into = async (people: Person[], group: string) =>
      (await sheetFor(people, 'add-to-group', { group: await groupId(app, group) })).said;
    expect(await into(['alice', 'bob'], 'Auditors')).toContain(said);
    expect(await into(['bob'], 'Auditors')).not.toContain(said);
    expect(await into(['alice', 'max'], 'Support')).not.toContain(said);
    await app.db.write((trx) => trx('groups').where('name', 'Support').update({ requires_factor: true }));
    expect(await into(['alice', 'max'], 'Support')).toContain(said);
  });
});

describe('what can only be one’s', () => {
  it('is given to nobody where several would have it', async () => {
    await app.db.write((trx) =>
      trx('users').where('id', app.people.rita).update({
        api_only: true,
        api_only_reason: 'Reads',
        api_only_owner_id: app.people.ada,
        api_only_review_on: '2030-01-01',
      }),
    );
    const email = 'new@example.com';
    const both = await sheetFor(['robin', 'rita'], 'convert-to-person', { email });
    expect(both.said).toContain('Nobody would change.');
    expect(both.said).toContain('cannot be changed so: new@example.com is the email of one alone');
    expect((await alice.post(`${both.path}/execution`)).status).toBe(303);
    const one = await sheetFor(['robin'], 'convert-to-person', { email });
    await alice.post(`${one.path}/execution`);
    expect(await app.db.read('users').where({ email }).pluck('name')).toEqual(['robin']);
  });
});
