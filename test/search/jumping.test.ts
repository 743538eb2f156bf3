import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeAll(async () => {
  app = await startApp();
  await app.db.write((trx) => trx('users').where('name', 'ada').update('activity', 'deleted'));
  alice = await signedIn(app, 'alice');
});
afterAll(() => app.close());

const found = async (q: string, session = alice) =>
  pageOf(await session.get(`/search?q=${encodeURIComponent(q)}`)).texts('#found li');

it.each([
  ['deactivate bob', 'Deactivate: bob bob@example.com'],
  ['disable bob', 'Deactivate: bob bob@example.com'],
  ['unlock erin', 'Reset login attempts: erin erin@example.com'],
  ['reset attempts erin', 'Reset login attempts: erin erin@example.com'],
  ['reinvite carol', 'Reinvite: carol carol@example.com'],
  ['invite carol', 'Reinvite: carol carol@example.com'],
  ['activate dave', 'Activate: dave dave@example.com'],
  ['restore ada', 'Activate: ada ada@example.com'],
  ['delete bob', 'Delete: bob bob@example.com'],
  ['remove bob', 'Delete: bob bob@example.com'],
  ['confirm lena', 'Confirm access: lena lena@example.com'],
  ['reset password lena', 'Send password reset: lena lena@example.com'],
  ['edit bob', 'Edit: bob bob@example.com'],
  ['sign out', 'Sign out'],
  ['dark', 'Dark theme'],
])('finds for %j: %s', async (typed, first) => {
  expect((await found(typed))[0]).toBe(first);
});

it.each([
  ['deactivate alice', 'alice is yourself: nobody deactivates themself'],
  ['deactivate dave', 'dave is already deactivated'],
  ['unlock lena', 'lena has no failed attempts'],
  ['reinvite lena', 'lena has a password already'],
])('says for %j why not: %s', async (typed, reason) => {
  const page = pageOf(await alice.get(`/search?q=${encodeURIComponent(typed)}`));
  const words = page.texts('#found li').find((item) => item.includes(reason.split(' ').slice(1).join(' ')));
  expect(words).toMatch(new RegExp(`^${reason} \\S+@example.com$`));
  expect(page.textOf('#found p')).toBe('');
});

it.each([
  ['new', ['New User', 'New Person', 'New Company']],
  ['New U', ['New User']],
  ['deactivate', ['Deactivate … go on with a name', 'Users: Deactivated']],
  ['invite', ['Invite … go on with a name']],
  ['unlock', ['Unlock … go on with a name', 'Users: Locked']],
  ['locked', ['Users: Locked']],
  ['deleted', ['Users: Deleted']],
  ['no gr', ['Users: In no group']],
  ['no linked', ['Users: No linked contact']],
  ['leaves within', ['Users: Leaves within 7 days', 'Users: Leaves within 30 days']],
  ['remote', ['Users tagged remote']],
])('begins for %j alone with %j', async (typed, first) => {
  await submit(alice, pathTo(app, 'bob', '/edit'), { tags: 'remote' });
  const items = await found(typed);
  for (const item of first) expect(items).toContain(item);
  expect(items[0]).toBe(first[0]);
});

it('offers no filter, tag or beginning of an action to who may not use it', async () => {
  const bob = await signedIn(app, 'bob');
  for (const typed of ['locked', 'remote', 'deactivate', 'new']) expect(await found(typed, bob)).toEqual([]);
  const rita = await signedIn(app, 'rita');
  expect(await found('unlock', rita)).toEqual([]);
  expect(await found('locked', rita)).toEqual(['Users: Locked']);
  expect(await found('administrators', rita)).toContain('Users: Administrators');
  const max = await signedIn(app, 'max');
  for (const typed of ['administrators', 'no linked']) expect(await found(typed, max)).toEqual([]);
  expect(await found('in no group', max)).toEqual(['Users: In no group']);
});

it('suggests names to a field that asks for one, and nobody to who may not look at users', async () => {
  const names = async (session: Session, query: string) => {
    const target = { 'HX-Request': 'true', 'HX-Target': 'datalist#names' };
    return pageOf(await session.get(`/search/names?${query}`, target))
      .$('option')
      .map((_, one) => one.attribs.value)
      .get();
  };
  expect(await names(alice, 'actor=LEN')).toEqual(['lena']);
  expect(await names(alice, 'user=ada@example.com')).toEqual(['ada']);
  for (const query of ['', 'actor=', 'actor=nobodyatall']) expect(await names(alice, query)).toEqual([]);
  expect(await names(alice, 'subject=supp')).toEqual(['Support']);
  expect(await names(alice, 'subject=bob')).toEqual(['bob', 'Bob Schmidt']);
  expect(await names(alice, 'actor=supp')).toEqual([]);
  const bob = await signedIn(app, 'bob');
  for (const query of ['actor=lena', 'subject=lena', 'subject=supp', 'subject=schmidt'])
    expect(await names(bob, query)).toEqual([]);
});

it('says of whom somebody may not change, and offers them nothing', async () => {
  const rita = await signedIn(app, 'rita');
  expect(await found('deactivate bob', rita)).toEqual([]);
  const max = await signedIn(app, 'max');
  expect(await found('edit alice', max)).toEqual(['alice has rights that you do not hold alice@example.com']);
});

it('leads without scripts as well, and sends what is done at once', async () => {
  const page = pageOf(await alice.get('/search?q=edit+bob'));
  expect(page.$('#found a').attr('href')).toBe(pathTo(app, 'bob', '/edit'));
  const form = pageOf(await alice.get('/search?q=dark+theme')).$('#found form');
  expect([form.attr('method'), form.attr('action'), form.find('button').attr('value')]).toEqual([
    'post',
    '/preferences',
    'dark',
  ]);
  expect(pageOf(await alice.get('/search?q=nobodyatall')).textOf('#found p')).toBe('Nothing is called “nobodyatall”.');
});

it('calls a first invitation by its name, as the record does', async () => {
  await using app = await startApp();
  const alice = await signedIn(app, 'alice');
  const { headers } = await submit(alice, '/users/new', { name: 'nora', email: 'nora@example.com', access: 'later' });
  const actionsOf = async () => pageOf(await alice.get(`${headers.location}/actions`)).texts('main a');
  expect(await actionsOf()).toContain('Invite');
  expect(await actionsOf()).not.toContain('Reinvite');
  expect(pageOf(await alice.get('/search?q=reinvite+nora')).texts('#found .menu a')[0]).toMatch(/^Invite: nora/);
  const page = `${headers.location}/invitation/new`;
  expect(pageOf(await alice.get(page)).heading()).toBe('Invite user');
  await submit(alice, page);
  expect(pageOf(await alice.get(headers.location)).message()).toBe('nora is invited.');
  expect(await actionsOf()).toContain('Reinvite');
});

it('takes no more words for an action than any is called by (R81)', async () => {
  expect(await found(`${'de '.repeat(8)}bob`)).toContain('Deactivate: bob bob@example.com');
  expect(await found(`${'de '.repeat(30)}bob`)).toEqual([]);
});
