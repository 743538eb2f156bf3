import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, newcomer, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

describe('a name is a link', () => {
  let app: TestApp;
  let alice: Session;
  let paths: Record<string, string>;

  beforeAll(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
    const support = Number(await groupId(app, 'Support'));
    const company = await addContact(app, { name: 'Nordic AB', kind: 'company' });
    const nora = await addContact(app, { name: 'Nora Nilsson', companyId: company, ownerGroupId: support });
    const made = await submit(alice, '/contacts/new?kind=person', { name: 'Olga Berg', owner: 'private' });
    const group = await submit(alice, '/groups/new', { name: 'Service', leader: 'lena' });
    await app.db.write(async (trx) => {
      await trx('memberships').insert({
        user_id: app.people.alice,
        group_id: support,
        granted_at: '2026-11-01T12:00:00.000Z',
      });
      await trx('users').where('id', app.people.lena).update({ contact_id: nora, contact_name: 'Nora Nilsson' });
    });
    await alice.post(pathTo(app, 'bob', '/access-confirmation'));
    const draft = await alice.post('/bulk-operations', { action: 'deactivate', ids: String(app.people.max) });
    await alice.post(`${draft.headers.location}/execution`);
    await submit(alice, '/applications/new', { key: 'rooms', name: 'Rooms' });
    paths = {
      alice: pathTo(app, 'alice'),
      bob: pathTo(app, 'bob'),
      lena: pathTo(app, 'lena'),
      robin: pathTo(app, 'robin'),
      'Bob Schmidt': '/contacts/4',
      'Nordic AB': `/contacts/${company}`,
      'Nora Nilsson': `/contacts/${nora}`,
      'Olga Berg': made.headers.location,
      Service: group.headers.location,
      Support: `/groups/${support}`,
      report: draft.headers.location,
    };
  });
  afterAll(() => app.close());

  /** Where the name leads on the page, within the selector. */
  const ways = async (path: string, selector: string, name: string, session = alice) => {
    const page = pageOf(await session.get(path));
    const links = page
      .$(`${selector} a`)
      .toArray()
      .map((one) => page.$(one));
    return new Set(links.filter((link) => link.text().trim() === name).map((link) => link.attr('href')));
  };

  it.each([
    ['the linked contact in the list of users', () => '/users', 'td:has(> a[href^="/contacts/"])', 'Bob Schmidt'],
    ['a group in the list of users', () => '/users', 'td:has(> p)', 'Support'],
    ['a leader in the list of groups', () => '/groups', 'td', 'lena'],
    ['the owning group in the list of contacts', () => '/contacts', 'td[data-label=Owner]', 'Support'],
    ['the linked contact of a user', () => paths.lena, '.card:has(#contact)', 'Nora Nilsson'],
    ['its company', () => paths.lena, '.card:has(#contact)', 'Nordic AB'],
    ['who created a contact', () => paths['Olga Berg'], '.facts', 'alice'],
    ['to whom a contact is private', () => paths['Olga Berg'], 'dt:contains("Owner") + dd', 'alice'],
    ['who created a group', () => paths.Service, '.facts', 'alice'],
    ['who made somebody a member, on the group', () => paths.Service, '.member .note', 'alice'],
    ['who made somebody a member, on the user', () => paths.lena, '.card:has(#memberships)', 'alice'],
    ['who confirmed access', () => paths.bob, '.card:has(#access)', 'alice'],
    ['who ran a bulk operation, in its report', () => paths.report, '#report > .note', 'alice'],
    ['who ran a bulk operation, in the list of them', () => '/bulk-operations', '.rows .note', 'alice'],
    ['who registered an application', () => '/applications/rooms', '.note', 'alice'],
    ['who did something, in the audit', () => '/audit', '.event strong', 'alice'],
    ['to whom it was done, a user', () => '/audit', '.event > p', 'bob'],
    ['to whom it was done, a group', () => '/audit', '.event > p', 'Service'],
    ['to whom it was done, a contact', () => '/audit', '.event > p', 'Olga Berg'],
    ['in the timeline of a record', () => paths.Service, '.event strong', 'alice'],
    ['a group of one’s own', () => '/credentials', 'main', 'Support'],
  ])('%s', async (_what, path, selector, name) => {
    expect(await ways(path(), selector, name)).toEqual(new Set([paths[name]]));
  });

  it('only to who may read the record: a group leads who may not read it to its people', async () => {
    const max = await newcomer(app, 'mila', { groups: await groupId(app, 'Helpdesk') });
    const people = `/users?group=${paths.Support.split('/').at(-1)}`;
    expect(await ways('/users', 'td:has(> p)', 'Support', max.session)).toEqual(new Set([people]));
    expect(await ways(paths.bob, '.card:has(#memberships)', 'Support', max.session)).toEqual(new Set([people]));
    expect((await max.session.get(people)).status).toBe(200);
    const lena = await signedIn(app, 'lena');
    const led = new Set([paths.Service.replace('groups', 'led-groups')]);
    expect(await ways('/credentials', 'main', 'Service', lena)).toEqual(led);
  });
});
