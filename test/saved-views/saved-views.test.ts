import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MOST_KEPT, MOST_PINNED, MOST_SHARED } from '../../src/saved-views/saved-view.ts';
import { USUAL_COLUMNS } from '../../src/users/list/user-list-columns.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { type Fields, type Session, signedIn } from '../support/session.ts';
import { asked } from '../support/statements.ts';

const USUAL = ['name', ...USUAL_COLUMNS].map((column) => `column=${column}`).join('&');

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const formFor = (view: string) => `/saved-views/new?${new URLSearchParams({ view })}`;
const keep = (name: string, view = '/users?state=locked', fields: Fields = {}, session = alice) =>
  submit(session, formFor(view), { name, ...fields });
const shared = { shared: 'yes' };
const rowsOf = () => app.db.read('saved_views').orderBy('id');
const idOf = async (name: string): Promise<number> => (await app.db.read('saved_views').where({ name }).first('id')).id;
/** What is pinned beside the list: name, count, and whether it is what is shown. */
async function pinned(session = alice, path = '/users') {
  const { $ } = pageOf(await session.get(path));
  return $('#fold-views li a')
    .toArray()
    .map((link) => [$(link).find('bdi').text(), $(link).find('small').text(), $(link).attr('aria-current') === 'true']);
}
/** The names that somebody finds among their own, and among those that others share. */
async function listed(session = alice) {
  const page = pageOf(await session.get('/saved-views'));
  return ['own', 'shared'].map((id) => page.texts(`section[aria-labelledby=${id}] li > div:first-child > a`));
}

describe('a saved view', () => {
  it('is kept under a name and pinned with its exact count, and its address is the plain one of the list', async () => {
    const answer = await keep('Locked out');
    expect(answer.headers.location).toBe(`/users?state=locked&${USUAL}`);
    expect(await pinned()).toEqual([['Locked out', '1', false]]);
    expect(await pinned(alice, answer.headers.location)).toEqual([['Locked out', '1', true]]);
    // The same view, however its address says it, and on whatever page.
    expect(await pinned(alice, '/users?state=locked&per=25&rights=all')).toEqual([['Locked out', '1', true]]);
    expect(await pinned(alice, '/users?state=locked&sort=-name')).toEqual([['Locked out', '1', false]]);
    expect(await pinned(alice, '/users?state=locked&column=name')).toEqual([['Locked out', '1', false]]);
    await keep('Two states', '/users?state=stale&state=locked&tag=1');
    const other = '/users?tag=1&state=locked&state=stale';
    expect((await pinned(alice, other)).at(-1)?.at(-1)).toBe(true);
    await alice.post(`/saved-views/${await idOf('Two states')}/deletion`);
    await app.db.write((trx) => trx('lockouts').delete());
    expect(await pinned()).toEqual([['Locked out', '0', false]]);
  });

  it('that cannot be kept so is told where it was typed: in the dialog, which leads to the page once it is kept', async () => {
    const inDialog = { 'HX-Request': 'true', 'HX-Target': 'div#dialog-body' };
    const send = (fields: Fields) => alice.post('/saved-views', { view: '/users', ...fields }, inDialog);
    const told = pageOf(await send({ name: '' }));
    expect([told.$('body > #sheet form:not([hx-boost])').length, told.textOf('#name-error')]).toEqual([
      1,
      'Enter a name.',
    ]);
    const kept = await send({ name: 'All' });
    expect([kept.status, kept.headers['hx-redirect']]).toEqual([204, `/users?${USUAL}`]);
  });

  it('stands among the others by its name, with numbers as numbers', async () => {
    for (const name of ['Team 10', 'Team 2', 'Älteste', 'team 1']) await keep(name);
    expect((await listed())[0]).toEqual(['Älteste', 'team 1', 'Team 2', 'Team 10']);
  });

  it('keeps filters, search, order and columns', async () => {
    await keep(
      'All of it',
      '/users?q=e&activity=active&sort=-email&column=name&column=tags&after=xyz&per=25&rights=all',
    );
    expect((await rowsOf())[0].address).toBe('/users?q=e&activity=active&column=name&column=tags&sort=-email');
    expect(await pinned()).toEqual([['All of it', expect.stringMatching(/^[1-9]/), false]]);
  });

  it('is somebody’s own: nobody else sees it, whatever they try, and no event tells of it', async () => {
    const audit = await watchAudit(app);
    await keep('Mine');
    const ada = await signedIn(app, 'ada');
    expect(await listed(ada)).toEqual([[], []]);
    const path = `/saved-views/${await idOf('Mine')}`;
    const before = await rowsOf();
    for (const answer of [
      await ada.get(`${path}/edit`),
      await ada.get(`${path}/deletion/new`),
      await ada.send('patch', path, { name: 'Hers' }),
      await ada.send('put', `${path}/pin`),
      await ada.send('put', `${path}/sharing`),
      await ada.send('delete', `${path}/sharing`),
      await ada.post(`${path}/deletion`),
      await ada.post('/saved-views', { view: '/users', name: '', replaces: path.split('/')[2] }),
    ])
      expect(answer.status).toBe(404);
    expect(await rowsOf()).toEqual(before);
    await alice.send('patch', path, { name: 'Still mine' });
    await keep('', '/users?state=stale', { replaces: path.split('/')[2] });
    await alice.send('delete', `${path}/pin`);
    await alice.post(`${path}/deletion`);
    expect(await rowsOf()).toEqual([]);
    expect((await audit.actions()).filter((action) => action.startsWith('view.'))).toEqual([]);
  });

  it('is renamed, and shows something else from now on, in the form of the view that is looked at', async () => {
    await keep('Locked');
    const path = `/saved-views/${await idOf('Locked')}`;
    expect((await submit(alice, `${path}/edit`, { name: 'Locked out' })).headers.location).toBe('/saved-views');
    expect(pageOf(await alice.get(formFor('/users'))).texts('#replaces option')).toEqual([
      'none: keep it as a new one',
      'Locked out',
    ]);
    const answer = await keep('', '/users?state=stale', { replaces: path.split('/')[2] });
    expect(answer.headers.location).toBe(`/users?state=stale&${USUAL}`);
    expect(await pinned(alice, answer.headers.location)).toEqual([['Locked out', '0', true]]);
  });

  it('has a name of its own among those of its owner, in whatever case', async () => {
    await keep('Leavers');
    for (const name of ['leavers', ' LEAVERS ', 'Ｌeavers']) {
      const answer = await keep(name, '/users?state=left');
      expect(answer.status).toBe(422);
      const page = pageOf(answer);
      expect(page.errors().name).toMatch(/^You have a view called .* already\.$/);
      expect(page.typed()).toMatchObject({ name, view: '/users?state=left', pinned: 'yes' });
    }
    const ada = await signedIn(app, 'ada');
    expect((await keep('Leavers', '/users', {}, ada)).status).toBe(303);
    await keep('Others');
    expect((await submit(alice, `/saved-views/${await idOf('Others')}/edit`, { name: 'leavers' })).status).toBe(422);
    expect((await rowsOf()).map((row) => row.name)).toEqual(['Leavers', 'Leavers', 'Others']);
  });

  it.each([
    ['', 'Enter a name.'],
    ['x'.repeat(61), 'A name has at most 60 characters.'],
    ['a\u202Eb', 'A name has no invisible or control characters.'],
  ])('is refused under no name: %j', async (name, error) => {
    const answer = await keep(name);
    expect(answer.status).toBe(422);
    expect(pageOf(answer).errors().name).toBe(error);
  });

  it('is never another view than the one that was meant', async () => {
    const long = `/users?${Array.from({ length: 90 }, (_, n) => `state=${'x'.repeat(25)}${n}`).join('&')}`;
    for (const view of [long, '//evil.example/users', 'javascript:alert(1)', '/groups']) {
      const opened = await alice.get(formFor(view));
      expect(opened.status).toBe(422);
      expect(pageOf(opened).$('[data-close]').attr('href')).toBe('/users');
      expect((await alice.post('/saved-views', { view, name: 'Other' })).status).toBe(422);
    }
    expect(await rowsOf()).toEqual([]);
  });

  it('counts a list of names as the list does', async () => {
    await keep('These two', '/users?q=bob@example.com,%231');
    expect(await pinned()).toEqual([['These two', '2', false]]);
  });

  it('says what died of it, as the list does', async () => {
    await keep('Support', '/users?group=999999');
    const page = pageOf(await alice.get((await rowsOf())[0].address));
    expect(page.texts('.chips .dead bdi')).toEqual(['There is no group number 999999']);
    expect(await pinned()).toEqual([['Support', '0', false]]);
  });

  it('is gone for a form in another window', async () => {
    await keep('Locked');
    const path = `/saved-views/${await idOf('Locked')}`;
    await submit(alice, `${path}/deletion/new`);
    expect((await alice.send('patch', path, { name: 'Back again' })).status).toBe(404);
    expect((await alice.post(`${path}/deletion`)).status).toBe(404);
    expect(await pinned()).toEqual([]);
  });

  it('is found by its name in the palette, with who shares it', async () => {
    await keep('Überstunden', '/users?state=stale');
    await keep('Shared night shift', '/users?state=locked', shared);
    const found = async (q: string, session: Session) => {
      const { $ } = pageOf(await session.get(`/search?q=${q}`));
      return $('#found a')
        .toArray()
        .map((link) => [$(link).text().replace(/\s+/g, ' ').trim(), $(link).attr('href')]);
    };
    expect(await found('uber', alice)).toContainEqual(['Überstunden', `/users?state=stale&${USUAL}`]);
    const ada = await signedIn(app, 'ada');
    expect(await found('uber', ada)).toEqual([]);
    expect(await found('night', ada)).toContainEqual([
      'Shared night shift shared by alice',
      `/users?state=locked&${USUAL}`,
    ]);
    expect(JSON.stringify(await found('night', await signedIn(app, 'bob')))).not.toContain('night shift');
  });

  it('costs nobody anything who has pinned none, and one statement who has', async () => {
    // What goes on by itself may come in between.
    const statements = async () => {
      await alice.get('/users');
      const tries = [];
      for (let n = 0; n < 3; n++) tries.push((await asked(app, () => alice.get('/users'))).statements);
      return tries.reduce((fewest, one) => (one.length < fewest.length ? one : fewest));
    };
    await keep('Unpinned', '/users', { pinned: [] });
    const without = await statements();
    expect(without.join()).not.toContain('saved_views');
    for (let n = 0; n < MOST_PINNED; n++) await keep(`View ${n}`, `/users?q=a${n}`);
    expect((await statements()).length).toBe(without.length + 1);
  });
});

describe('a shared view', () => {
  it('is seen, pinned and copied by all who may read users, and changed by nobody but its owner', async () => {
    await keep('Everybody’s', '/users?state=locked', shared);
    const id = await idOf('Everybody’s');
    const path = `/saved-views/${id}`;
    const before = await rowsOf();
    const max = await signedIn(app, 'max');
    expect(await listed(max)).toEqual([[], ['Everybody’s']]);
    await max.send('put', `${path}/pin`);
    expect(await pinned(max)).toEqual([['Everybody’s', '1', false]]);
    for (const answer of [
      await max.get(`${path}/edit`),
      await max.get(`${path}/deletion/new`),
      await max.send('patch', path, { name: 'His' }),
      await max.send('put', `${path}/sharing`),
      await max.send('delete', `${path}/sharing`),
      await max.post(`${path}/deletion`),
      await max.post('/saved-views', { view: '/users', name: '', replaces: String(id) }),
    ])
      expect(answer.status).toBe(403);
    expect(await rowsOf()).toEqual(before);
    const copy = pageOf(await max.get('/saved-views'))
      .$('a:contains("Copy")')
      .attr('href')!;
    await submit(max, copy);
    expect((await rowsOf()).map((row) => [row.owner_id, row.name, row.address])).toEqual([
      [app.people.alice, 'Everybody’s', before[0].address],
      [app.people.max, 'Everybody’s', before[0].address],
    ]);
  });

  it('is shared by who may change users, and by nobody who only looks', async () => {
    const rita = await signedIn(app, 'rita');
    expect(pageOf(await rita.get(formFor('/users'))).$('[name=shared]').length).toBe(0);
    expect((await keep('Hers', '/users', {}, rita)).status).toBe(303);
    expect((await keep('Forged', '/users', shared, rita)).status).toBe(403);
    expect((await rita.send('put', `/saved-views/${await idOf('Hers')}/sharing`)).status).toBe(403);
    expect((await rowsOf()).map((row) => [row.name, row.is_shared])).toEqual([['Hers', 0]]);
  });

  it('shows nobody more than they may see', async () => {
    await keep('Administrators', '/users?right=administrator', shared);
    await keep('Without a contact', '/users?contact=none', shared);
    const [administrators, contactless] = await rowsOf();
    // Max reads neither groups nor contacts.
    const max = await signedIn(app, 'max');
    for (const { id } of [administrators, contactless]) await max.send('put', `/saved-views/${id}/pin`);
    expect(await pinned()).toEqual([
      ['Administrators', '2', false],
      ['Without a contact', expect.stringMatching(/^[1-9]/), false],
    ]);
    expect(await pinned(max)).toEqual([
      ['Administrators', '0', false],
      ['Without a contact', '0', false],
    ]);
    for (const { address } of [administrators, contactless])
      expect(pageOf(await max.get(address)).textOf('#total')).toBe('0 users');
  });

  it('is one event for each change that others see', async () => {
    const audit = await watchAudit(app);
    await keep('Ours', '/users?state=locked', shared);
    const path = `/saved-views/${await idOf('Ours')}`;
    await alice.send('put', `${path}/sharing`);
    await alice.send('patch', path, { name: 'Locked out' });
    await alice.send('patch', path, { name: 'Locked out' });
    await keep('', '/users?state=stale', { replaces: path.split('/')[2] });
    await alice.send('delete', `${path}/sharing`);
    await alice.send('delete', `${path}/sharing`);
    await alice.send('patch', path, { name: 'Mine' });
    await alice.send('put', `${path}/sharing`);
    await alice.post(`${path}/deletion`);
    const events = await audit.since();
    expect(events.map(({ action, subjectName }) => [action, subjectName])).toEqual([
      ['view.shared', 'Ours'],
      ['view.updated', 'Locked out'],
      ['view.updated', 'Locked out'],
      ['view.unshared', 'Locked out'],
      ['view.shared', 'Mine'],
      ['view.deleted', 'Mine'],
    ]);
    expect(events[1]).toMatchObject({ before: { name: 'Ours' }, after: { name: 'Locked out' } });
    expect(events[2].after).toEqual({ address: `/users?state=stale&${USUAL}` });
    const told = pageOf(await alice.get('/audit'))
      .texts('.event')
      .join('\n');
    expect(told).toContain('alice shared the view Ours');
    expect(told).toContain('alice deleted the shared view Mine');
  });

  it('leaves the lists of those who pinned it when it is shared no more, and comes back with it', async () => {
    await keep('Ours', '/users?state=locked', shared);
    const path = `/saved-views/${await idOf('Ours')}`;
    const ada = await signedIn(app, 'ada');
    await ada.send('put', `${path}/pin`);
    await alice.send('delete', `${path}/sharing`);
    expect(await pinned(ada)).toEqual([]);
    expect(await pinned()).toEqual([['Ours', '1', false]]);
    await alice.send('put', `${path}/sharing`);
    expect(await pinned(ada)).toEqual([['Ours', '1', false]]);
  });

  it('outlives its owner’s leaving, and is tidied up by who may change the settings', async () => {
    const ada = await signedIn(app, 'ada');
    await keep('Hers', '/users?state=locked', shared, ada);
    await keep('Her own', '/users?state=stale', {}, ada);
    await app.db.write((trx) => trx('users').where('name', 'ada').update({ activity: 'deleted' }));
    expect(await listed()).toEqual([[], ['Hers']]);
    expect(pageOf(await alice.get('/saved-views')).textOf('#shared + ul .note')).toBe('by ada');
    const path = `/saved-views/${await idOf('Hers')}`;
    expect((await (await signedIn(app, 'max')).post(`${path}/deletion`)).status).toBe(403);
    const audit = await watchAudit(app);
    expect((await submit(alice, `${path}/deletion/new`)).headers.location).toBe('/saved-views');
    expect(await audit.actions()).toEqual(['view.deleted']);
    // What is theirs alone waits for them.
    await app.db.write((trx) => trx('users').where('name', 'ada').update({ activity: 'active' }));
    expect(await listed(await signedIn(app, 'ada'))).toEqual([['Her own'], []]);
  });
});

describe('as many views as there may be', () => {
  const insert = (owner: number, number: number, isShared: boolean) =>
    app.db.write((trx) =>
      trx.batchInsert(
        'saved_views',
        Array.from({ length: number }, (_, n) => ({
          owner_id: owner,
          name: `View ${n}`,
          name_key: `view ${n}`,
          address: '/users',
          is_shared: isShared,
        })),
        100,
      ),
    );

  it('are kept by one', async () => {
    await insert(app.people.alice, MOST_KEPT, false);
    const answer = await keep('One more');
    expect(answer.status).toBe(422);
    expect(pageOf(answer).errors().name).toMatch(/^You keep 100 views already/);
  });

  it('are shared by all together', async () => {
    await insert(app.people.ada, MOST_SHARED, true);
    const answer = await keep('One more', '/users', shared);
    expect(answer.status).toBe(422);
    expect(pageOf(answer).textOf('#error-summary li')).toBe('200 views are shared already.');
    await keep('Unshared');
    expect((await alice.send('put', `/saved-views/${await idOf('Unshared')}/sharing`)).status).toBe(409);
  });

  it('are pinned by each, and of those that are gone none counts', async () => {
    for (let n = 0; n < MOST_PINNED; n++) await keep(`View ${n}`);
    const answer = await keep('One more');
    expect(answer.status).toBe(422);
    expect(pageOf(answer).textOf('#error-summary li')).toMatch(/^12 views are pinned already/);
    await keep('One more', '/users', { pinned: [] });
    const path = `/saved-views/${await idOf('One more')}`;
    expect((await alice.send('put', `${path}/pin`)).status).toBe(409);
    await alice.post(`/saved-views/${await idOf('View 3')}/deletion`);
    expect((await alice.send('put', `${path}/pin`)).status).toBe(303);
    expect((await pinned()).map(([name]) => name).at(-1)).toBe('One more');
    expect((await pinned()).length).toBe(MOST_PINNED);
  });
});
