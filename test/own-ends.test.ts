import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ALL_RIGHTS, type Rights } from '../src/access/rights.ts';
import { createGroup } from '../src/groups/actions/group-creation.ts';
import { commandLineAct } from '../src/verbs/program-act.ts';
import { startApp, type TestApp } from './support/app.ts';
import { watchAudit } from './support/audit.ts';
import { actBy } from './support/begun.ts';
import { send, submit } from './support/form.ts';
import { levels } from './support/levels.ts';
import { pageOf } from './support/page.ts';
import { groupId, pathTo } from './support/people.ts';
import { programAs } from './support/program.ts';
import { type Fields, type Session, signedIn } from './support/session.ts';

const UNTIL = '2036-01-01T00:00:00.000Z';
const LONGER = /last longer than it was given|for longer than it was given/;

let app: TestApp;
let alice: Session;

/** Alice is an administrator until a day. */
beforeEach(async () => {
  app = await startApp();
  await app.db.write((trx) => trx('memberships').where('user_id', app.people.alice).update({ until_at: UNTIL }));
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const made = (name: string, rights: Rights) =>
  app.db.write((trx) => createGroup(trx, commandLineAct(app.context.actSettings), { name, rights }));
const join = (groupId: number, person: 'alice' | 'bob' = 'alice', until_at: string | null = null) =>
  app.db.write((trx) =>
    trx('memberships').insert({ user_id: app.people[person], group_id: groupId, granted_at: UNTIL, until_at }),
  );
const rights = async () =>
  JSON.stringify([
    await app.db.read('group_permissions').orderBy(['group_id', 'application']),
    await app.db.read('memberships').orderBy(['group_id', 'user_id']),
    await app.db.read('groups').orderBy('id').select('id', 'activity'),
  ]);
const words = (answer: { text: string }) => pageOf(answer).textOf('main');
const follow = async (sent: { status: number; text: string; headers: Record<string, string> }) =>
  sent.status === 303 ? alice.get(sent.headers.location) : sent;

async function bulk(action: string, group: number, choices?: Fields): Promise<string> {
  const begun = await alice.post('/bulk-operations', { subject: 'group', action, ids: String(group) });
  const path = begun.headers.location;
  if (choices) await alice.post(`${path}/choices`, choices);
  return words(await alice.get(path)) + words(await follow(await alice.post(`${path}/execution`)));
}

const program = () => programAs(app, 'alice');

describe('whoever may do something until a moment does not make it last longer', () => {
  /** Each gives what it was answered with. */
  const ways: Record<string, () => Promise<string>> = {
    'by what a group of theirs comes to grant': async () => {
      const own = await made('Own', {});
      await join(own);
      const form = await alice.get(`/groups/${own}/permissions/edit`);
      const typed = { ...pageOf(form).typed(), ...levels({ users: 'write' }), confirmed: 'yes', step: 'save' };
      return words(await follow(await alice.send('patch', `/groups/${own}/permissions`, typed)));
    },
    'nor by that of many groups': async () => {
      const own = await made('Own', {});
      await join(own);
      return bulk('set-permission', own, { application: 'users', level: 'write' });
    },
    'nor by that which a program says': async () => {
      const own = await made('Own', {});
      await join(own, 'alice', '2036-02-01T00:00:00.000Z');
      const headers = { 'If-Match': '*' };
      return (await (await program()).send('put', `/groups/${own}/permissions/users`, { level: 'write' }, headers))
        .text;
    },
    'by a group of theirs that comes back': async () => {
      const own = await made('Own', ALL_RIGHTS);
      await join(own);
      await app.db.write((trx) => trx('groups').where('id', own).update({ activity: 'deactivated' }));
      return (await (await program()).ask('delete', `/groups/${own}/deactivation`, { 'If-Match': '*' })).text;
    },
    'nor by one that is restored, with many': async () => {
      const own = await made('Own', ALL_RIGHTS);
      await join(own);
      const deleted = { activity: 'deleted' as const, deleted_from: 'active' as const };
      await app.db.write((trx) => trx('groups').where('id', own).update(deleted));
      return bulk('activate', own);
    },
    'by taking back that somebody else took them out': async () => {
      const own = await made('Own', ALL_RIGHTS);
      await join(own);
      const ada = await signedIn(app, 'ada');
      const ids = String(app.people.alice);
      const removal = (await ada.post('/bulk-operations', { action: 'remove-from-group', ids })).headers.location;
      await ada.post(`${removal}/choices`, { group: String(own) });
      await ada.post(`${removal}/execution`);
      expect(await app.db.read('memberships').where('group_id', own)).toHaveLength(0);
      before = await rights();
      const undo = await alice.post('/bulk-operations', { from: removal.split('/').at(-1)!, action: 'undo' });
      const path = undo.headers.location;
      return words(await alice.get(path)) + words(await follow(await alice.post(`${path}/execution`)));
    },
  };
  let before: string;

  it.each(Object.keys(ways))('%s', async (way) => {
    const without = /^nor|^by what|^by a group/.test(way);
    before = await rights();
    const answer = await ways[way]();
    expect(answer).toMatch(LONGER);
    const own = await app.db.read('groups').where('name', 'Own').first();
    if (without) {
      const granted = await app.db.read('group_permissions').where('group_id', own.id);
      expect([own.activity, granted.length].join()).toMatch(/^active,0$|^de\w+,5$/);
    } else expect(await rights()).toBe(before);
  });

  it('by the end that others set', async () => {
    const path = `/groups/${await groupId(app, 'Administrators')}/members`;
    before = await rights();
    const fields = { ids: String(app.people.alice), untilAt: '' };
    expect(words(await follow(await alice.send('patch', path, fields)))).toContain(
      'nobody sets the end of their own rights',
    );
    expect(await rights()).toBe(before);
  });

  it('by a list that they paste, whose sheet says so', async () => {
    const same = String(await made('Same', ALL_RIGHTS));
    const text = { text: 'alice@example.com', step: 'read' };
    const read = await follow(await submit(alice, '/users/new/list', text));
    const shown = words(await follow(await send(alice, read, { groups: same, step: 'sheet' })));
    expect(shown).toMatch(LONGER);
    expect(shown).not.toContain('is added to Same');
  });

  it('by a group that they make and lead', async () => {
    const group = { name: 'Own', rights: ALL_RIGHTS, leaderId: app.people.alice };
    const act = { ...actBy(app, 'alice'), by: { id: app.people.alice, name: 'alice', rights: ALL_RIGHTS } };
    await expect(app.db.write((trx) => createGroup(trx, act, group))).rejects.toThrow(LONGER);
    const nothing = { ...group, rights: {} };
    expect(await app.db.write((trx) => createGroup(trx, act, nothing))).toEqual(expect.any(Number));
  });

  it('and may join a group until then at most, or one that gives nothing of it', async () => {
    const [same, nothing] = [await made('Same', ALL_RIGHTS), await made('Nothing', {})];
    const ids = String(app.people.alice);
    await alice.post(`/groups/${same}/members`, { ids, untilAt: '2035-12-31', confirmed: 'yes' });
    await alice.post(`/groups/${nothing}/members`, { ids, untilAt: '', confirmed: 'yes' });
    expect(await app.db.read('memberships').whereIn('group_id', [same, nothing])).toHaveLength(2);
  });

  it('but gives to others what they may give, and it is said that these would hold it for longer', async () => {
    const [same, other] = [await made('Same', { contacts: 'read' }), await made('Other', { contacts: 'read' })];
    await join(same, 'bob', UNTIL);
    const said = 'bob holds a part of this until a moment that was set, and would for longer by this group.';
    const ids = String(app.people.bob);
    expect(words(await alice.post(`/groups/${other}/members`, { ids, untilAt: '' }))).toContain(said);
    const form = { groups: [await groupId(app, 'Support'), String(same), String(other)] };
    const told = await submit(alice, pathTo(app, 'bob', '/edit'), { ...form, step: 'save' });
    expect(words(told)).toContain(said);
    const audit = await watchAudit(app);
    const path = (await alice.post('/bulk-operations', { action: 'add-to-group', ids })).headers.location;
    await alice.post(`${path}/choices`, { group: String(other), untilAt: '' });
    expect(words(await alice.get(path))).toContain(said);
    await alice.post(`${path}/execution`);
    expect((await audit.since()).map(({ after }) => after.heldUntil)).toEqual([UNTIL]);
    expect(words(await alice.get(pathTo(app, 'bob')))).toContain('held such rights until');
    // By the form, told the same way.
    await app.db.write((trx) => trx('memberships').where('group_id', other).delete());
    const again = await submit(alice, pathTo(app, 'bob', '/edit'), { ...form, step: 'save' });
    await send(alice, again, { ...form, step: 'save' });
    const last = (await audit.since()).at(-1);
    expect([last?.action, last?.after.heldUntil]).toEqual(['user.updated', UNTIL]);
  });
});
