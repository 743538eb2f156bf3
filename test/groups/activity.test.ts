import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { APPLICATIONS } from '../../src/access/rights.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { send, submit } from '../support/form.ts';
import { linkFor } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Fields, Session, signedIn } from '../support/session.ts';

describe('the activity of groups', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const idsOf = async (...names: string[]) => Promise.all(names.map((name) => groupId(app, name)));
  const activityOf = async (name: string) => (await app.db.read('groups').where({ name }).first()).activity;
  const allow = async (group: string, application: string, level: string) => {
    const row = { group_id: Number(await groupId(app, group)), application, level };
    await app.db.write((trx) => trx('group_permissions').insert(row).onConflict(['group_id', 'application']).merge());
  };
  /** Presses the button for these groups; returns the sheet. */
  async function press(viewer: Session, action: string, ...names: string[]) {
    const pressed = await viewer.post('/bulk-operations', { subject: 'group', action, ids: await idsOf(...names) });
    return pressed.status === 303 ? viewer.get(pressed.headers.location) : pressed;
  }
  /** The same with the sheet confirmed; returns the report. */
  async function perform(viewer: Session, action: string, ...names: string[]) {
    return viewer.get((await send(viewer, await press(viewer, action, ...names))).headers.location);
  }

  it('ends and gives back what they grant from the next request on, and keeps their members', async () => {
    const rita = await signedIn(app, 'rita');
    const audit = await watchAudit(app);
    await perform(alice, 'deactivate', 'Auditors');
    expect((await rita.get('/users')).status).toBe(404);
    expect(pageOf(await alice.get(`/groups/${await groupId(app, 'Auditors')}`)).texts('#member-4 a')).toEqual(['rita']);
    await perform(alice, 'activate', 'Auditors');
    expect((await rita.get('/users')).status).toBe(200);
    const events = (await audit.since()).filter((event) => event.action.startsWith('group.'));
    expect(events.map((event) => [event.action, event.subjectName, event.before, event.after])).toEqual([
      ['group.deactivated', 'Auditors', { activity: 'active' }, { activity: 'deactivated' }],
      ['group.activated', 'Auditors', { activity: 'deactivated' }, { activity: 'active' }],
    ]);
  });

  it('comes back from a deletion as it was, and the sheet says so', async () => {
    await perform(alice, 'deactivate', 'Support');
    await perform(alice, 'delete', 'Support', 'Auditors');
    const sheet = await press(alice, 'activate', 'Support', 'Auditors');
    expect(pageOf(sheet).texts('#sheet li')).toContain(
      '1 group of them was deactivated before the deletion, and will be again.',
    );
    await send(alice, sheet);
    expect([await activityOf('Support'), await activityOf('Auditors')]).toEqual(['deactivated', 'active']);
  });

  it('is told on the sheet by what it does to people, and in the report by what it was', async () => {
    await allow('Support', 'users', 'read');
    await alice.post(`/groups/${await groupId(app, 'Auditors')}/members`, { list: 'bob', confirmed: 'yes' });
    const sheet = pageOf(await press(alice, 'deactivate', 'Support', 'Helpdesk'));
    expect(sheet.texts('#sheet li')).toEqual([
      '1 person loses write on users.',
      '3 people lose read on users; 1 keeps it through Auditors.',
    ]);
    expect(sheet.textOf('#sheet button.main')).toBe('Deactivate 2 groups');
    // What goes together keeps nothing for anybody.
    expect(pageOf(await press(alice, 'deactivate', 'Support', 'Auditors')).texts('#sheet li')).toContain(
      '5 people lose read on users.',
    );
    const report = pageOf(await perform(alice, 'deactivate', 'Support', 'Helpdesk'));
    expect(report.texts('h1')).toEqual(['2 groups were deactivated.']);
    expect(report.texts('#report .rows li')).toEqual(['Helpdesk changedwas active', 'Support changedwas active']);
  });

  it('deleted leaves the list and the name, and comes back with its members', async () => {
    const count = async () => (await app.db.read('users').where('id', app.people.bob).first()).group_count;
    await perform(alice, 'delete', 'Support');
    expect(pageOf(await alice.get('/groups')).texts('th.name a')).not.toContain('Support');
    expect(await count()).toBe(0);
    await submit(alice, '/groups/new', { name: 'support' });
    const refused = pageOf(await press(alice, 'activate', 'Support'));
    expect(refused.textOf('#sheet .rows')).toMatch(/Support cannot be restored: another group has its name by now/);
    await perform(alice, 'delete', 'support');
    await perform(alice, 'activate', 'Support');
    expect(await activityOf('Support')).toBe('active');
    expect(await count()).toBe(1);
    expect(pageOf(await alice.get(`/groups/${await groupId(app, 'Support')}`)).texts('#members ~ form li a')).toEqual([
      'bob',
      'carol',
      'dave',
      'lena',
    ]);
  });

  it('keeps the members of a deleted group who are edited meanwhile: no form shows it', async () => {
    await perform(alice, 'delete', 'Support');
    const saved = await submit(alice, pathTo(app, 'bob', '/edit'), { groups: await groupId(app, 'Auditors') });
    expect(saved.status).toBe(303);
    await perform(alice, 'activate', 'Support');
    const groups = app.db.read('memberships').join('groups', 'groups.id', 'group_id').orderBy('name');
    expect(await groups.where('user_id', app.people.bob).pluck('name')).toEqual(['Auditors', 'Support']);
  });

  it('brings back one of two deleted groups of one name', async () => {
    await perform(alice, 'delete', 'Support');
    await submit(alice, '/groups/new', { name: 'support' });
    await perform(alice, 'delete', 'support');
    const report = pageOf(await perform(alice, 'activate', 'Support', 'support'));
    expect(report.heading()).toBe('1 group was activated.');
    expect([await activityOf('Support'), await activityOf('support')].sort()).toEqual(['active', 'deleted']);
  });

  it('that is deleted still counts: nobody weaker makes a link that its return would make stronger (R85)', async () => {
    await allow('Support', 'groups', 'write');
    await perform(alice, 'delete', 'Support');
    const max = await signedIn(app, 'max');
    expect((await max.post(pathTo(app, 'carol', '/invitation'), {})).status).toBe(403);
    // What an administrator made meanwhile stays as it is.
    const link = await linkFor(app, 'carol', 'invitation', alice);
    await perform(alice, 'activate', 'Support');
    expect((await new Session(app).get(link)).status).toBe(303);
  });

  describe('is left as it is', () => {
    it('where the actor would take rights from themself, or the last administrator would go', async () => {
      const sheet = pageOf(await press(alice, 'deactivate', 'Administrators', 'Support'));
      expect(sheet.texts('#sheet .rows li')).toEqual([
        'Administrators gives rights to yourself: nobody takes rights from themself',
      ]);
      await perform(alice, 'delete', 'Administrators', 'Support');
      expect([await activityOf('Administrators'), await activityOf('Support')]).toEqual(['active', 'deleted']);
    });

    it('where the actor would keep their rights without either of two, and not without both', async () => {
      await submit(alice, '/groups/new', { name: 'Deputies' });
      for (const application of APPLICATIONS) await allow('Deputies', application, 'write');
      await alice.post(`/groups/${await groupId(app, 'Deputies')}/members`, { list: 'alice', confirmed: 'yes' });
      const report = pageOf(await perform(alice, 'deactivate', 'Administrators', 'Deputies'));
      expect(report.heading()).toBe('1 group was deactivated.');
      expect([await activityOf('Administrators'), await activityOf('Deputies')]).toEqual(['deactivated', 'active']);
    });

    it('where it grants, or a member holds, what the actor does not (R61, R62)', async () => {
      await allow('Helpdesk', 'groups', 'write');
      const max = await signedIn(app, 'max');
      await app.db.write(async (trx) => {
        await trx('memberships').insert({
          user_id: app.people.rita,
          group_id: await idsOf('Support').then(([id]) => Number(id)),
          granted_at: '2026-01-01T00:00:00.000Z',
        });
      });
      const sheet = pageOf(await press(max, 'deactivate', 'Auditors', 'Support'));
      expect(sheet.texts('#sheet .rows li')).toEqual([
        'Auditors grants rights that you do not hold',
        'Support has the member rita, who has rights that you do not hold',
      ]);
      await perform(max, 'deactivate', 'Auditors', 'Support');
      expect([await activityOf('Auditors'), await activityOf('Support')]).toEqual(['active', 'active']);
    });

    it('where a member holds more than the actor for now, unless they are deleted or it is over (R61)', async () => {
      await allow('Helpdesk', 'groups', 'write');
      const max = await signedIn(app, 'max');
      await alice.post(`/groups/${await groupId(app, 'Support')}/members`, { list: 'rita', confirmed: 'yes' });
      const theirs = { user_id: app.people.rita, group_id: await groupId(app, 'Auditors') };
      const setUntil = (until_on: string | null) =>
        app.db.write((trx) => trx('memberships').where(theirs).update({ until_on }));
      const button = async () => pageOf(await press(max, 'deactivate', 'Support')).textOf('#sheet button.main');
      for (const [until, offered] of [
        ['2030-01-01', ''],
        ['2026-11-22', ''],
        ['2026-11-21', 'Deactivate 1 group'],
        [null, ''],
      ] as const) {
        await setUntil(until);
        expect([until, await button()]).toEqual([until, offered]);
      }
      await alice.post(pathTo(app, 'rita', '/deletion'));
      expect(await button()).toBe('Deactivate 1 group');
    });

    it('by whoever may not change groups, and its operations are hidden from who may not read them', async () => {
      const max = await signedIn(app, 'max');
      expect((await press(max, 'deactivate', 'Support')).status).toBe(404);
      expect((await press(await signedIn(app, 'rita'), 'deactivate', 'Support')).status).toBe(403);
      await perform(alice, 'deactivate', 'Support');
      const { id } = await app.db.read('bulk_operations').orderBy('id', 'desc').first();
      for (const path of [`/bulk-operations/${id}`, `/bulk-operations/${id}/items.csv`])
        expect([(await max.get(path)).status, (await alice.get(path)).status]).toEqual([404, 200]);
      expect(pageOf(await max.get('/bulk-operations')).texts('main a')).not.toContain('1 group was deactivated.');
    });

    it('where an action is meant for users, or a view is not one of groups', async () => {
      const senseless: Fields[] = [
        { subject: 'group', action: 'reinvite', ids: '1' },
        { subject: 'robot', action: 'delete', ids: '1' },
        { subject: 'group', action: 'delete', scope: 'all', view: '/users' },
      ];
      for (const fields of senseless) expect((await alice.post('/bulk-operations', fields)).status).toBe(400);
      const nobody = { subject: 'group', action: 'delete', scope: 'all', view: '/groups?activity=nonsense' };
      expect((await alice.post('/bulk-operations', nobody)).status).toBe(422);
    });
  });

  it('is changed for all that a view shows', async () => {
    const pressed = await alice.post('/bulk-operations', {
      subject: 'group',
      action: 'deactivate',
      scope: 'all',
      view: '/groups?q=s',
      shown: '3',
    });
    const sheet = pageOf(await alice.get(pressed.headers.location));
    expect(sheet.textOf('#sheet > div strong')).toBe('3 groups');
    expect(sheet.texts('#sheet .rows strong')).toEqual(['Administrators']);
  });
});
