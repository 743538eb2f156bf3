import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const membersOf = async (name: string) =>
  app.db
    .read('memberships')
    .join('users', 'users.id', 'user_id')
    .where('group_id', await groupId(app, name))
    .orderBy('users.name')
    .select('users.email', 'until_on');
const emailsOf = async (name: string) => (await membersOf(name)).map(({ email }) => email);

describe('members of a group', () => {
  it.each([
    ['a mail', 'Schmidt, Bob <bob@example.com>; Erin <erin@example.com>'],
    ['a spreadsheet', 'Name\tE-Mail\nBob Schmidt\tbob@example.com\nErin E.\terin@example.com'],
    ['cells without a head', 'Bob Schmidt;bob@example.com\nErin E.;erin@example.com'],
    ['names', 'bob\nERIN'],
  ])('are pasted out of %s', async (_, list) => {
    const sheet = await submit(alice, `/groups/${await groupId(app, 'Auditors')}/members/new`, { list });
    expect([sheet.status, pageOf(sheet).errors()]).toEqual([200, {}]);
    await send(alice, sheet);
    expect(await emailsOf('Auditors')).toEqual(['bob@example.com', 'erin@example.com', 'rita@example.com']);
  });

  it('who are nobody yet are offered to be invited, with the group and its end', async () => {
    const path = `/groups/${await groupId(app, 'Auditors')}/members/new`;
    const list = 'Bob Schmidt <bob@example.com>; Maria Müller <maria@new.example>; tom@new.example';
    const refused = await submit(alice, path, { list, untilAt: '2027-01-31' });
    const page = pageOf(refused);
    expect([refused.status, page.errors().list]).toEqual([
      422,
      'Not found: maria@new.example, tom@new.example. Nobody was added yet.',
    ]);
    expect(page.textOf('button[form=invitation-form]')).toBe('Invite 2 people');
    const fields = Object.fromEntries(
      page
        .$('#invitation-form')
        .serializeArray()
        .map(({ name, value }) => [name, value]),
    );
    const read = await alice.post('/users/new/list', fields);
    const table = await alice.get(read.headers.location);
    expect(pageOf(table).texts('.known-people li')).toEqual(['bob, in a new tab bob@example.com is added to Auditors']);
    const looked = await send(alice, table, { step: 'sheet' });
    await send(alice, await alice.get(looked.headers.location));
    expect(await membersOf('Auditors')).toEqual([
      { email: 'maria@new.example', until_on: '2027-01-31' },
      { email: 'bob@example.com', until_on: '2027-01-31' },
      { email: 'rita@example.com', until_on: null },
      { email: 'tom@new.example', until_on: '2027-01-31' },
    ]);
  });

  it('of whom nobody has an address are not offered to be invited', async () => {
    const path = `/groups/${await groupId(app, 'Auditors')}/members/new`;
    const refused = await submit(alice, path, { list: 'bob, nobody' });
    expect(pageOf(refused).errors().list).toBe('Not found: nobody. Nobody was added yet.');
    expect(pageOf(refused).$('button[form=invitation-form]').length).toBe(0);
  });

  it('are pasted by a leader as well, who is told of nobody', async () => {
    const lena = await signedIn(app, 'lena');
    const path = `/led-groups/${await groupId(app, 'Support')}/members`;
    const said = async (emails: string) => {
      const answer = await lena.post(path, { emails });
      return pageOf(await lena.get(answer.headers.location)).message();
    };
    const known = await said('Erin, E. <erin@example.com>; Ada <ada@example.com>');
    expect(await said('Maria <maria@new.example>; Tom <tom@new.example>')).toBe(known);
    expect(await emailsOf('Support')).toEqual([
      ...['ada@example.com', 'bob@example.com', 'carol@example.com', 'dave@example.com', 'erin@example.com'],
      'lena@example.com',
    ]);
  });
});

describe('searches', () => {
  it.each([
    ['/users?q=', 'th.name a', 'bob'],
    ['/contacts?q=', 'th.name a', 'Bob Schmidt'],
    ['/invitations?q=', 'th.name a', 'carol'],
  ])('take a mailbox as mail programs copy it: %s', async (path, selector, name) => {
    const email = { bob: 'bob@example.com', 'Bob Schmidt': 'bob.schmidt@example.com', carol: 'carol@example.com' }[
      name
    ];
    for (const mailbox of [`Somebody Else <${email}>`, `Else, Somebody <${email}>;`])
      expect(pageOf(await alice.get(path + encodeURIComponent(mailbox))).texts(selector)).toEqual([name]);
  });

  it('of a picker take it too', async () => {
    const found = await submit(alice, `/groups/${await groupId(app, 'Auditors')}/members/new`, {
      idsSearch: 'Schmidt, Bob <bob@example.com>',
      step: 'find ids',
    });
    expect(pageOf(found).texts('.found bdi')).toEqual(['bob']);
  });
});

describe('New like this user', () => {
  it('takes over groups, tags, expiry and No shared data', async () => {
    const { bob } = app.people;
    await submit(alice, `/users/${bob}/edit`, { leavesAt: '2027-03-31', noSharedData: 'yes', step: '' });
    const record = pageOf(await alice.get(`/users/${bob}`));
    const path = record.$('a:contains("New like this user")').attr('href')!;
    const form = await alice.get(path);
    expect(pageOf(form).typed()).toMatchObject({
      ...{ name: '', email: '', groups: await groupId(app, 'Support'), tags: 'Berlin, part-time' },
      ...{ leavesAt: '2027-03-31', noSharedData: 'yes', contactId: '', description: '' },
    });
    await send(alice, form, { name: 'nora', email: 'nora@example.com' });
    expect(await emailsOf('Support')).toContain('nora@example.com');
  });

  it('leaves out what the viewer may not give, and what is over', async () => {
    const max = await signedIn(app, 'max');
    const typed = async (person: 'alice' | 'lena', by: Session) =>
      pageOf(await by.get(`/users/new?like=${app.people[person]}`)).typed();
    expect((await typed('alice', max)).groups).toBeUndefined();
    await app.db.write(async (trx) => {
      await trx('users').where('id', app.people.lena).update({ expires_on: '2026-11-01' });
      await trx('memberships').where('user_id', app.people.lena).update({ until_on: '2026-11-01' });
    });
    expect(await typed('lena', alice)).toMatchObject({ leavesAt: '', tags: 'Berlin' });
    expect((await typed('lena', alice)).groups).toBeUndefined();
    expect(pageOf(await alice.get('/users/new?like=4711')).typed()).toMatchObject({ name: '', tags: '' });
  });

  it('is offered to who may create users, on the record and in the menu of the row', async () => {
    const [max, rita] = [await signedIn(app, 'max'), await signedIn(app, 'rita')];
    const offers = async (by: Session, path: string) =>
      pageOf(await by.get(path))
        .textOf('main')
        .includes('New like');
    for (const person of ['alice', 'bob'] as const) {
      const path = `/users/${app.people[person]}`;
      expect([await offers(max, path), await offers(max, `${path}/actions`)]).toEqual([true, true]);
      expect([await offers(rita, path), await offers(rita, `${path}/actions`)]).toEqual([false, false]);
    }
  });
});
