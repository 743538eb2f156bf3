import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { groupId, pathTo } from '../support/people.ts';
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

/** Presses what the message of this page offers, and then the button of the sheet. */
async function undo(page: string): Promise<string> {
  const from = String(load((await alice.get(page)).text)('.message input[name=from]').val());
  const sheet = (await alice.post('/bulk-operations', { action: 'undo', from })).headers.location;
  await alice.post(`${sheet}/execution`);
  return sheet;
}

/** What a report says of the one whom it is about. */
const toldOf = async (report: string) =>
  load((await alice.get(report)).text)('.report .badge + .note')
    .text()
    .trim();
const bob = () => app.db.read('users').where('id', app.people.bob).first();
const tags = (): Promise<string[]> =>
  app.db
    .read('user_tags')
    .join('tags', 'tags.id', 'user_tags.tag_id')
    .where('user_id', app.people.bob)
    .orderBy('tags.name')
    .pluck('tags.name');
const members = async () =>
  (await app.db.read('memberships').where('group_id', support)).map((row) => [row.user_id, row.until_on]).toSorted();

describe('what a form saved', () => {
  it('is put back field by field, but for what was changed since', async () => {
    const before = await bob();
    const tagsBefore = await tags();
    const fields = { name: 'bobby', tags: 'night', leavesAt: '2027-05-01', noSharedData: 'yes', description: 'x' };
    const saved = await submit(alice, pathTo(app, 'bob', '/edit'), fields);
    expect(saved.status).toBe(303);
    const own = String(load((await alice.get(saved.headers.location)).text)('.message input[name=from]').val());
    await submit(alice, pathTo(app, 'bob', '/edit'), { description: 'changed by somebody else' });
    const sheet = (await alice.post('/bulk-operations', { action: 'undo', from: own })).headers.location;
    await alice.post(`${sheet}/execution`);
    const after = await bob();
    expect([after.name, after.expires_on, Boolean(after.no_shared_data)]).toEqual([
      before.name,
      before.expires_on,
      Boolean(before.no_shared_data),
    ]);
    expect(after.description).toBe('changed by somebody else');
    expect(await tags()).toEqual(tagsBefore);
    expect(await toldOf(sheet)).toBe(
      'name bobby; was to leave on 1 May 2027 (UTC); had No shared data; had the tag night; did not have the tag Berlin; did not have the tag part-time',
    );
  });

  it('brings a membership back with the leadership that ended with it', async () => {
    await app.db.write((trx) => trx('groups').where('id', support).update({ leader_id: app.people.bob }));
    const leader = async () => (await app.db.read('groups').where('id', support).first('leader_id')).leader_id;
    const saved = await submit(alice, pathTo(app, 'bob', '/edit'), { groups: [] });
    expect([saved.status, await leader()]).toEqual([303, null]);
    await undo(saved.headers.location);
    expect(await leader()).toBe(app.people.bob);
  });

  it('leaves no operation where nothing differs, and none where it was refused', async () => {
    await submit(alice, pathTo(app, 'bob', '/edit'), {});
    await submit(alice, pathTo(app, 'bob', '/edit'), { name: 'lena' });
    expect(await app.db.read('bulk_operations')).toEqual([]);
    expect(load((await alice.get(pathTo(app, 'bob'))).text)('.message input[name=from]').length).toBe(0);
  });

  it('is named again only where the name is still free', async () => {
    const saved = await submit(alice, pathTo(app, 'bob', '/edit'), { name: 'bobby' });
    const from = String(load((await alice.get(saved.headers.location)).text)('.message input[name=from]').val());
    await submit(alice, '/users/new', { name: 'bob', email: 'other@example.com', access: 'later' });
    const sheet = (await alice.post('/bulk-operations', { action: 'undo', from })).headers.location;
    expect((await alice.get(sheet)).text).toContain('Another user has this name already');
    expect((await alice.post(`${sheet}/execution`)).status).toBe(303);
    expect((await bob()).name).toBe('bobby');
  });
});

describe('a user who was made', () => {
  it('is an operation whose undo deletes them', async () => {
    await submit(alice, '/users/new', { name: 'nina', email: 'nina@example.com', access: 'copy' });
    const [operation] = await app.db.read('bulk_operations');
    const sheet = (await alice.post('/bulk-operations', { action: 'undo', from: String(operation.id) })).headers
      .location;
    await alice.post(`${sheet}/execution`);
    const nina = await app.db.read('users').where('name', 'nina').first();
    expect(nina.activity).toBe('deleted');
    expect(await app.db.read('links').where('user_id', nina.id).whereNull('ended_at')).toEqual([]);
  });
});

describe('what the page of a group did', () => {
  it('is put back: members added, removed and given an end', async () => {
    const before = await members();
    const group = `/groups/${support}`;
    await submit(alice, `${group}/members/new`, { list: 'max', untilAt: '2026-12-31', confirmed: 'yes' });
    expect(await members()).not.toEqual(before);
    expect(await toldOf(await undo(group))).toBe('was a member until the end of 31 Dec 2026 (UTC)');
    expect(await members()).toEqual(before);
    const ids = String(app.people.bob);
    await alice.send('patch', `${group}/members`, { ids, untilAt: '2027-01-31' });
    expect(await members()).toContainEqual([app.people.bob, '2027-01-31']);
    await undo(group);
    expect(await members()).toEqual(before);
    await alice.send('delete', `${group}/members`, { ids });
    expect(await members()).not.toEqual(before);
    await undo(group);
    expect(await members()).toEqual(before);
  });
});
