import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

type Page = ReturnType<typeof pageOf>;

const sentences = (page: Page) => page.texts('.timeline .event > p:first-child');
const read = async (query: string, session = alice) => pageOf(await session.get(`/audit${query}`));
/** Where the names of the newest event lead: its parties, then those in its fields. */
function ways(page: Page): Record<string, string | undefined> {
  const names = page.$('.timeline .event').first().find('bdi').toArray();
  return Object.fromEntries(names.map((bdi) => [page.$(bdi).text(), page.$(bdi).parent('a').attr('href')]));
}

it('names lead to the records that they are of', async () => {
  const support = await groupId(app, 'Support');
  await submit(alice, `/groups/${support}/edit`, { leader: 'bob' });
  expect(ways(await read('?action=group.updated'))).toEqual({
    alice: pathTo(app, 'alice'),
    Support: `/groups/${support}`,
    lena: pathTo(app, 'lena'),
    bob: pathTo(app, 'bob'),
  });
  await submit(alice, pathTo(app, 'erin', '/edit'), { groups: [String(support)], contactId: '3' });
  expect(ways(await read('?action=user.updated'))).toMatchObject({
    erin: pathTo(app, 'erin'),
    Support: `/groups/${support}`,
    'María Müller': '/contacts/3',
  });
  await submit(alice, '/contacts/3/edit', { owner: 'group', ownerGroup: 'Administrators', companyId: '1' });
  const page = await read('?action=contact.updated');
  expect(ways(page)).toMatchObject({ Administrators: '/groups/1', Acme: '/contacts/1' });
  expect(page.texts('.event:first-child .fields li')).toEqual([
    'company: nothing → Acme',
    'owner: public → the group Administrators',
  ]);
});

it('names lead nowhere for who may not read the record', async () => {
  const support = await groupId(app, 'Support');
  await submit(alice, `/groups/${support}/edit`, { leader: 'bob' });
  await app.db.write(async (trx) => {
    const rita = await trx('memberships').where('user_id', app.people.rita).pluck('group_id');
    await trx('group_permissions').whereIn('group_id', rita).where('application', 'users').delete();
  });
  const rita = await signedIn(app, 'rita');
  expect(ways(await read('?action=group.updated', rita))).toEqual({
    alice: undefined,
    Support: `/groups/${support}`,
    lena: undefined,
    bob: undefined,
  });
});

it('a person who was renamed is one person, by both names', async () => {
  const bob = await signedIn(app, 'bob');
  await bob.get('/audit');
  await submit(alice, `/groups/${await groupId(app, 'Support')}/edit`, { leader: 'bob' });
  await submit(alice, pathTo(app, 'bob', '/edit'), { name: 'robert' });
  for (const name of ['bob', 'robert', 'Robert'])
    expect(sentences(await read(`?subject=${name}`))).toEqual([
      '12:00 alice changed robert',
      '12:00 seed chose the first password of robert (then bob)',
      '12:00 seed created robert (then bob)',
    ]);
  for (const name of ['bob', 'robert'])
    expect(sentences(await read(`?actor=${name}`))[0]).toMatch(
      /^12:00 robert \(then bob\) was refused the page \/audit/,
    );
  expect((await read('?action=group.updated')).texts('.event .fields li')[0]).toBe('leader: lena → robert (then bob)');
  // Whoever takes the name is somebody else.
  await submit(alice, '/users/new', { name: 'bob', email: 'b@example.com', access: 'later' });
  expect(sentences(pageOf(await alice.get(pathTo(app, 'bob'))))[0]).toBe('12:00 alice changed robert');
});

it('a request that was refused is no name of whoever asked', async () => {
  const bob = await signedIn(app, 'bob');
  await bob.get('/audit');
  expect(sentences(await read('?subject=GET+/audit'))).toHaveLength(1);
});

it('a hidden contact is told by none of its names', async () => {
  const id = await addContact(app, { name: 'Secret Sally', ownerUserId: app.people.alice });
  await submit(alice, pathTo(app, 'lena', '/edit'), { contactId: String(id) });
  await app.db.write((trx) => trx('contacts').where({ id }).update({ name: 'Hidden Hanna' }));
  expect(ways(await read('?action=user.updated'))).toMatchObject({ 'Hidden Hanna': `/contacts/${id}` });
  const rita = await signedIn(app, 'rita');
  for (const path of ['/audit', pathTo(app, 'lena')]) {
    const page = pageOf(await rita.get(path));
    expect(page.textOf('.timeline')).toContain('linked contact: nothing → a contact that you may not see');
    expect(page.textOf('.timeline')).not.toMatch(/Secret|Sally|Hidden|Hanna/);
  }
});
