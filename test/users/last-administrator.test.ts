import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findAdministratorIds } from '../../src/access/administrators.ts';
import { ALL_RIGHTS } from '../../src/access/rights.ts';
import { BULK_SUBJECTS } from '../../src/bulk-operations/actions/bulk-subjects.ts';
import { isAsking } from '../../src/bulk-operations/asking-action.ts';
import { instant } from '../../src/clock.ts';
import { createGroup } from '../../src/groups/actions/group-creation.ts';
import { commandLineAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
let administrators: string;

/** Alice may do all that there is, by another group, and is none who stays: Ada is the last. */
beforeEach(async () => {
  app = await startApp();
  administrators = await groupId(app, 'Administrators');
  await app.db.write(async (trx) => {
    await trx('users').where('name', 'alice').update({ leaves_at: '2036-01-01T00:00:00.000Z' });
    const act = commandLineAct(app.context.actSettings);
    const group_id = await createGroup(trx, act, { name: 'Others', rights: ALL_RIGHTS });
    await trx('memberships').where('user_id', app.people.alice).update({ group_id });
  });
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

/** What would take her away, of all that can be said to an action that asks. */
const choices = (): Record<string, Fields> => ({
  'add-to-group': { group: administrators, untilAt: '2036-01-01' },
  'remove-from-group': { group: administrators },
  'add-tag': { tag: 'blue' },
  'remove-tag': { tag: 'blue' },
  'set-leaving': { leavesAt: '2036-01-01' },
  'set-start': { startsAt: '2036-01-01' },
  'set-no-shared-data': { noSharedData: 'yes' },
  'convert-to-api-only': { apiOnlyReason: 'sync', apiOnlyOwner: 'alice', apiOnlyReviewOn: '2036-01-01' },
  'set-leader': { leader: '' },
  'set-permission': { application: 'users', level: 'none' },
});

const those = (kind: 'user' | 'group') => BULK_SUBJECTS[kind].operations.map((action) => action.name);

async function done(kind: 'user' | 'group', action: string): Promise<void> {
  const ids = kind === 'user' ? String(app.people.ada) : administrators;
  const path = (await alice.post('/bulk-operations', { subject: kind, action, ids })).headers.location;
  const asks = BULK_SUBJECTS[kind].operations.find((one) => one.name === action)!;
  if (isAsking(asks)) await alice.post(`${path}/choices`, choices()[action] ?? {});
  const answer = await alice.post(`${path}/execution`, { channel: 'mail' });
  expect([action, answer.status < 500]).toEqual([action, true]);
}

const left = () => findAdministratorIds(app.db.read, instant(app.clock.now()));

describe('the last administrator stays (R63)', () => {
  it.each(those('user'))('whatever is done to them: %s', async (action) => {
    await done('user', action);
    expect(await left()).toEqual([app.people.ada]);
  });

  it.each(those('group'))('whatever is done to the group that makes them one: %s', async (action) => {
    await done('group', action);
    expect(await left()).toEqual([app.people.ada]);
  });

  it('whatever made them one is taken back', async () => {
    await app.db.write((trx) => trx('memberships').where('user_id', app.people.ada).delete());
    const membership = { action: 'add-to-group', ids: String(app.people.ada) };
    const made = (await alice.post('/bulk-operations', membership)).headers.location;
    await alice.post(`${made}/choices`, { group: administrators, untilAt: '' });
    await alice.post(`${made}/execution`);
    expect(await left()).toEqual([app.people.ada]);
    const from = made.split('/').at(-1)!;
    const undo = (await alice.post('/bulk-operations', { from, action: 'undo' })).headers.location;
    expect(pageOf(await alice.get(undo)).textOf('main')).toMatch(/last administrator|must always be an administrator/);
    await alice.post(`${undo}/execution`);
    expect(await left()).toEqual([app.people.ada]);
  });

  it('whatever is scheduled for them', async () => {
    const path = (await alice.post('/bulk-operations', { action: 'deactivate', ids: String(app.people.ada) })).headers
      .location;
    const refused = await alice.post(`${path}/schedule`, { dueAt: '2035-01-01' });
    expect(refused.status).toBe(403);
    expect(await left()).toEqual([app.people.ada]);
  });
});
