import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { ALL_RIGHTS, type Rights } from '../../src/access/rights.ts';
import { instant } from '../../src/clock.ts';
import { judgeEnds, judgeUntil } from '../../src/memberships/actions/membership-editing.ts';
import { changeUsers } from '../../src/users/actions/changing/changing-users.ts';
import type { UserChange } from '../../src/users/actions/changing/user-change.ts';
import { findUsers } from '../../src/users/user-store.ts';
import { type Act, actSettings } from '../../src/verbs/act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { groupId } from '../support/people.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

function act(person: Person = 'alice', rights: Rights = ALL_RIGHTS): Act {
  const by = { id: app.people[person], name: person, rights };
  return { ...actSettings(app.config), by, at: instant(app.clock.now()), address: '', requestId: 'test' };
}

const idsOf = (people: Person[]) => people.map((person) => app.people[person]);
const change = (people: Person[], to: UserChange, by = act(), versions?: Map<number, number>) =>
  app.db.write((trx) => changeUsers(trx, by, idsOf(people), to, versions));
const reasons = ({ outcomes }: Awaited<ReturnType<typeof changeUsers>>) =>
  Object.fromEntries(outcomes.map(({ subject, refusal }) => [subject.name, refusal?.reason]));
const events = async () =>
  (await app.db.read('audit_events').where('request_id', 'test').orderBy('id')).map(({ subject_id }) => subject_id);
const tagsOf = async (person: Person) =>
  app.db
    .read('tags')
    .join('user_tags', 'user_tags.tag_id', 'tags.id')
    .where('user_tags.user_id', app.people[person])
    .orderBy('tags.name')
    .pluck('tags.name');

describe('a change of many at once', () => {
  it('changes what it names and nothing else, with one event for each of whom something differs', async () => {
    const before = await findUsers(app.db.read, idsOf(['bob', 'lena']));
    expect(reasons(await change(['bob', 'lena'], { leavesAt: '2030-01-31T18:00:00.000Z' }))).toEqual({
      bob: undefined,
      lena: undefined,
    });
    const after = await findUsers(app.db.read, idsOf(['bob', 'lena']));
    expect(after).toEqual(
      before.map((user) => ({ ...user, leavesAt: '2030-01-31T18:00:00.000Z', version: user.version + 1 })),
    );
    // Bob has that day already.
    await change(['bob', 'rita'], { leavesAt: '2030-01-31T18:00:00.000Z' });
    expect(await events()).toEqual(idsOf(['bob', 'lena', 'rita']));
  });

  it('gives and takes tags as they are spelt, and leaves the others', async () => {
    await change(['bob', 'lena', 'rita'], { tags: { add: ['BERLIN', 'Night shift'], remove: ['part-time'] } });
    expect(await tagsOf('bob')).toEqual(['Berlin', 'Night shift']);
    expect(await tagsOf('lena')).toEqual(['Berlin', 'Night shift']);
    expect(await tagsOf('rita')).toEqual(['Berlin', 'Night shift']);
    await change(['bob', 'rita'], { tags: [] });
    expect([await tagsOf('bob'), await tagsOf('rita')]).toEqual([[], []]);
  });

  it('puts into groups and takes out of them; a leader who goes leads no more', async () => {
    const support = Number(await groupId(app, 'Support'));
    await change(['rita', 'bob'], { groups: { add: [support] } });
    await change(['bob', 'lena'], { groups: { remove: [support] } });
    const members = await app.db.read('memberships').where('group_id', support).pluck('user_id');
    expect(members.sort()).toEqual(idsOf(['carol', 'dave', 'rita']).sort());
    expect((await app.db.read('groups').where('id', support).first()).leader_id).toBeNull();
  });

  it('leaves out whom the actor may not administer, and says for oneself which field it is', async () => {
    const max = act('max', { users: 'write' });
    expect(reasons(await change(['alice', 'bob'], { description: 'seen' }, max))).toEqual({
      alice: 'has rights that you do not hold',
      bob: undefined,
    });
    const { outcomes } = await change(['alice', 'ada'], { leavesAt: '2030-01-31T18:00:00.000Z' });
    expect(outcomes.map(({ refusal }) => refusal?.fields)).toEqual([
      { leavesAt: expect.stringContaining('nobody sets when they leave') },
      undefined,
    ]);
  });

  it('lets nobody stay beyond the end that somebody else set for them (R61)', async () => {
    const leavesAt = '2030-01-31T18:00:00.000Z';
    await change(['max', 'ada'], { leavesAt });
    const max = act('max', { users: 'write' });
    for (const later of [null, '2031-01-31T18:00:00.000Z']) {
      const { outcomes } = await change(['max'], { leavesAt: later }, max);
      expect(outcomes[0].refusal?.fields).toEqual({ leavesAt: expect.stringContaining('Ask another administrator') });
    }
    expect((await findUsers(app.db.read, [app.people.max]))[0].leavesAt).toBe(leavesAt);
    await change(['max'], { leavesAt: null });
    expect((await findUsers(app.db.read, [app.people.max]))[0].leavesAt).toBeNull();
  });

  it('lets nobody off the second factor that a group demands of them (R61)', async () => {
    const support = Number(await groupId(app, 'Support'));
    await change(['alice', 'bob'], { groups: { add: [support] } }, act('ada', ALL_RIGHTS));
    await app.db.write((trx) => trx('groups').where('id', support).update({ requires_factor: true }));
    const { outcomes } = await change(['alice', 'bob'], { groups: { remove: [support] } });
    expect(outcomes.map(({ refusal }) => refusal?.fields)).toEqual([
      { groups: expect.stringContaining('nobody lets themself off a second factor') },
      undefined,
    ]);
    const meant = { groupId: support, userIds: [app.people.alice] };
    const reason = 'is yourself: nobody lets themself off a second factor';
    for (const judged of [
      judgeEnds(app.db.read, act(), meant),
      judgeUntil(app.db.read, act(), meant, '2030-01-31T18:00:00.000Z'),
    ])
      expect((await judged).map(({ refusal }) => refusal?.reason)).toEqual([reason]);
  });

  it('leaves out who is another than was shown', async () => {
    const versions = new Map(
      (await findUsers(app.db.read, idsOf(['bob', 'rita']))).map(({ id, version }) => [id, version]),
    );
    await change(['bob'], { description: 'by somebody else' });
    expect(reasons(await change(['bob', 'rita'], { description: 'mine' }, act(), versions))).toEqual({
      bob: 'was changed since',
      rita: undefined,
    });
    expect((await findUsers(app.db.read, [app.people.bob]))[0].description).toBe('by somebody else');
  });

  it('is undone as a whole where it would leave no administrator', async () => {
    const program = { ...act(), by: { id: null, name: 'program', rights: ALL_RIGHTS } };
    await expect(change(['alice', 'ada'], { leavesAt: '2030-01-31T18:00:00.000Z' }, program)).rejects.toThrow(
      /always be an administrator/,
    );
    expect(await events()).toEqual([]);
  });

  it('gives no group that grants more than the actor holds, and takes none', async () => {
    const administrators = Number(await groupId(app, 'Administrators'));
    const max = act('max', { users: 'write' });
    await expect(change(['bob'], { groups: { add: [administrators] } }, max)).rejects.toThrow(/cannot give it/);
    await expect(change(['bob'], { groups: { remove: [administrators] } }, max)).rejects.toThrow(/cannot take it/);
  });

  it('signs out who becomes API-only, and ends their open links', async () => {
    const { linksEnded } = await change(['carol'], {
      apiOnly: { reason: 'Runs reports', ownerId: app.people.bob, reviewOn: '2030-01-31' },
    });
    expect(linksEnded).toEqual([{ userId: app.people.carol, purpose: 'invitation' }]);
    expect((await findUsers(app.db.read, [app.people.carol]))[0]).toMatchObject({
      apiOnly: true,
      apiOnlyReason: 'Runs reports',
      apiOnlyOwnerId: app.people.bob,
      invitationExpiresAt: null,
    });
  });
});
