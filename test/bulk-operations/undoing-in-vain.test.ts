import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact, letGroup } from '../support/contacts.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
let support: string;

/** Lena leads Support, answers for Robin, and has a private contact; who is in Support reads contacts. */
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
  support = await groupId(app, 'Support');
  await app.db.write((trx) =>
    trx('users').where('id', app.people.robin).update({ api_only_owner_id: app.people.lena }),
  );
  await letGroup(app, Number(support), 'read');
  await addContact(app, { name: 'Nora', ownerUserId: app.people.lena });
});
afterEach(() => app.close());

async function done(action: string, people: readonly Person[], choices: Fields = {}): Promise<string> {
  const ids = people.map((person) => String(app.people[person]));
  const path = (await alice.post('/bulk-operations', { action, ids })).headers.location;
  if (Object.keys(choices).length > 0) expect((await alice.post(`${path}/choices`, choices)).status).toBe(303);
  expect((await alice.post(`${path}/execution`)).status).toBe(303);
  return path;
}

/** Takes an operation back; returns what its sheet said of it, and its report. */
async function undone(from: string, by = alice) {
  const { location } = (await by.post('/bulk-operations', { action: 'undo', from })).headers;
  const sheet = pageOf(await by.get(location)).textOf('#sheet');
  await by.post(`${location}/execution`);
  const report = pageOf(await by.get(location));
  return { sheet, heading: report.textOf('.report h1'), items: report.texts('.report .rows li') };
}

const idOf = (path: string) => path.split('/')[2];

describe('what would come to nothing when it is taken back', () => {
  it('is no leadership of whoever does not come back into the group', async () => {
    const report = await done('remove-from-group', ['bob', 'lena'], { group: support });
    await done('delete', ['lena']);
    const { sheet, heading, items } = await undone(idOf(report));
    expect(sheet).toContain('1 user will change: bob');
    expect(sheet).toContain('Left out lena is deleted');
    expect(heading).toBe('1 user was put back as before.');
    expect(items).toEqual(['bob bob@example.com changedwas no member', 'lena lena@example.com left outis deleted']);
  });

  it('are no programs of whoever does not come back', async () => {
    const report = await done('deactivate', ['lena', 'rita'], { newOwner: 'bob' });
    await done('delete', ['lena']);
    const { sheet, items } = await undone(idOf(report));
    expect(sheet).toContain('1 user will change: rita');
    expect(sheet).toContain('lena answered for programs, and cannot any more');
    expect(items[0]).toMatch(/^lena .* left outanswered for programs, and cannot any more$/);
    expect(await app.db.read('users').where('id', app.people.robin).first('api_only_owner_id')).toEqual({
      api_only_owner_id: app.people.bob,
    });
  });

  it('is nothing that whoever takes it back may not give', async () => {
    await submit(alice, pathTo(app, 'lena', '/leaving'));
    const { id } = await app.db.read('bulk_operations').whereNotNull('executed_at').orderBy('id', 'desc').first('id');
    // Robin may do more than Max by now.
    await done('add-to-group', ['robin'], { group: await groupId(app, 'Auditors') });
    await app.db.write((trx) => trx('group_permissions').where('group_id', support).delete());
    const { sheet } = await undone(String(id), await signedIn(app, 'max'));
    expect(sheet).toContain('1 user will change: lena');
    for (const part of [
      'lena led Support: you may not say who does',
      'lena answered for robin, which has rights that you do not hold',
      'lena owned contacts that you may not give back',
    ])
      expect(sheet).toContain(`A part stays as it is: ${part}.`);
  });
});
