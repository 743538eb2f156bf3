import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let lena: Session;
let path: string;
beforeEach(async () => {
  app = await startApp();
  lena = await signedIn(app, 'lena');
  path = `/led-groups/${await groupId(app, 'Support')}/invitations/list`;
});
afterEach(() => app.close());

const read = async (text: string) => {
  const answer = await submit(lena, path, { text });
  return answer.status === 303 ? lena.get(answer.headers.location) : answer;
};
const members = async () =>
  app.db
    .read('memberships')
    .join('users', 'users.id', 'user_id')
    .where('group_id', await groupId(app, 'Support'))
    .orderBy('users.name')
    .pluck('users.name');

describe('a list that a leader pastes', () => {
  it('is corrected and invited into the group, and the links are shown once', async () => {
    const table = await read('Müller, Maria <maria@new.example>; tom@new.example; Otto <otto@new.example>');
    expect(pageOf(table).typed()).toMatchObject({
      name: ['Maria Müller', 'tom', 'Otto'],
      email: ['maria@new.example', 'tom@new.example', 'otto@new.example'],
    });
    const done = await send(lena, table, { step: 'invite', keep: ['0', '2'], name: ['maria', 'tom', 'Otto'] });
    const group = pageOf(await lena.get(done.headers.location));
    expect(group.message()).toBe(
      '2 people of the list are invited, or known here already and added where that can be.',
    );
    const links = String(group.$('#links').val()).split('\n');
    expect(links.map((line) => line.split('\t')[0])).toEqual(['maria', 'Otto']);
    expect(await members()).toEqual(['bob', 'carol', 'dave', 'lena', 'maria', 'Otto'].sort());
  });

  it.each([
    ['one after the other', async (press: () => Promise<unknown>) => [await press(), await press()]],
    ['side by side', (press: () => Promise<unknown>) => Promise.all([press(), press()])],
  ])('is invited once, and its links are shown, where its button is pressed twice, %s', async (_, twice) => {
    const table = await read('Maria <maria@new.example>; Otto <otto@new.example>');
    const press = (name = ['Maria', 'Otto']) => send(lena, table, { step: 'invite', name });
    const group = path.replace('/invitations/list', '');
    expect(await twice(press)).toEqual([
      expect.objectContaining({ status: 303, headers: expect.objectContaining({ location: group }) }),
      expect.objectContaining({ status: 303, headers: expect.objectContaining({ location: group }) }),
    ]);
    const shown = pageOf(await lena.get(group));
    expect(String(shown.$('#links').val()).split('\n').length).toBe(2);
    expect(await app.db.read('bulk_operations').whereNotNull('executed_at').count({ n: '*' })).toEqual([{ n: 1 }]);
    // Gone back to and corrected it is another list.
    expect(pageOf(await press(['Maria', 'Ottokar'])).errors()).toEqual({
      'name-0': 'This name cannot be used. Choose another one.',
    });
  });

  it('of one, too, shows its link where the button is pressed twice', async () => {
    const form = await lena.get(path.replace('list', 'new'));
    const press = () => send(lena, form, { name: 'nina', email: 'nina@new.example' });
    await press();
    const shown = pageOf(await lena.get((await press()).headers.location));
    expect(shown.message()).toBe('nina is invited.');
    expect(shown.$('#links, #link').length).toBe(1);
  });

  it('has an address for its table: Back and a reload find it as it was corrected, and nobody else does', async () => {
    const { location } = (await submit(lena, path, { text: 'Maria <maria@new.example>; Otto <otto@new.example>' }))
      .headers;
    expect(location).toMatch(new RegExp(`^${path}/\\d+$`));
    const refused = await submit(lena, location, { step: 'invite', name: ['Maria M.', 'x@y'] });
    expect(refused.status).toBe(422);
    const kept = { name: ['Maria M.', 'x@y'], email: ['maria@new.example', 'otto@new.example'] };
    expect(pageOf(await lena.get(location)).typed()).toMatchObject(kept);
    const other = location.replace(/\d+\/invitations/, `${await groupId(app, 'Helpdesk')}/invitations`);
    expect((await lena.get(other)).status).toBe(404);
    await app.db.write((trx) => trx('groups').where('name', 'Support').update({ leader_id: app.people.bob }));
    const bob = await signedIn(app, 'bob');
    expect([(await bob.get(location)).status, (await bob.post(location, kept)).status]).toEqual([404, 404]);
    await app.db.write((trx) => trx('groups').where('name', 'Support').update({ leader_id: app.people.lena }));
    await submit(lena, location, { step: 'invite', name: ['Maria', 'Otto'] });
    const group = path.replace('/invitations/list', '');
    expect((await lena.get(location)).headers.location).toBe(group);
    // Nothing of the people is kept in it any more.
    const drafts = await app.db.read('bulk_operations').where('action', 'invite-led-list').pluck('choices');
    expect(drafts.join()).not.toMatch(/new\.example/);
  });

  it('tells nobody apart who is known from those who are not', async () => {
    const table = await read('erin@example.com; nobody@new.example');
    expect(pageOf(table).typed().name).toEqual(['erin', 'nobody']);
    const said = async (email: string, name: string) => {
      const answer = await send(lena, await read(email), { step: 'invite', name });
      return pageOf(await lena.get(answer.headers.location)).message();
    };
    expect(await said('erin@example.com', 'somebody')).toBe(await said('new@new.example', 'somebody else'));
    expect(await members()).toEqual(['bob', 'carol', 'dave', 'erin', 'lena', 'somebody else'].sort());
  });

  it('says all that is wrong with it at once, and invites nobody then', async () => {
    const table = await read('a <a@new.example>; b <b@new.example>; c <c@new.example>');
    const refused = await send(lena, table, {
      ...{ step: 'invite', name: ['alice', 'x@y', 'alice'], email: ['a@new.example', 'b@new.example', ''] },
    });
    expect([refused.status, pageOf(refused).errors()]).toEqual([
      422,
      {
        'name-0': 'This name cannot be used. Choose another one.',
        'name-1': 'A name has no @: with one it would look like an email address.',
        'name-2': 'This name cannot be used. Choose another one.',
        'email-2': 'Enter an email address.',
      },
    ]);
    expect((await app.db.read('users')).length).toBe(10);
    expect(pageOf(await read('Hello')).errors()).toEqual({ text: 'There is no email address in it.' });
    const many = Array.from({ length: 101 }, (_, n) => `u${n}@new.example`).join(',');
    expect(pageOf(await read(many)).errors()).toEqual({ text: 'At most 100 at once.' });
    expect(pageOf(await send(lena, table, { step: 'invite', keep: [] })).errors()).toEqual({
      text: 'Nobody is ticked.',
    });
  });

  it('says what it passes over for want of an address, in either list', async () => {
    const list = 'Tom <tom@new.example>\nnot an address\nTom <tom@new.example>';
    expect(pageOf(await read(list)).texts('section .rows li')).toEqual([
      'Line 2 not an address There is no email address in it.',
      'Line 3 tom@new.example Stands in line 1 already.',
    ]);
    const group = path.replace('/invitations/list', '');
    await submit(lena, `${group}/members/new`, { emails: 'bob@example.com\nnot an address\nBOB@example.com' });
    expect(pageOf(await lena.get(group)).message()).toBe(
      'Whoever has this email was added, or was in the group already. Passed over: “not an address”.',
    );
  });
});
