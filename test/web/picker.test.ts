import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { picked, soughtIn } from '../../src/forms/picker.ts';
import { LONGEST_SEARCH } from '../../src/lists/list-query.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addContact } from '../support/contacts.ts';
import { addGroups } from '../support/crowd.ts';
import { send, submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, newcomer, pathTo } from '../support/people.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';

const SEARCHES = { groups: 'groupsSearch', contactId: 'contactSearch', leader: 'leader' };

describe('a button of a picker', () => {
  const typed = { groups: ['1'], groupsSearch: 'sa', contactId: '7', contactSearch: '', leader: 'bo', name: 'nora' };
  const after = (step: string) => picked({ ...typed, step }, SEARCHES);

  it.each<[string, Fields]>([
    ['take groups 2', { groups: ['1', '2'], groupsSearch: '' }],
    ['take groups 1', { groups: ['1'], groupsSearch: '' }],
    ['drop groups 1', { groups: [] }],
    ['drop groups 5', {}],
    ['take contactId 8', { contactId: '8' }],
    ['drop contactId 7', { contactId: '' }],
    ['take leader Bob B. Berg', { leader: 'Bob B. Berg' }],
    ['find groups', {}],
    ['save', {}],
    ['enter', { step: 'find groups' }],
    ['enter save', { step: 'find groups' }],
    ['', {}],
    // Only what has a picker is filled by one.
    ['take name max', {}],
    ['take constructor 1', {}],
    ['take __proto__ 1', {}],
  ])('%s changes its own field and keeps everything else', (step, changed) => {
    expect(after(step)).toEqual({ ...typed, step, ...changed });
  });

  it('sends the form by Enter where nothing is left to be searched', () => {
    const done = { ...typed, groupsSearch: ' ', contactSearch: 'what is chosen already' };
    expect(['enter', 'enter save'].map((step) => picked({ ...done, step }, SEARCHES).step)).toEqual(['', 'save']);
  });

  it('looks for a name that fills its own field only when it is asked to, and never for more than a line', () => {
    const sought = (step: string, field: string) => soughtIn({ ...typed, step }, SEARCHES, field);
    expect([sought('', 'leader'), sought('find leader', 'leader'), sought('', 'groups')]).toEqual(['', 'bo', 'sa']);
    expect(soughtIn({ ...typed, groupsSearch: 'x'.repeat(9_000), step: '' }, SEARCHES, 'groups').length).toBe(
      LONGEST_SEARCH,
    );
  });
});

describe('what is suggested as one types', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  /** The names that the picker of the field offers. */
  const found = (answer: { text: string }, field: string) => pageOf(answer).texts(`#${field}-picker .found bdi`);
  const search = async (path: string, fields: Fields, field: string, session = alice) =>
    found(await submit(session, path, { ...fields, step: `find ${field}` }), field);

  it('are groups, of which the chosen ones stand as chips, among any number of groups', async () => {
    await addGroups(app, 300);
    const form = await alice.get('/users/new');
    expect(form.text.length).toBeLessThan(40_000);
    const sought = await send(alice, form, { name: 'nora', groupsSearch: 'team 29', step: 'find groups' });
    expect(found(sought, 'groups')).toEqual([
      'Team 29',
      ...[290, 291, 292, 293, 294, 295, 296].map((n) => `Team ${n}`),
    ]);
    const taken = await send(alice, sought, { step: `take groups ${await groupId(app, 'Team 293')}` });
    const both = await send(alice, taken, { step: `take groups ${await groupId(app, 'Support')}` });
    expect(pageOf(both).texts('#groups .picked bdi')).toEqual(['Support', 'Team 293']);
    expect(found(both, 'groups')).toEqual([]);
    const dropped = await send(alice, both, { step: `drop groups ${await groupId(app, 'Team 293')}` });
    expect(pageOf(dropped).typed()).toMatchObject({ name: 'nora', groups: await groupId(app, 'Support') });
    const created = await send(alice, dropped, { email: 'nora@example.com', access: 'later' });
    expect(pageOf(await alice.get(created.headers.location)).texts('#memberships ~ ul a')[0]).toBe('Support');
  });

  it('are all groups at once where there are few', async () => {
    expect(found(await alice.get('/users/new'), 'groups')).toEqual([
      'Administrators',
      'Auditors',
      'Helpdesk',
      'Support',
    ]);
    await addGroups(app, 9);
    expect(found(await alice.get('/users/new'), 'groups')).toEqual([]);
  });

  it('must be taken: a search that was left over is a mistake', async () => {
    const fields = { name: 'nora', email: 'nora@example.com', groupsSearch: 'supp' };
    const refused = await submit(alice, '/users/new', fields);
    expect([refused.status, pageOf(refused).errors()]).toEqual([
      422,
      { groups: 'Choose one of the groups found, or clear the search.' },
    ]);
    expect(found(refused, 'groups')).toEqual(['Support']);
  });

  it('are groups that the viewer may know of', async () => {
    await submit(alice, '/groups/new', { name: 'Secret plans' });
    const max = await signedIn(app, 'max');
    expect(await search('/users/new', { groupsSearch: 's' }, 'groups', max)).not.toContain('Secret plans');
    expect(await search('/users/new', { groupsSearch: 's' }, 'groups')).toContain('Secret plans');
    // Nor does its number tell its name.
    const guessed = await max.post('/users', { groups: await groupId(app, 'Secret plans'), step: 'find groups' });
    expect(guessed.text).not.toContain('Secret plans');
  });

  it('are persons whom nobody is linked to', async () => {
    await addContact(app, { name: 'Bob Berg' });
    expect(await search('/users/new', { contactSearch: 'bob' }, 'contactId')).toEqual(['Bob Berg']);
    // But the one who is: without them the form could not come back to it.
    const form = pathTo(app, 'bob', '/edit');
    expect(await search(form, { contactSearch: 'bob', contactId: '' }, 'contactId')).toEqual([
      'Bob Berg',
      'Bob Schmidt',
    ]);
  });

  it('are active people to own what is API-only', async () => {
    const offered = (apiOnlyOwner: string) => search('/users/new', { apiOnlyOwner }, 'apiOnlyOwner');
    expect([await offered('bob'), await offered('dave'), await offered('robin')]).toEqual([['bob'], [], []]);
    const sought = await submit(alice, '/users/new', { apiOnlyOwner: 'bo', step: 'find apiOnlyOwner' });
    const taken = await send(alice, sought, { step: 'take apiOnlyOwner bob' });
    expect(pageOf(taken).typed()).toMatchObject({ apiOnlyOwner: 'bob' });
    expect(found(taken, 'apiOnlyOwner')).toEqual([]);
  });

  it('are whoever may lead: of a group that is there its members', async () => {
    expect(await search('/groups/new', { leader: 'e' }, 'leader')).toEqual(expect.arrayContaining(['erin', 'lena']));
    const support = `/groups/${await groupId(app, 'Support')}/edit`;
    expect(await search(support, { leader: 'e' }, 'leader')).not.toContain('erin');
    const sought = await submit(alice, support, { leader: 'bo', description: 'kept', step: 'find leader' });
    const taken = await send(alice, sought, { step: 'take leader bob' });
    expect(pageOf(taken).typed()).toMatchObject({ leader: 'bob', description: 'kept' });
    expect((await send(alice, taken)).status).toBe(303);
  });

  it('are users to whom a contact is private, and groups that own it', async () => {
    const path = '/contacts/new?kind=person';
    expect(await search(path, { ownerUser: 'le' }, 'ownerUser')).toContain('lena');
    expect(await search(path, { ownerGroup: 'supp' }, 'ownerGroup')).toEqual(['Support']);
    const { session } = await newcomer(app, 'cora', { groups: await keeper() });
    expect(await search(path, { ownerUser: 'le' }, 'ownerUser', session)).toEqual([]);
    expect(await search(path, { ownerGroup: 'u' }, 'ownerGroup', session)).toEqual([]);
    expect(await search(path, { ownerGroup: 'kee' }, 'ownerGroup', session)).toEqual(['Keepers']);
  });

  it('are users to link who are linked to nobody, and whom the viewer may change', async () => {
    expect(await search('/contacts/3/link/new', { user: 'b' }, 'user')).not.toContain('bob');
    expect(await search('/contacts/3/link/new', { user: 'lena' }, 'user')).toEqual(['lena']);
    const { session } = await newcomer(app, 'cora', { groups: await keeper('users') });
    expect(await search('/contacts/3/link/new', { user: 'a' }, 'user', session)).not.toContain('alice');
    const sought = await submit(alice, '/contacts/3/link/new', { user: 'len', step: 'find user' });
    const taken = await send(alice, sought, { step: 'take user lena' });
    expect((await send(alice, taken)).headers.location).toBe('/contacts/3');
  });

  /** A group that may write contacts, and perhaps more. */
  async function keeper(...more: string[]): Promise<string> {
    await app.db.write(async (trx) => {
      const [group] = await trx('groups')
        .insert({ name: 'Keepers', name_key: 'keepers', created_at: '2026-11-01T12:00:00.000Z' })
        .returning('id');
      for (const application of ['contacts', ...more])
        await trx('group_permissions').insert({ group_id: group.id, application, level: 'write' });
    });
    return groupId(app, 'Keepers');
  }
});
