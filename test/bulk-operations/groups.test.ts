import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { levels } from '../support/levels.ts';
import { groupId } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
let support: number;
let helpdesk: number;
let administrators: number;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
  [support, helpdesk, administrators] = await Promise.all(
    ['Support', 'Helpdesk', 'Administrators'].map(async (name) => Number(await groupId(app, name))),
  );
});
afterEach(() => app.close());

async function chosen(session: Session, action: string, ids: number[], choices: Fields): Promise<string> {
  const form = { subject: 'group', action, ids: ids.map(String) };
  const path = (await session.post('/bulk-operations', form)).headers.location;
  if (Object.keys(choices).length > 0) expect((await session.post(`${path}/choices`, choices)).status).toBe(303);
  return path;
}

async function done(action: string, ids: number[], choices: Fields = {}): Promise<string> {
  const path = await chosen(alice, action, ids, choices);
  expect((await alice.post(`${path}/execution`)).status).toBe(303);
  return path;
}

async function undone(from: string, session = alice): Promise<string> {
  const sheet = (await session.post('/bulk-operations', { action: 'undo', from })).headers.location;
  await session.post(`${sheet}/execution`);
  return sheet;
}

const idOf = (path: string) => path.split('/')[2];
const textOf = async (session: Session, path: string) =>
  load((await session.get(path)).text)('main')
    .text()
    .replace(/\s+/g, ' ');

async function stateOf(id: number) {
  const { name, description, activity, leader_id } = await app.db.read('groups').where({ id }).first();
  const tags = await app.db.read('group_tags').join('tags', 'tags.id', 'tag_id').where('group_id', id).pluck('name');
  const levels = await app.db.read('group_permissions').where('group_id', id).orderBy('application');
  const rights = Object.fromEntries(levels.map(({ application, level }) => [application, level]));
  return { name, description, activity, leader_id, tags, rights };
}

/** Each action with what it makes of Support, in which lena, who leads it, bob, carol and dave are. */
const ACTIONS: [action: string, choices: Fields, becomes: (app: TestApp) => object, again: string][] = [
  ['deactivate', {}, () => ({ activity: 'deactivated' }), 'is already deactivated'],
  ['delete', {}, () => ({ activity: 'deleted' }), 'is already deleted'],
  ['add-tag', { tag: 'night' }, () => ({ tags: ['night'] }), 'has the tag already'],
  ['set-leader', { leader: 'bob' }, ({ people }) => ({ leader_id: people.bob }), 'is led by them already'],
  ['set-leader', { leader: '' }, () => ({ leader_id: null }), 'has no leader'],
  [
    'set-permission',
    { application: 'contacts', level: 'write' },
    () => ({ rights: { contacts: 'write' } }),
    'grants just this already',
  ],
];

describe('an action on groups', () => {
  it.each(ACTIONS)(
    '%s %o says so in its sheet, does it, and is taken back',
    async (action, choices, becomes, again) => {
      const before = await stateOf(support);
      const path = await done(action, [support], choices);
      expect(await stateOf(support)).toEqual({ ...before, ...becomes(app) });
      const second = await chosen(alice, action, [support], choices);
      expect(await textOf(alice, second)).toContain(again);
      await undone(idOf(path));
      expect(await stateOf(support)).toEqual(before);
    },
  );

  it('withdraws a tag and a permission again', async () => {
    await done('add-tag', [support, helpdesk], { tag: 'night' });
    await done('remove-tag', [support], { tag: 'night' });
    const path = await done('set-permission', [helpdesk, support], { application: 'users', level: 'none' });
    expect([(await stateOf(helpdesk)).rights, (await stateOf(helpdesk)).tags]).toEqual([{}, ['night']]);
    expect((await stateOf(support)).tags).toEqual([]);
    expect(await textOf(alice, path)).toMatch(/Support.*grants just this already/);
    await undone(idOf(path));
    expect((await stateOf(helpdesk)).rights).toEqual({ users: 'write' });
  });

  it('is told, and brings no permission back, once the application is gone', async () => {
    await submit(alice, '/applications/new', { key: 'rooms', name: 'Rooms' });
    const granted = await done('set-permission', [support], { application: 'rooms', level: 'read' });
    const withdrawn = await done('set-permission', [support], { application: 'rooms', level: 'none' });
    expect((await alice.post('/applications/rooms/deletion')).status).toBe(303);
    expect(await textOf(alice, granted)).toContain('1 group grants read on rooms.');
    expect(await textOf(alice, await undone(idOf(withdrawn)))).toContain('There is no such application any more');
  });

  it.each<[string, Fields, string]>([
    ['set-leader', { leader: 'nobody at all' }, 'leader'],
    ['set-permission', { application: '', level: 'read' }, 'application'],
    ['set-permission', { application: 'users', level: 'admin' }, 'level'],
    ['set-permission', { application: 'warehouse', level: 'read' }, 'application'],
    ['set-permission', { application: '__proto__', level: 'read' }, 'application'],
    ['add-tag', { tag: 'x'.repeat(41) }, 'tag'],
  ])('%s asks again where it is told %o', async (action, choices, field) => {
    const form = { subject: 'group', action, ids: String(support) };
    const path = (await alice.post('/bulk-operations', form)).headers.location;
    const answer = await alice.post(`${path}/choices`, choices);
    expect([answer.status, load(answer.text)(`#${field}-error`).length]).toEqual([422, 1]);
  });

  it('says in the sheet what people gain and lose', async () => {
    const path = await chosen(alice, 'set-permission', [support], { application: 'contacts', level: 'read' });
    expect(await textOf(alice, path)).toContain('gain read on contacts');
    const less = await chosen(alice, 'set-permission', [helpdesk], { application: 'users', level: 'read' });
    expect(await textOf(alice, less)).toContain('1 person loses write on users and keeps read');
  });
});

describe('the rules of a group', () => {
  it('make nobody a leader who is no member', async () => {
    const path = await chosen(alice, 'set-leader', [support, helpdesk], { leader: 'bob' });
    expect(await textOf(alice, path)).toContain('Only a member can lead it');
    await alice.post(`${path}/execution`);
    expect([(await stateOf(support)).leader_id, (await stateOf(helpdesk)).leader_id]).toEqual([app.people.bob, null]);
  });

  it.each([
    ['users', 'read'],
    ['groups', 'none'],
    ['settings', 'none'],
  ])('let nobody take %s from themself (%s left)', async (application, level) => {
    const before = await stateOf(administrators);
    const path = await chosen(alice, 'set-permission', [administrators, helpdesk], { application, level });
    expect(await textOf(alice, path)).toContain('gives rights to yourself: nobody takes rights from themself');
    await alice.post(`${path}/execution`);
    expect(await stateOf(administrators)).toEqual(before);
  });

  it('keep the last administrator, whoever takes what from which groups', async () => {
    // Somebody who holds all rights by another group, with an end, so that they are no administrator.
    await app.db.write(async (trx) => {
      const [{ id }] = await trx('groups')
        .insert({ name: 'Deputies', name_key: 'deputies', created_at: '2026-01-01T00:00:00.000Z' })
        .returning('id');
      for (const application of ['users', 'groups', 'contacts', 'audit', 'settings'])
        await trx('group_permissions').insert({ group_id: id, application, level: 'write' });
      const granted_at = '2026-01-01T00:00:00.000Z';
      await trx('memberships').insert({ user_id: app.people.bob, group_id: id, granted_at, until_on: '2036-01-01' });
    });
    const bob = await signedIn(app, 'bob');
    const refused = await chosen(bob, 'set-permission', [administrators], { application: 'groups', level: 'read' });
    expect(await textOf(bob, refused)).toContain('makes the last administrator one');
    await bob.post(`${refused}/execution`);
    expect((await stateOf(administrators)).rights.groups).toBe('write');
    const harmless = await chosen(bob, 'set-permission', [administrators], { application: 'audit', level: 'read' });
    await bob.post(`${harmless}/execution`);
    expect((await stateOf(administrators)).rights.audit).toBe('read');
  });

  it('let nobody give what they do not hold, nor change a group that grants more', async () => {
    await app.db.write((trx) =>
      trx('group_permissions').insert({ group_id: helpdesk, application: 'groups', level: 'write' }),
    );
    const max = await signedIn(app, 'max');
    const more = await chosen(max, 'set-permission', [support], { application: 'audit', level: 'read' });
    expect(await textOf(max, more)).toContain('You cannot give rights that you do not hold');
    const above = await chosen(max, 'add-tag', [administrators, support], { tag: 'x' });
    expect(await textOf(max, above)).toContain('grants rights that you do not hold');
    for (const path of [more, above]) await max.post(`${path}/execution`);
    expect([(await stateOf(support)).rights, (await stateOf(administrators)).tags]).toEqual([{}, []]);
    expect((await stateOf(support)).tags).toEqual(['x']);
  });

  it('list those who are left out for one reason, however long the names in it are', async () => {
    const name = '\u{1f642}'.repeat(200);
    await app.db.write(async (trx) => {
      await trx('group_permissions').insert({ group_id: helpdesk, application: 'groups', level: 'write' });
      await trx('users').where('id', app.people.rita).update({ name, name_key: name });
      const membership = { user_id: app.people.rita, group_id: support, granted_at: '2026-01-01T00:00:00.000Z' };
      await trx('memberships').insert(membership);
    });
    const [empty, administering] = [await groupId(app, 'Auditors'), administrators].map(Number);
    const max = await signedIn(app, 'max');
    const path = await chosen(max, 'deactivate', [support, empty, administering], {});
    await max.post(`${path}/execution`);
    const report = load((await max.get(path)).text);
    const reason = report(`a:contains("has the member ${name}")`).attr('href')!;
    const listed = load((await max.get(reason)).text);
    const names = listed('main ul.rows a[href^="/groups/"]')
      .toArray()
      .map((one) => listed(one).text());
    expect(names).toEqual(['Support']);
  });

  it('tell who may not change users nothing of whom there is', async () => {
    await app.db.write((trx) => trx('group_permissions').where('group_id', helpdesk).update({ level: 'read' }));
    await app.db.write((trx) =>
      trx('group_permissions').insert({ group_id: helpdesk, application: 'groups', level: 'write' }),
    );
    const max = await signedIn(app, 'max');
    const form = { subject: 'group', action: 'set-leader', ids: String(support) };
    const path = (await max.post('/bulk-operations', form)).headers.location;
    const answers = await Promise.all(
      ['bob', 'nobody'].map(async (leader) =>
        load((await max.post(`${path}/choices`, { leader })).text)('#leader-error').text(),
      ),
    );
    expect(answers[0]).toContain('You may not change users');
    expect(answers[0]).toBe(answers[1]);
  });
});

describe('what the pages of a group save', () => {
  const undoOf = async (page: string) => String(load((await alice.get(page)).text)('.message input[name=from]').val());

  it('is put back field by field, but for what was changed since', async () => {
    const before = await stateOf(support);
    const fields = { name: 'Service', leader: 'bob', tags: 'night', description: 'x' };
    const saved = await submit(alice, `/groups/${support}/edit`, fields);
    const from = await undoOf(saved.headers.location);
    await submit(alice, `/groups/${support}/edit`, { description: 'said by somebody else' });
    const sheet = (await alice.post('/bulk-operations', { action: 'undo', from })).headers.location;
    expect(await textOf(alice, sheet)).toContain('Something was changed since, and stays as it is: of Service.');
    await undone(from);
    expect(await stateOf(support)).toEqual({ ...before, description: 'said by somebody else' });
  });

  it('is not put back under a name that another group has by now', async () => {
    const saved = await submit(alice, `/groups/${support}/edit`, { name: 'Service' });
    const from = await undoOf(saved.headers.location);
    await submit(alice, '/groups/new', { name: 'Support' });
    expect(await textOf(alice, await undone(from))).toContain('There is a group named Support already');
    expect((await stateOf(support)).name).toBe('Service');
  });

  it('is the matrix, whose undo brings each level back that stands', async () => {
    const matrix = levels({ contacts: 'write', audit: 'read' });
    const sheet = await submit(alice, `/groups/${support}/permissions/edit`, matrix);
    const fields = Object.fromEntries(
      load(sheet.text)('main form input[type=hidden]')
        .toArray()
        .map((one) => [one.attribs.name, one.attribs.value]),
    );
    const saved = await alice.send('patch', `/groups/${support}/permissions`, { ...fields, confirmed: 'yes' });
    const from = await undoOf(saved.headers.location);
    await done('set-permission', [support], { application: 'contacts', level: 'read' });
    const undo = (await alice.post('/bulk-operations', { action: 'undo', from })).headers.location;
    expect(await textOf(alice, undo)).toContain('Support does not grant read on audit any more.');
    await alice.post(`${undo}/execution`);
    expect((await stateOf(support)).rights).toEqual({ contacts: 'read' });
  });

  it('is a new group, whose undo deletes it', async () => {
    await submit(alice, '/groups/new', { name: 'Night watch' });
    const [made] = await app.db.read('bulk_operations').where('action', 'create');
    await undone(String(made.id));
    expect((await app.db.read('groups').where('name', 'Night watch').first()).activity).toBe('deleted');
  });

  it('leaves no operation where nothing differs', async () => {
    await submit(alice, `/groups/${support}/edit`, {});
    expect(await app.db.read('bulk_operations')).toEqual([]);
  });
});

describe('the sheet of an undo', () => {
  it('names by group and right what comes back with a membership', async () => {
    const form = { action: 'remove-from-group', ids: String(app.people.max) };
    const path = (await alice.post('/bulk-operations', form)).headers.location;
    await alice.post(`${path}/choices`, { group: String(helpdesk) });
    await alice.post(`${path}/execution`);
    const undo = (await alice.post('/bulk-operations', { action: 'undo', from: idOf(path) })).headers.location;
    expect(await textOf(alice, undo)).toContain('Helpdesk: 1 person gains write on users.');
  });

  it('names by group and right what comes back with a group', async () => {
    const path = await done('deactivate', [helpdesk, support]);
    const undo = (await alice.post('/bulk-operations', { action: 'undo', from: idOf(path) })).headers.location;
    const text = await textOf(alice, undo);
    expect(text).toContain('1 person gains write on users.');
    expect(text).toContain('Helpdesk grants write on users again.');
    expect(text).not.toContain('Support grants');
  });

  it('says what of it cannot be put back', async () => {
    const fields = { name: 'Service', leader: 'bob' };
    const saved = await submit(alice, `/groups/${support}/edit`, fields);
    const from = String(load((await alice.get(saved.headers.location)).text)('.message input[name=from]').val());
    await app.db.write((trx) => trx('memberships').where('user_id', app.people.lena).delete());
    const sheet = (await alice.post('/bulk-operations', { action: 'undo', from })).headers.location;
    expect(await textOf(alice, sheet)).toMatch(/A part stays as it is: Service .*Only a member can lead it/);
    await alice.post(`${sheet}/execution`);
    expect(await stateOf(support)).toMatchObject({ name: 'Support', leader_id: app.people.bob });
  });

  it('is carried out under the rights of whoever takes it back', async () => {
    const path = await done('set-permission', [support], { application: 'settings', level: 'read' });
    await app.db.write((trx) =>
      trx('group_permissions').insert({ group_id: helpdesk, application: 'groups', level: 'write' }),
    );
    const max = await signedIn(app, 'max');
    expect(await textOf(max, await undone(idOf(path), max))).toContain('grants rights that you do not hold');
    expect((await stateOf(support)).rights).toEqual({ settings: 'read' });
  });
});
