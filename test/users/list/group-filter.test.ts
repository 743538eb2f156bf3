import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../../support/app.ts';
import { addGroups } from '../../support/crowd.ts';
import { pageOf } from '../../support/page.ts';
import { newcomer } from '../../support/people.ts';
import { signedIn } from '../../support/session.ts';

describe('the page of all groups to filter by', () => {
  let app: TestApp;
  let teams: number[];
  beforeEach(async () => {
    app = await startApp();
    await addGroups(app, 250);
    teams = await app.db.read('groups').where('name', 'like', 'Team %').orderBy('id').pluck('id');
    const { bob, carol } = app.people;
    const granted_at = '2026-11-01T12:00:00.000Z';
    const members = [bob, carol].map((user_id) => ({ user_id, group_id: teams[199], granted_at }));
    await app.db.write((trx) =>
      trx('memberships').insert([...members, { user_id: bob, group_id: teams[4], granted_at }]),
    );
  });
  afterEach(() => app.close());

  const rows = (page: ReturnType<typeof pageOf>) =>
    page
      .$('#group-filter li')
      .toArray()
      .map((li) => page.$(li).text().replace(/\s+/g, ' ').trim());

  it('is where the list leads to beside its largest, and keeps the view', async () => {
    const alice = await signedIn(app, 'alice');
    const list = pageOf(await alice.get('/users?q=b&activity=active'));
    const more = list.$('#fold-group p a');
    expect(more.text()).toMatch(/^\d+ more$/);
    const page = pageOf(await alice.get(more.attr('href')!));
    expect(page.$('#group-filter li').length).toBe(100);
    expect(page.$('input[name=activity]').attr('value')).toBe('active');
    const second = pageOf(await alice.get(page.$('#next-page').attr('href')!));
    expect(second.$('#previous-page').attr('href')).toBe('/users/groups?q=b&activity=active');
    expect(second.$('#group-filter li a').first().attr('href')).toMatch(/^\/users\?q=b&activity=active&group=\d+$/);
  });

  it('finds groups by their names, counts what would be left, and takes a chosen one away', async () => {
    const alice = await signedIn(app, 'alice');
    const found = pageOf(await alice.get('/users/groups?name=TEAM+200'));
    expect(rows(found)).toEqual(['Team 200 2 users']);
    expect(rows(pageOf(await alice.get('/users/groups?name=team+200&q=carol')))).toEqual(['Team 200 1 user']);
    const both = pageOf(await alice.get(`/users/groups?name=team+5&group=${teams[4]}`));
    expect(rows(both)[0]).toBe('Team 5 1 user · chosen');
    expect(both.$('#group-filter li a').first().attr('href')).toBe('/users');
    expect(rows(pageOf(await alice.get('/users/groups?name=no+such')))).toEqual([]);
    for (const odd of ['from=-1', 'from=1e99', 'from=x', 'name[]=a&name=b', `name=${'x'.repeat(3000)}`])
      expect([odd, (await alice.get(`/users/groups?${odd}`)).status]).toEqual([odd, 200]);
  });

  it('tells whoever may not read groups only of those that somebody is in', async () => {
    const { session, id } = await newcomer(app, 'reader', { access: 'link' });
    await app.db.write(async (trx) => {
      const [{ id: group }] = await trx('groups')
        .insert({ name: 'Readers', name_key: 'readers', created_at: '2026-11-01T12:00:00.000Z' })
        .returning('id');
      await trx('group_permissions').insert({ group_id: group, application: 'users', level: 'read' });
      await trx('memberships').insert({ user_id: id, group_id: group, granted_at: '2026-11-01T12:00:00.000Z' });
    });
    expect(rows(pageOf(await session.get('/users/groups?name=team')))).toEqual(['Team 5 1 user', 'Team 200 2 users']);
  });
});
