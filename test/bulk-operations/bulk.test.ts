import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { load } from 'cheerio';
import type { Person } from '../../seeds/cast.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import { findItemIds } from '../../src/bulk-operations/bulk-piece-store.ts';
import { DAY, HOUR } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';
import { submit } from '../support/form.ts';
import { linkFor } from '../support/links.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;

beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

const ids = (...people: Person[]) => people.map((person) => String(app.people[person]));

async function draft(session: Session, fields: Record<string, string | string[]>): Promise<string> {
  const response = await session.post('/bulk-operations', fields);
  expect(response.status).toBe(303);
  return response.headers.location;
}

const activities = async () =>
  Object.fromEntries((await app.db.read('users').select('name', 'activity')).map((row) => [row.name, row.activity]));

const eventsOf = (action: string) => app.db.read('audit_events').where({ action });

describe('the report', () => {
  it.each([
    ['deactivate', 'bob', 'was active'],
    ['activate', 'dave', 'was deactivated'],
    ['reinvite', 'carol', 'had an invitation until 25 Nov 2026, 11:00 UTC'],
    ['reset-login-attempts', 'erin', 'had 5 failed attempts, was locked'],
    ['confirm-access', 'lena', 'was never confirmed'],
  ] as const)('says for each what %s began from', async (action, person, words) => {
    const path = await draft(alice, { action, ids: ids(person) });
    await alice.post(`${path}/execution`);
    const item = load((await alice.get(path)).text)('#report li')
      .text()
      .replace(/\s+/g, ' ')
      .trim();
    expect(item).toBe(`${person} ${person}@example.com changed${words}`);
  });
});

describe('the sheet', () => {
  it('says how many will change, and who is left out and why, before anything happens', async () => {
    const before = await activities();
    const path = await draft(alice, { action: 'deactivate', ids: ids('alice', 'bob', 'carol', 'dave') });
    const page = load((await alice.get(path)).text);
    expect(page('main').text()).toContain('2 users will change');
    expect(
      page('main li')
        .map((_, li) => page(li).text().replace(/\s+/g, ' ').trim())
        .get(),
    ).toEqual(['alice is yourself: nobody deactivates themself', 'dave is already deactivated']);
    expect(page('button.main').text()).toBe('Deactivate 2 users');
    expect(page('a.button').last().text()).toBe('Cancel');
    expect(await activities()).toEqual(before);
  });

  it('names everybody, in the order of the list, the first twenty at once', async () => {
    await addCrowd(app, 49);
    const all: string[] = await app.db.read('users').where('activity', 'active').orderBy('sort_name').pluck('name');
    const meant: number[] = await app.db.read('users').pluck('id');
    const path = await draft(alice, { action: 'confirm-access', ids: meant.join(',') });
    const page = load((await alice.get(path)).text);
    const names = (selector: string) =>
      page(selector)
        .map((_, name) => page(name).text())
        .get();
    expect(names('#sheet > div:has(> strong) bdi')).toEqual(all);
    expect(names('#sheet > div:has(> strong) > bdi')).toHaveLength(20);
    expect(page('#sheet > div:has(> strong) summary').text()).toBe(`and ${all.length - 20} more`);
  });

  it('says what changed since the list was shown (R66)', async () => {
    const list = load((await alice.get('/users?q=b+example')).text);
    const hidden = (name: string) => list(`#bulk-form input[name=${name}]`).attr('value')!;
    const ada = await signedIn(app, 'ada');
    await ada.post('/users', { name: 'bnewcomer', email: 'newcomer@example.com', access: 'later' });
    const fields = {
      action: 'confirm-access',
      scope: 'all',
      view: hidden('view'),
      shown: hidden('shown'),
      change: hidden('change'),
    };
    const page = load((await alice.get(await draft(alice, fields))).text);
    expect(page('.warn').text()).toContain('The list showed 2 users; when you pressed, they were 3.');
    expect(page('.warn').text()).toContain('bnewcomer');
  });

  it('names who left the view since it was shown, also where another took their place', async () => {
    const list = load((await alice.get('/users?q=b+example')).text);
    const hidden = (name: string) => list(`#bulk-form input[name=${name}]`).attr('value')!;
    const fields = { scope: 'all', view: hidden('view'), shown: hidden('shown'), change: hidden('change') };
    const told = async () => {
      const path = await draft(alice, { action: 'confirm-access', ...fields });
      return load((await alice.get(path)).text)('.warn')
        .text()
        .replace(/\s+/g, ' ');
    };
    const ada = await signedIn(app, 'ada');
    await submit(ada, `/users/${app.people.bob}/edit`, { name: 'zoe', email: 'zoe@elsewhere.org' });
    const fewer = await told();
    expect(fewer).toContain('The list showed 2 users; when you pressed, it was 1.');
    expect(fewer).toMatch(/not among these now: .*zoe/);
    expect(fewer).not.toContain('Changed in between:');
    await ada.post('/users', { name: 'bnewcomer', email: 'newcomer@example.com', access: 'later' });
    const exchanged = await told();
    expect(exchanged).toContain('They are as many as the list showed, but not all need be the same.');
    expect(exchanged).toMatch(/Changed in between: bnewcomer .*not among these now: .*zoe/);
  });

  it('names who came into the view and who left it since by time alone', async () => {
    const told = async (view: string, advance: number) => {
      alice = await signedIn(app, 'alice');
      const list = load((await alice.get(view)).text);
      const hidden = (name: string) => list(`#bulk-form input[name=${name}]`).attr('value')!;
      const fields = Object.fromEntries(['view', 'shown', 'change', 'at'].map((name) => [name, hidden(name)]));
      app.clock.advance(advance);
      alice = await signedIn(app, 'alice');
      const path = await draft(alice, { action: 'add-tag', scope: 'all', ...fields });
      await alice.post(`${path}/choices`, { tag: 'remote' });
      const sheet = load((await alice.get(path)).text);
      return sheet('#sheet .warn').text().replace(/\s+/g, ' ');
    };
    await app.db.write((trx) => trx('users').where('name', 'bob').update({ expires_on: '2026-11-27' }));
    const later = await told('/users?activity=active&state=invited&state=never-signed-in', 2 * DAY + 23.5 * HOUR);
    expect(later).toContain('Not among these any more, by time alone: carol');
    const last = await told('/users?activity=active&state=invitation-expired&state=expired', 3 * DAY);
    expect(last).toContain('Came in by time alone: bob');
    expect(last).not.toContain('carol');
  });

  it('does not take a view that cannot be read for everybody', async () => {
    for (const view of ['', 'users/index', '/audit', '//evil'])
      expect((await alice.post('/bulk-operations', { action: 'delete', scope: 'all', view })).status).toBe(400);
    expect(await app.db.read('bulk_operations')).toEqual([]);
  });

  it('means all of the view but those left out by hand, and counts of these who is in it', async () => {
    const everybody = (await app.db
      .read('users')
      .whereNot('activity', 'deleted')
      .orderBy('id')
      .pluck('id')) as number[];
    const frozen = async (fields: Record<string, string | string[]>) => {
      const path = await draft(alice, {
        action: 'confirm-access',
        scope: 'all',
        view: '/users',
        shown: '10',
        ...fields,
      });
      const page = load((await alice.get(path)).text);
      const items = await findItemIds(app.db.read, Number(path.split('/')[2]));
      return { missing: everybody.filter((id) => !items.includes(id)), said: page('#excepted').text() };
    };
    const [bob, lena, ada] = [app.people.bob, app.people.lena, app.people.ada];
    const two = [bob, lena].sort((a, b) => a - b);
    expect(await frozen({ except: [String(bob), String(lena)] })).toEqual({
      missing: two,
      said: '2 users were left out by hand.',
    });
    expect(await frozen({ except: `${bob},999999,x` })).toEqual({
      missing: [bob],
      said: '1 user was left out by hand.',
    });
    expect(await frozen({ except: '999999' })).toEqual({ missing: [], said: '' });
    // A page without scripts says who is on it, and who of them is ticked.
    const onPage = { listed: `${bob},${ada}`, ids: ids('ada') };
    expect((await frozen({ except: `${lena},${ada}`, ...onPage })).missing).toEqual(two);
    expect((await frozen({ ids: ids('ada') })).missing).toEqual([]);
  });

  it('does not take the shown ones who are left out for such as are gone', async () => {
    const fields = { action: 'confirm-access', scope: 'all', view: '/users', except: ids('bob').join() };
    const told = async (shown: string) =>
      load((await alice.get(await draft(alice, { ...fields, shown }))).text)('.warn');
    expect((await told('10')).length).toBe(0);
    expect((await told('11')).text()).toContain('The list showed 11 users; when you pressed, they were 10.');
  });

  it('turns the page with what is unticked, on this server', async () => {
    const fields = { scope: 'all', view: '/users', except: '7', listed: '1,2', ids: '2' };
    const turned = await alice.post('/bulk-operations', { ...fields, page: '/users?after=x' });
    expect([turned.status, turned.headers.location]).toEqual([303, '/users?after=x&ticked=all&except=7,1']);
    expect((await alice.post('/bulk-operations', { ...fields, page: '//evil' })).status).toBe(400);
  });

  it('refuses more ticks than a form takes with a sentence, and leads back', async () => {
    const many = Array.from({ length: 20_001 }, (_, n) => n + 1).join();
    const view = '/users?q=e';
    for (const [fields, most] of [
      [{ action: 'delete', scope: 'all', except: many }, 'At most 20,000 can be left out of all that match;'],
      [{ page: '/users?after=x', scope: 'all', except: many }, 'At most 20,000 can be left out of all that match;'],
      [{ action: 'delete', ids: many }, 'At most 20,000 can be ticked one by one;'],
    ] as const) {
      const refused = await alice.post('/bulk-operations', { ...fields, view });
      const page = load(refused.text);
      expect([refused.status, page('main a.button').attr('href')]).toEqual([422, view]);
      expect(page('main').text()).toContain(`${most} these are 20,001. Narrow the view by a filter.`);
    }
    const larger = { action: 'delete', ids: `${many},`.repeat(3) };
    expect((await alice.post('/bulk-operations', larger)).status).toBe(413);
  });

  it('says how many of those ticked the list does not show under its filters, and leads back to it', async () => {
    const view = '/users?q=bob';
    const sheet = async (...people: Person[]) =>
      load((await alice.get(await draft(alice, { action: 'confirm-access', ids: ids(...people), view }))).text);
    expect((await sheet('bob', 'lena', 'max'))('.warn').text()).toContain('2 of those ticked are not in the list');
    expect((await sheet('bob', 'lena'))('.warn').text()).toContain('One of those ticked is not in the list');
    const page = await sheet('bob');
    expect([page('.warn').length, page('a.button').attr('href')]).toEqual([0, view]);
    for (const elsewhere of ['//evil', 'javascript:alert(1)', '/\\evil']) {
      const path = await draft(alice, { action: 'confirm-access', ids: ids('bob'), view: elsewhere });
      expect(load((await alice.get(path)).text)('a.button').attr('href')).toBe('/users');
    }
  });

  it('belongs to whoever pressed', async () => {
    const path = await draft(alice, { action: 'deactivate', ids: ids('bob') });
    const ada = await signedIn(app, 'ada');
    expect((await ada.get(path)).status).toBe(404);
    expect((await ada.post(`${path}/execution`)).status).toBe(404);
    expect((await activities()).bob).toBe('active');
  });

  it('offers to deactivate instead of deleting', async () => {
    const path = await draft(alice, { action: 'delete', ids: ids('bob', 'lena') });
    expect((await alice.get(path)).text).toContain('Deactivate instead');
    const instead = await draft(alice, { action: 'deactivate', from: path.split('/')[2] });
    expect((await alice.get(instead)).text).toContain('Deactivate 2 users');
  });

  it('refuses an empty set with a sentence, and leads back', async () => {
    const none = await alice.post('/bulk-operations', { action: 'delete' });
    expect([none.status, none.text]).toEqual([422, expect.stringContaining('Nothing is ticked')]);
    for (const [view, back] of [
      ['/users?q=bob&sort=-email', '/users?q=bob&sort=-email'],
      ['//evil', '/'],
    ]) {
      const page = load((await alice.post('/bulk-operations', { action: 'delete', view })).text);
      expect(page('main a.button').attr('href')).toBe(back);
    }
    expect(await app.db.read('bulk_operations')).toEqual([]);
  });

  it('takes as many ticks as it lets through', async () => {
    const ids = Array.from({ length: 5_000 }, (_, n) => n + 1).join();
    const path = (await alice.post('/bulk-operations', { action: 'confirm-access', ids })).headers.location;
    expect(path).toMatch(/^\/bulk-operations\/\d+$/);
    expect(await findItemIds(app.db.read, Number(path.split('/')[2]))).toHaveLength(10);
  });

  it('ignores ids of nobody, and refuses an action that is none', async () => {
    const path = await draft(alice, { action: 'delete', ids: [...ids('bob'), '999999', '-1', 'x', '1e3'] });
    expect((await alice.get(path)).text).toContain('Delete 1 user');
    expect((await alice.post('/bulk-operations', { action: 'promote', ids: ids('bob') })).status).toBe(400);
  });
});

describe('the execution', () => {
  it('changes the set once, with one audit event for each, and becomes the report (R65)', async () => {
    const path = await draft(alice, { action: 'deactivate', ids: ids('bob', 'carol', 'dave') });
    const answers = await Promise.all([1, 2, 3].map(() => alice.post(`${path}/execution`)));
    expect(answers.map((answer) => [answer.status, answer.headers.location])).toEqual([1, 2, 3].map(() => [303, path]));
    expect(await activities()).toMatchObject({ bob: 'deactivated', carol: 'deactivated', alice: 'active' });
    // Dave's own event is from the seed.
    expect(await eventsOf('user.deactivated')).toHaveLength(3);
    expect(await app.db.read('links').whereNull('ended_at').where('user_id', app.people.carol)).toEqual([]);
    const report = load((await alice.get(path)).text);
    expect(report('h1').text()).toBe('2 users were deactivated.');
    expect(report('main ul.rows li').length).toBe(3);
    expect(report('main').text()).toContain('is already deactivated');
    expect(load((await alice.get(`${path}?outcome=changed`)).text)('main ul.rows li').length).toBe(2);
    // What is searched for stays through the filters.
    const sought = load((await alice.get(`${path}?q=bob`)).text);
    const paths = sought('nav.outcomes a:not([download])').map((_, link) => sought(link).attr('href'));
    expect(paths.get().filter((each) => !each.includes('q=bob'))).toEqual([]);
    expect(paths.length).toBe(4);
    const mailbox = encodeURIComponent('Schmidt, Bob <bob@example.com>');
    expect(load((await alice.get(`${path}?q=${mailbox}`)).text)('main ul.rows li').length).toBe(1);
    expect(await verifyChain(app.db.read, app.config.secrets.audit)).toMatchObject({ intact: true });
    const ada = await signedIn(app, 'ada');
    expect((await ada.get(path)).status).toBe(200);
    expect((await ada.get('/bulk-operations')).text).toContain('2 users were deactivated.');
  });

  it('leaves out who may no longer be changed since the sheet (R64)', async () => {
    const max = await signedIn(app, 'max');
    const path = await draft(max, { action: 'deactivate', ids: ids('bob', 'lena') });
    const groups = await app.db.read('groups').where('name', 'Administrators').first();
    await app.db.write((trx) =>
      trx('memberships').insert({ user_id: app.people.bob, group_id: groups.id, granted_at: 'x' }),
    );
    await max.post(`${path}/execution`);
    expect(await activities()).toMatchObject({ bob: 'active', lena: 'deactivated' });
    expect((await max.get(path)).text).toContain('has rights that you do not hold');
  });

  it('never takes the last administrator, whoever asks for whatever set (R63)', async () => {
    // Somebody who holds every right but is no administrator, because their access ends.
    const groups = await app.db.read('groups').where('name', 'Administrators').first();
    await app.db.write(async (trx) => {
      await trx('memberships').insert({ user_id: app.people.bob, group_id: groups.id, granted_at: 'x' });
      await trx('users').where('id', app.people.bob).update({ expires_on: '2027-01-01' });
    });
    const bob = await signedIn(app, 'bob');
    const path = await draft(bob, { action: 'delete', scope: 'all', view: '/users', shown: '10', change: '0' });
    expect((await bob.get(path)).text).toContain('is the last administrator');
    await bob.post(`${path}/execution`);
    // Of the two who would both have gone, the one who came first stays.
    expect(await activities()).toMatchObject({ alice: 'active', ada: 'deleted' });
    const leftOut = load((await bob.get(`${path}?outcome=left-out`)).text)('main ul.rows li:contains(alice)').text();
    expect(leftOut).toContain('is the last administrator');
  });

  it('lets two administrators work on overlapping sets, in some order', async () => {
    const ada = await signedIn(app, 'ada');
    for (let round = 0; round < 10; round++) {
      const set = ids('bob', 'lena', 'carol', 'erin');
      const [one, two] = await Promise.all([
        draft(alice, { action: 'deactivate', ids: set }),
        draft(ada, { action: 'activate', ids: set }),
      ]);
      const answers = await Promise.all([alice.post(`${one}/execution`), ada.post(`${two}/execution`)]);
      expect(answers.map((answer) => answer.status)).toEqual([303, 303]);
      const { bob, lena, carol, erin } = await activities();
      expect(new Set([bob, lena, carol, erin]).size).toBe(1);
    }
  });

  it('restores deleted users but those whose name is taken by now', async () => {
    await alice.post(`${await draft(alice, { action: 'delete', ids: ids('bob', 'lena') })}/execution`);
    await alice.post('/users', { name: 'BOB', email: 'other@example.com', access: 'later' });
    const path = await draft(alice, { action: 'activate', ids: ids('bob', 'lena', 'dave') });
    await alice.post(`${path}/execution`);
    expect(await activities()).toMatchObject({ bob: 'deleted', lena: 'active', dave: 'active' });
    expect((await alice.get(path)).text).toContain('the name belongs to another user by now');
  });

  it('shows new invitations to copy once, only to whoever made them', async () => {
    await alice.post('/users', { name: 'newcomer', email: 'newcomer@example.com', access: 'later' });
    const path = await draft(alice, { action: 'reinvite', scope: 'all', view: '/users', shown: '11', change: '0' });
    await alice.post(`${path}/execution`);
    const links = load((await alice.get(path)).text)('#links')
      .text()
      .split('\n');
    expect(links.map((line) => line.split('\t')[0])).toEqual(['carol', 'newcomer']);
    expect((await alice.get(new URL(links[0].split('\t')[2]).pathname)).status).toBe(303);
    expect(load((await alice.get(path)).text)('#links').length).toBe(0);
  });

  it('keeps to itself the link of somebody who was given more, and a new link, since the execution (R61)', async () => {
    await alice.post('/users', { name: 'newcomer', email: 'newcomer@example.com', access: 'later' });
    const max = await signedIn(app, 'max');
    const path = await draft(max, { action: 'reinvite', scope: 'all', view: '/users', shown: '11', change: '0' });
    await max.post(`${path}/execution`);
    await submit(alice, pathTo(app, 'carol', '/edit'), { groups: await groupId(app, 'Administrators') });
    await linkFor(app, 'carol', 'invitation', alice);
    const links = load((await max.get(path)).text)('#links')
      .text()
      .split('\n');
    expect(links.map((line) => line.split('\t')[0])).toEqual(['newcomer']);
  });

  it('is told as CSV in which nothing is a formula (R72)', async () => {
    await alice.post('/users', { name: '=HYPERLINK("http://evil")', email: 'evil@example.com', access: 'later' });
    const path = await draft(alice, { action: 'confirm-access', ids: ids('bob') });
    const all = await draft(alice, {
      action: 'confirm-access',
      scope: 'all',
      view: '/users?q=evil',
      shown: '1',
      change: '0',
    });
    await alice.post(`${path}/execution`);
    await alice.post(`${all}/execution`);
    expect((await alice.get(`${path}/items.csv`)).text).toContain('bob,bob@example.com,changed,,');
    const csv = await alice.get(`${all}/items.csv`);
    expect(csv.headers['content-disposition']).toContain('attachment');
    expect(csv.text).toContain(`"'=HYPERLINK(""http://evil"")"`);
  });
});

it('is closed to who may not change users', async () => {
  const rita = await signedIn(app, 'rita');
  expect((await rita.post('/bulk-operations', { action: 'delete', ids: ids('bob') })).status).toBe(403);
  expect(load((await rita.get('/users')).text)('#bulk-form').length).toBe(0);
  const bob = await signedIn(app, 'bob');
  expect((await bob.get('/bulk-operations')).status).toBe(404);
});
