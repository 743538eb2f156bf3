import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../../support/app.ts';
import { addGroups } from '../../support/crowd.ts';
import { pageOf } from '../../support/page.ts';
import { groupId, pathTo } from '../../support/people.ts';
import { type Session, signedIn } from '../../support/session.ts';

const ENDED = '2026-10-01T00:00:00.000Z';

describe('the groups of a user in the list', () => {
  let app: TestApp;
  let alice: Session;

  beforeAll(async () => {
    app = await startApp();
    await addGroups(app, 12);
    await join('Team 10', 'Team 2', 'Team 1', 'Team 3');
    await join(['Team 4', ENDED]);
    await join('Team 5');
    await app.db.write((trx) => trx('groups').where('name', 'Team 5').update({ activity: 'deleted' }));
    alice = await signedIn(app, 'alice');
  });
  afterAll(() => app.close());

  /** Bob becomes a member, of some until a day. */
  async function join(...groups: (string | [name: string, until: string])[]): Promise<void> {
    const ids = new Map<string, number>((await app.db.read('groups').select('id', 'name')).map((g) => [g.name, g.id]));
    const rows = groups.map((one) => {
      const [name, until] = typeof one === 'string' ? [one, null] : one;
      const granted = { granted_at: '2026-09-01T00:00:00.000Z', granted_by: app.people.alice };
      return { user_id: app.people.bob, group_id: ids.get(name)!, until_at: until, ...granted };
    });
    await app.db.write((trx) => trx('memberships').insert(rows));
  }

  /** The links in the row of a user: what each says, and where it leads. */
  async function linksOf(user: keyof TestApp['people']): Promise<[string, string][]> {
    const { $ } = pageOf(await alice.get('/users'));
    const links = $(`#user-${app.people[user]} p a`).toArray();
    return links.map((link) => [$(link).text(), link.attribs.href]);
  }

  it('are the first three by name, and how many there are beside them', async () => {
    expect(await linksOf('bob')).toEqual([
      ['Support', `/groups/${await groupId(app, 'Support')}`],
      ['Team 1', `/groups/${await groupId(app, 'Team 1')}`],
      ['Team 2', `/groups/${await groupId(app, 'Team 2')}`],
      ['+3', pathTo(app, 'bob', '/groups')],
    ]);
  });

  it('need no way to others where all are named', async () => {
    expect(await linksOf('alice')).toEqual([['Administrators', `/groups/${await groupId(app, 'Administrators')}`]]);
  });

  it('stand in full on a page of their own, without those that are deleted, and of each what keeps it from counting', async () => {
    await app.db.write((trx) => trx('groups').where('name', 'Team 10').update({ activity: 'deactivated' }));
    const page = pageOf(await alice.get(pathTo(app, 'bob', '/groups')));
    expect(page.heading()).toBe('Groups of bob');
    expect(page.texts('.group-list li')).toEqual([
      'Support',
      'Team 1',
      'Team 2',
      'Team 3',
      'Team 4 ended',
      'Team 10 deactivated',
    ]);
  });

  it('open above the list as the very part of that page that names them', async () => {
    const path = pathTo(app, 'bob', '/groups');
    const whole = pageOf(await alice.get(path));
    const part = pageOf(await alice.get(path, { 'HX-Request': 'true', 'HX-Target': 'nav#row-menu' }));
    expect(part.$('main').length).toBe(0);
    expect(part.$('.group-list').html()).toBe(whole.$('.group-list').html());
    expect(part.textOf('.menu-title')).toBe('bob');
  });

  it('are counted with what ended, in the order by their number', async () => {
    const page = pageOf(await alice.get('/users?sort=-groups'));
    expect(page.texts('tbody tr th.name a')[0]).toBe('bob');
  });
});
