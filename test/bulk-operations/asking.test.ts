import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import type { Person } from '../../seeds/cast.ts';
import { DAY } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
let support: string;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
  support = await groupId(app, 'Support');
});
afterEach(() => app.close());

const ids = (...people: Person[]) => people.map((person) => String(app.people[person]));

async function begun(action: string, ...people: Person[]): Promise<string> {
  return (await alice.post('/bulk-operations', { action, ids: ids(...people) })).headers.location;
}

async function chosen(action: string, people: Person[], choices: Record<string, string>): Promise<string> {
  const path = await begun(action, ...people);
  const answer = await alice.post(`${path}/choices`, choices);
  expect([answer.status, answer.headers.location]).toEqual([303, path]);
  return path;
}

async function done(action: string, people: Person[], choices: Record<string, string>): Promise<string> {
  const path = await chosen(action, people, choices);
  expect((await alice.post(`${path}/execution`)).status).toBe(303);
  return path;
}

async function undone(report: string): Promise<string> {
  const sheet = (await alice.post('/bulk-operations', { action: 'undo', from: report.split('/')[2] })).headers.location;
  await alice.post(`${sheet}/execution`);
  return sheet;
}

const titleOf = async (path: string) =>
  load((await alice.get(path)).text)('h1')
    .text()
    .trim();
const userRow = (person: Person) => app.db.read('users').where('id', app.people[person]).first();
const membersOf = async (id: string) =>
  (await app.db.read('memberships').where('group_id', id)).map((row) => [row.user_id, row.until_on]);
const tagsOf = async (person: Person): Promise<string[]> =>
  app.db
    .read('user_tags')
    .join('tags', 'tags.id', 'user_tags.tag_id')
    .where('user_id', app.people[person])
    .orderBy('tags.name')
    .pluck('tags.name');

describe('an action that has to be told more', () => {
  it('asks in its sheet, and does nothing before', async () => {
    const path = await begun('add-to-group', 'bob', 'max');
    const page = load((await alice.get(path)).text);
    expect(page('h1').text()).toBe('Add to group');
    expect(page('form[action$="/choices"] input[name=untilAt]').length).toBe(1);
    expect((await alice.post(`${path}/execution`)).status).toBe(400);
    const empty = await alice.post(`${path}/choices`, { group: '', untilAt: '31.12.2026' });
    expect(empty.status).toBe(422);
    const again = load(empty.text);
    expect(again('#group-error').text()).toContain('Choose one of the groups');
    expect(again('#untilAt-error').text()).toContain('Enter a date');
    expect(again('input[name=untilAt]').val()).toBe('31.12.2026');
  });

  it.each([
    { action: 'add-to-group', field: 'untilAt', says: 'This moment is over. Choose a later one.' },
    {
      action: 'set-leaving',
      field: 'leavesAt',
      says: 'This end is over already. Choose a later one; Deactivate ends access at once.',
    },
    { action: 'keep-program', field: 'reviewOn', says: 'Choose a day that is still to come.' },
  ])('takes no day that is over: $action', async ({ action, field, says }) => {
    const path = await begun(action, 'robin', 'bob');
    const late = await alice.post(`${path}/choices`, { group: support, [field]: '2020-01-31' });
    const page = load(late.text);
    expect([late.status, page(`#${field}-error`).text().trim()]).toEqual([422, says]);
    expect(page(`input[name=${field}]`).val()).toBe('2020-01-31');
    expect((await alice.post(`${path}/choices`, { group: support, [field]: '2030-01-31' })).status).toBe(303);
  });

  it('says whom a day no longer suits when it is over before it is done', async () => {
    const path = await chosen('set-leaving', ['bob', 'max'], { leavesAt: '2026-11-23' });
    app.clock.advance(7 * DAY);
    const page = load((await (await signedIn(app, 'alice')).get(path)).text);
    expect(page('#sheet').text().replace(/\s+/g, ' ')).toContain('Deactivate ends access at once:');
  });

  it('finds groups without a script, and takes and drops them', async () => {
    const path = await begun('add-to-group', 'bob');
    const found = load((await alice.post(`${path}/choices`, { step: 'find group', groupSearch: 'supp' })).text);
    expect(found('.found button').first().attr('value')).toBe(`take group ${support}`);
    const taken = load(
      (await alice.post(`${path}/choices`, { step: `take group ${support}`, groupSearch: 'supp' })).text,
    );
    expect(taken('.picked input[name=group]').val()).toBe(support);
  });

  it('is whoever began it alone', async () => {
    const path = await begun('add-tag', 'bob');
    const ada = await signedIn(app, 'ada');
    expect((await ada.get(`${path}/choices`)).status).toBe(404);
    expect((await ada.post(`${path}/choices`, { tag: 'x' })).status).toBe(404);
    const max = await signedIn(app, 'max');
    expect((await max.post(`${path}/choices`, { tag: 'x' })).status).toBe(404);
  });

  it('can be told otherwise before it is done, and not after', async () => {
    const path = await chosen('add-tag', ['bob'], { tag: 'remote' });
    expect(load((await alice.get(`${path}/choices`)).text)('input[name=tag]').val()).toBe('remote');
    await alice.post(`${path}/choices`, { tag: 'night' });
    await alice.post(`${path}/execution`);
    expect(await tagsOf('bob')).toContain('night');
    expect((await alice.get(`${path}/choices`)).status).toBe(404);
    expect((await alice.post(`${path}/choices`, { tag: 'late' })).status).toBe(404);
  });
});

describe('Add to group and Remove from group', () => {
  it('make members until a day, leave out who is one, and are taken back', async () => {
    const before = await membersOf(support);
    const path = await done('add-to-group', ['bob', 'max', 'carol'], { group: support, untilAt: '2026-12-31' });
    expect(await titleOf(path)).toMatch(
      /^\d users? (was|were) added to Support until the end of 31 Dec 2026 \(UTC\)\.$/,
    );
    const added = (await membersOf(support)).filter(([id]) => !before.some(([other]) => other === id));
    expect(added.length).toBeGreaterThan(0);
    expect(added.every(([, until]) => until === '2026-12-31')).toBe(true);
    expect((await alice.get(path)).text).toContain('is a member already');
    await undone(path);
    expect((await membersOf(support)).toSorted()).toEqual(before.toSorted());
  });

  it('take members out, and bring them back with the end that they had', async () => {
    await app.db.write((trx) =>
      trx('memberships').where({ group_id: support, user_id: app.people.bob }).update({ until_on: '2027-01-31' }),
    );
    const before = await membersOf(support);
    expect(before).toContainEqual([app.people.bob, '2027-01-31']);
    const path = await done('remove-from-group', ['bob'], { group: support });
    expect(await membersOf(support)).not.toContainEqual([app.people.bob, '2027-01-31']);
    expect((await alice.get(path)).text).toContain('was a member until the end of 31 Jan 2027 (UTC)');
    await undone(path);
    expect((await membersOf(support)).toSorted()).toEqual(before.toSorted());
  });

  it('are told and judged once the group was deleted, and are chosen for it no more', async () => {
    const team = (await submit(alice, '/groups/new', { name: 'Team' })).headers.location.split('/')[2];
    const added = await done('add-to-group', ['max', 'erin'], { group: team, untilAt: '' });
    const removed = await done('remove-from-group', ['max'], { group: team });
    const open = await begun('add-to-group', 'bob');
    const shown = await chosen('add-to-group', ['lena'], { group: team, untilAt: '' });
    const deletion = await alice.post('/bulk-operations', { subject: 'group', action: 'delete', ids: team });
    await alice.post(`${deletion.headers.location}/execution`);
    expect(await titleOf(added)).toBe('2 users were added to Team.');
    const sheet = await undone(removed);
    expect((await alice.get(sheet)).text).toContain('The group Team is deleted');
    expect((await alice.post(`${open}/choices`, { group: team, untilAt: '' })).status).toBe(422);
    expect((await alice.get(shown)).text).toContain('The group Team is deleted');
  });

  it('make whoever led a group its leader again, unless somebody else leads it by now', async () => {
    const { lena, max } = app.people;
    const leaderIs = (leader_id: number) =>
      app.db.write((trx) => trx('groups').where('id', support).update({ leader_id }));
    const leader = async () => (await app.db.read('groups').where('id', support).first('leader_id')).leader_id;
    await done('add-to-group', ['lena', 'max'], { group: support, untilAt: '' });
    await leaderIs(lena);
    const removed = await done('remove-from-group', ['lena'], { group: support });
    expect(await leader()).toBeNull();
    expect((await alice.get(removed)).text).toContain('was a member without an end, and led the group');
    await undone(removed);
    expect(await leader()).toBe(lena);
    const again = await done('remove-from-group', ['lena'], { group: support });
    await leaderIs(max);
    const { location } = (await alice.post('/bulk-operations', { action: 'undo', from: again.split('/')[2] })).headers;
    expect((await alice.get(location)).text).toContain('which has another leader by now');
    await alice.post(`${location}/execution`);
    expect(await leader()).toBe(max);
    expect(await membersOf(support)).toContainEqual([lena, null]);
  });

  it('leave alone what was changed since', async () => {
    const path = await done('add-to-group', ['max'], { group: support, untilAt: '2026-12-31' });
    await app.db.write((trx) =>
      trx('memberships').where({ group_id: support, user_id: app.people.max }).update({ until_on: null }),
    );
    const sheet = await undone(path);
    expect((await alice.get(sheet)).text).toContain('was changed since');
    expect(await membersOf(support)).toContainEqual([app.people.max, null]);
  });

  it('refuse groups whose rights one does not hold, and take nobody’s rights from themself', async () => {
    const administrators = await groupId(app, 'Administrators');
    const max = await signedIn(app, 'max');
    const path = (await max.post('/bulk-operations', { action: 'add-to-group', ids: ids('bob') })).headers.location;
    await max.post(`${path}/choices`, { group: administrators, untilAt: '' });
    expect((await max.get(path)).text).toContain('Nobody would change');
    await max.post(`${path}/execution`);
    expect(await membersOf(administrators)).not.toContainEqual([app.people.bob, null]);
    const own = await chosen('remove-from-group', ['alice', 'ada'], { group: administrators });
    expect((await alice.get(own)).text).toContain('is yourself: nobody takes rights from themself');
  });
});

describe('tags, expiry and No shared data', () => {
  it('give and take a tag, and put it back', async () => {
    const before = await tagsOf('bob');
    const added = await done('add-tag', ['bob', 'lena'], { tag: 'remote' });
    expect(await tagsOf('bob')).toEqual([...before, 'remote'].toSorted());
    const removed = await done('remove-tag', ['bob', 'lena', 'max'], { tag: 'Remote' });
    expect(await tagsOf('bob')).toEqual(before);
    expect((await alice.get(removed)).text).toContain('does not have the tag');
    await undone(removed);
    expect(await tagsOf('bob')).toContain('remote');
    await undone(added);
    expect(await tagsOf('lena')).not.toContain('remote');
  });

  it('refuse more than one tag, or none', async () => {
    const path = await begun('add-tag', 'bob');
    for (const tag of ['', ' , ', 'a, b', 'x'.repeat(41)])
      expect((await alice.post(`${path}/choices`, { tag })).status).toBe(422);
  });

  it('set and clear an expiry date, never one’s own or the last administrator’s', async () => {
    const set = await done('set-leaving', ['bob', 'alice'], { leavesAt: '2027-03-01' });
    expect([(await userRow('bob')).expires_on, (await userRow('alice')).expires_on]).toEqual(['2027-03-01', null]);
    await done('set-leaving', ['bob'], { leavesAt: '' });
    expect((await userRow('bob')).expires_on).toBeNull();
    // It was changed since, so that it stays as it is.
    await undone(set);
    expect((await userRow('bob')).expires_on).toBeNull();
  });

  it('set and clear No shared data', async () => {
    const path = await begun('set-no-shared-data', 'bob');
    expect((await alice.post(`${path}/choices`, { noSharedData: 'maybe' })).status).toBe(422);
    const set = await done('set-no-shared-data', ['bob', 'lena'], { noSharedData: 'yes' });
    expect(Boolean((await userRow('bob')).no_shared_data)).toBe(true);
    await undone(set);
    expect(Boolean((await userRow('bob')).no_shared_data)).toBe(false);
  });

  it('are one audit event for each, told as part of the operation', async () => {
    const path = await done('add-tag', ['bob', 'lena'], { tag: 'remote' });
    const events = await app.db.read('audit_events').where('operation_id', path.split('/')[2]);
    expect(events.map((event) => [event.action, event.subject_id]).toSorted()).toEqual(
      [app.people.bob, app.people.lena].map((id) => ['user.updated', id]).toSorted(),
    );
  });
});

describe('the dates of an operation', () => {
  const told = async (session: Session, path: string) => load((await session.get(path)).text)('main').text();

  it('are told to each reader as they are used to, in the sheet, the report, the list and the undo', async () => {
    await submit(alice, '/preferences', { dates: 'dots' });
    const added = await chosen('add-to-group', ['max'], { group: support, untilAt: '2026-12-31' });
    expect(await told(alice, added)).toContain('until the end of 31.12.2026');
    const leaving = await chosen('set-leaving', ['max'], { leavesAt: '2027-02-28' });
    expect(await told(alice, leaving)).toContain('28.02.2027');
    for (const path of [added, leaving]) await alice.post(`${path}/execution`);
    const undo = (await alice.post('/bulk-operations', { action: 'undo', from: leaving.split('/')[2] })).headers
      .location;
    expect(await told(alice, undo)).toContain('28.02.2027');
    const ada = await signedIn(app, 'ada');
    for (const [path, own, others] of [
      [added, '31.12.2026', '31 Dec 2026'],
      [leaving, '28.02.2027', '28 Feb 2027'],
      ['/bulk-operations', '28.02.2027', '28 Feb 2027'],
    ]) {
      const [mine, theirs] = [await told(alice, path), await told(ada, path)];
      expect([path, mine.includes(own), mine.includes(others)]).toEqual([path, true, false]);
      expect([path, theirs.includes(own), theirs.includes(others)]).toEqual([path, false, true]);
    }
  });
});

describe('sessions and password resets of many', () => {
  it('end sessions for good (R53)', async () => {
    await signedIn(app, 'bob');
    const path = (await alice.post('/bulk-operations', { action: 'end-sessions', ids: ids('bob', 'max') })).headers
      .location;
    expect((await alice.get(path)).text).toContain('It cannot be taken back.');
    await alice.post(`${path}/execution`);
    expect(await app.db.read('sessions').where('user_id', app.people.bob)).toEqual([]);
    expect((await alice.post('/bulk-operations', { action: 'undo', from: path.split('/')[2] })).status).toBe(400);
  });

  it('make links to choose a new password', async () => {
    const path = (await alice.post('/bulk-operations', { action: 'send-password-reset', ids: ids('bob', 'carol') }))
      .headers.location;
    await alice.post(`${path}/execution`, { channel: 'copy' });
    expect(
      await app.db.read('links').where({ user_id: app.people.bob, purpose: 'password-reset' }).whereNull('ended_at'),
    ).toHaveLength(1);
    expect((await alice.get(path)).text).toContain('has no password yet: invite instead');
  });
});

describe('timelines', () => {
  it('of a group tell of an operation once, and of each user what it was a part of', async () => {
    const path = await done('add-to-group', ['max', 'rita', 'ada'], { group: support, untilAt: '' });
    const group = load((await alice.get(`/groups/${support}`)).text);
    expect(group(`.timeline a[href="${path}"]`).length).toBe(1);
    expect(group('.timeline [data-action="membership.granted"]').length).toBe(1);
    expect(group(`.timeline a[href="${path}"]`).text()).toBe('gave a membership to 3 users');
    const user = load((await alice.get(`/users/${app.people.max}`)).text);
    expect(user(`.timeline a[href="${path}"]`).length).toBe(1);
    const one = await done('add-tag', ['bob'], { tag: 'remote' });
    const own = load((await alice.get(`/users/${app.people.bob}`)).text)(`.timeline a[href="${one}"]`);
    expect(own.text()).toBe('Report');
  });
});
