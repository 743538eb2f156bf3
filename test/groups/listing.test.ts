import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { DAY, instant } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

describe('the list of groups', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp({ SESSION_IDLE: '1440', SESSION_MAX: '240' });
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  async function shown(query = '') {
    const page = pageOf(await alice.get(`/groups${query}`));
    return page.texts('#groups-table tbody tr').map((text) => text.replace(/^Tick /, ''));
  }
  const names = async (query: string) => pageOf(await alice.get(`/groups${query}`)).texts('th.name a');
  const sidebar = async (query: string, filter: string) =>
    Object.fromEntries(
      pageOf(await alice.get(`/groups${query}`))
        .texts(`#fold-${filter} li`)
        .map((text) => /^(.*) (\d+)$/.exec(text)!.slice(1) as [string, string]),
    );
  const lead = async (group: string, leader: string, tags = '') =>
    submit(alice, `/groups/${await groupId(app, group)}/edit`, { leader, tags });
  const endMembership = (person: Person, until_on: string) =>
    app.db.write((trx) => trx('memberships').where('user_id', app.people[person]).update({ until_on }));

  it('shows the best matches of a search first, until an order is chosen', async () => {
    for (const name of ['Night port', 'Port 10', 'port 9', 'Port'])
      await submit(alice, '/groups/new', { name, description: name === 'Night port' ? 'port' : '' });
    expect(await names('?q=port')).toEqual(['Port', 'port 9', 'Port 10', 'Night port', 'Support']);
    expect(await names('?q=port&sort=name')).toEqual(['Night port', 'Port', 'port 9', 'Port 10', 'Support']);
    const paged = pageOf(await alice.get('/groups?q=port&per=25'));
    expect(paged.textOf('caption')).toBe('Groups, the best matches first');
  });

  it('says of each its leader, how many users are in it, and what it grants', async () => {
    expect(await shown()).toEqual([
      'Administrators 2 write on audit, contacts, groups, settings, users',
      'Auditors 1 read on audit, contacts, groups, users',
      'Helpdesk 1 write on users',
      'Support lena 4',
    ]);
  });

  it('counts whose membership has not ended, from the first request after its last day', async () => {
    await endMembership('bob', instant(app.clock.now()).slice(0, 10));
    const users = async () => [(await shown('?q=support'))[0], await sidebarOfUsers()];
    const sidebarOfUsers = async () =>
      pageOf(await alice.get('/users'))
        .texts('#fold-group li')
        .find((text) => text.startsWith('Support'));
    expect(await users()).toEqual(['Support lena 4', 'Support 4']);
    app.clock.advance(DAY);
    alice = await signedIn(app, 'alice');
    expect(await users()).toEqual(['Support lena 3', 'Support 3']);
    await submit(alice, pathTo(app, 'lena', '/edit'), { description: 'x' });
    expect(await users()).toEqual(['Support lena 3', 'Support 3']);
  });

  it('is searched in name, leader and description, ignoring case and accents', async () => {
    await submit(alice, '/groups/new', { name: 'Réception', description: 'the front desk' });
    expect(await names('?q=recep')).toEqual(['Réception']);
    expect(await names('?q=LENA')).toEqual(['Support']);
    expect(await names('?q=desk')).toEqual(['Helpdesk', 'Réception']);
    expect(await names('?q=desk+front')).toEqual(['Réception']);
  });

  it('sorts by every column, over all rows', async () => {
    expect(await names('?sort=-name')).toEqual(['Support', 'Helpdesk', 'Auditors', 'Administrators']);
    expect((await names('?sort=-leader'))[0]).toBe('Support');
    expect(await names('?sort=-users')).toEqual(['Support', 'Administrators', 'Auditors', 'Helpdesk']);
    expect(await names('?sort=permissions')).toEqual(['Support', 'Helpdesk', 'Auditors', 'Administrators']);
  });

  it('is filtered by activity, leader and tags, with exact counts under the other filters', async () => {
    await lead('Support', 'lena', 'front');
    await lead('Auditors', 'rita', 'front, back');
    await app.db.write((trx) => trx('groups').where('name', 'Helpdesk').update({ activity: 'deactivated' }));
    await app.db.write((trx) => trx('groups').where('name', 'Auditors').update({ activity: 'deleted' }));
    expect(await sidebar('', 'activity')).toEqual({ Active: '2', Deactivated: '1', Deleted: '1' });
    expect(await sidebar('', 'tag')).toEqual({ front: '1' });
    expect(await sidebar('?activity=deleted', 'tag')).toEqual({ back: '1', front: '1' });
    expect(await sidebar('?leader=active', 'activity')).toEqual({ Active: '1', Deactivated: '0', Deleted: '1' });
    const back = (await app.db.read('tags').where('name', 'back').first()).id;
    expect(await names(`?activity=deleted&tag=${back}`)).toEqual(['Auditors']);
    expect(await sidebar('', 'leader')).toEqual({ Active: '1', 'Not active': '0', None: '2' });
  });

  it('marks and finds groups whose leader is not active', async () => {
    const change = (columns: object) =>
      app.db.write((trx) => trx('users').where('id', app.people.lena).update(columns));
    for (const [columns, isIdle] of [
      [{ activity: 'deactivated' }, true],
      [{ activity: 'active' }, false],
      [{ expires_on: '2026-11-21' }, true],
      [{ expires_on: '2026-11-22' }, false],
      [{ password_hash: null }, true],
      [{ password_hash: 'chosen' }, false],
    ] as const) {
      await change(columns);
      expect(await names('?leader=inactive')).toEqual(isIdle ? ['Support'] : []);
      expect((await shown('?q=support'))[0].includes('not active')).toBe(isIdle);
    }
    await endMembership('lena', '2026-11-21');
    expect(await names('?leader=inactive')).toEqual(['Support']);
  });

  it('is read page by page in both directions, each group once', async () => {
    await app.db.write(async (trx) => {
      for (let n = 0; n < 60; n++)
        await trx('groups').insert({
          name: `Team ${n}`,
          name_key: `team ${n}`,
          description: '',
          created_at: '2026-01-01T00:00:00.000Z',
        });
    });
    const seen: string[][] = [];
    let page = pageOf(await alice.get('/groups?per=25&sort=-users'));
    for (;;) {
      seen.push(page.texts('th.name a'));
      const next = page.$('#next-page').attr('href');
      if (!next) break;
      page = pageOf(await alice.get(next));
    }
    expect(seen.map((names) => names.length)).toEqual([25, 25, 14]);
    expect(new Set(seen.flat()).size).toBe(64);
    page = pageOf(await alice.get(page.$('#previous-page').attr('href')!));
    expect(page.texts('th.name a')).toEqual(seen[1]);
  });
});
