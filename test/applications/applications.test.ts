import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { APPLICATIONS } from '../../src/access/rights.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { send, submit } from '../support/form.ts';
import { levels } from '../support/levels.ts';
import { linkFor } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { groupId } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

describe('applications', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const register = (fields = {}) =>
    submit(alice, '/applications/new', { key: 'time-sheets', name: 'Time sheets', ...fields });
  const rightsOf = async (group: string) =>
    Object.fromEntries(
      (await app.db.read('group_permissions').where('group_id', await groupId(app, group))).map((row) => [
        row.application,
        row.level,
      ]),
    );
  const rows = async (query = '') => pageOf(await alice.get('/applications')).texts(`#applications ~ ul li${query}`);

  it('are the parts of Roster, and those that an administrator registers', async () => {
    expect((await rows())[0]).toMatch(
      /^Users users Who can sign in.* Granted to write by 2 groups, to read by 1 group\.$/,
    );
    const audit = await watchAudit(app);
    expect((await register({ description: 'Who worked when.' })).headers.location).toBe('/applications/time-sheets');
    expect((await rows()).at(-1)).toBe(
      'Time sheets time-sheets Who worked when. Granted to write by 1 group, to read by 0 groups.',
    );
    expect((await audit.since()).map((event) => [event.action, event.subjectName, event.after])).toEqual([
      [
        'application.registered',
        'Time sheets',
        { key: 'time-sheets', name: 'Time sheets', description: 'Who worked when.' },
      ],
      ['group.permissions-changed', 'Administrators', { 'time-sheets': 'write' }],
    ]);
  });

  it('can be granted on by whoever holds them, like any other, and by nobody else', async () => {
    await register();
    const matrix = `/groups/${await groupId(app, 'Support')}/permissions/edit`;
    const sheet = await submit(alice, matrix, levels({ 'time-sheets': 'read' }));
    expect(pageOf(sheet).texts('#sheet li')[0]).toBe('4 people gain read on time-sheets.');
    await send(alice, sheet);
    expect(await rightsOf('Support')).toEqual({ 'time-sheets': 'read' });

    await app.db.write(async (trx) =>
      trx('group_permissions').insert({
        group_id: await groupId(app, 'Helpdesk'),
        application: 'groups',
        level: 'write',
      }),
    );
    const max = await signedIn(app, 'max');
    const cells = pageOf(await max.get(`/groups/${await groupId(app, 'Helpdesk')}/permissions/edit`));
    expect(cells.$('[name="on-time-sheets"]:not([disabled])').length).toBe(1);
  });

  it('are held at first by an active group alone that the registrar is in now', async () => {
    const at = '2026-11-01T12:00:00.000Z';
    const ids = await app.db.write(async (trx) => {
      const made = [
        { name: 'Asleep', activity: 'deactivated', until_on: null },
        { name: 'Over', activity: 'active', until_on: '2026-11-21' },
        { name: 'Today', activity: 'active', until_on: '2026-11-22' },
      ];
      const groups: number[] = [];
      for (const { name, activity, until_on } of made) {
        const row = { name, name_key: name.toLowerCase(), activity, created_at: at };
        const [{ id }] = await trx('groups').insert(row).returning('id');
        await trx('memberships').insert({ user_id: app.people.alice, group_id: id, granted_at: at, until_on });
        groups.push(id);
      }
      return groups;
    });
    const [asleep, over, today] = ids.map(String);
    for (const groupId of [asleep, over])
      expect(pageOf(await register({ groupId })).errors()).toEqual({
        groupId: 'Choose an active group that you are in and may change.',
      });
    expect((await register({ groupId: today })).status).toBe(303);
    expect(await rightsOf('Today')).toEqual({ 'time-sheets': 'write' });
  });

  it('have a key of their own, which no other has and no field of a form', async () => {
    await register();
    for (const [key, message] of [
      ['users', /a meaning of its own/],
      ['version', /a meaning of its own/],
      ['new', /a meaning of its own/],
      ['constructor', /a meaning of its own/],
      ['time-sheets', /the key time-sheets already/],
      ['Rooms', /small letters/],
      ['_csrf', /small letters/],
      ['a'.repeat(41), /2 to 40/],
    ] as const) {
      const refused = await register({ key });
      expect([refused.status, pageOf(refused).errors()]).toEqual([422, { key: expect.stringMatching(message) }]);
    }
  });

  it('are first held by a group of whoever registers them, and by no other', async () => {
    expect(pageOf(await alice.get('/applications/new')).texts('#groupId option')).toEqual(['Administrators']);
    for (const group of ['Support', 'Auditors']) {
      const refused = await register({ groupId: await groupId(app, group) });
      expect(pageOf(refused).errors()).toEqual({ groupId: expect.stringMatching(/active group that you are in/) });
    }
    expect(await app.db.read('applications')).toEqual([]);
  });

  it('registered, end the links of those who can do more by it (R37)', async () => {
    // Somebody with all rights, through another group than that which holds the application first.
    const own = await alice.post('/groups', { name: 'Chiefs' });
    const all = Object.fromEntries(APPLICATIONS.map((application) => [application, 'write']));
    await alice.send('patch', `${own.headers.location}/permissions`, {
      ...levels(all),
      version: '1',
      confirmed: 'yes',
    });
    for (const [group, name] of [
      [own.headers.location, 'max'],
      [`/groups/${await groupId(app, 'Administrators')}`, 'carol'],
    ])
      await alice.post(`${group}/members`, { list: name, confirmed: 'yes' });
    const link = await linkFor(app, 'carol', 'invitation', await signedIn(app, 'max'));
    await register();
    expect((await new Session(app).get(link)).status).toBe(410);
  });

  it('change their name, and say what somebody else saved meanwhile (409)', async () => {
    await register();
    const form = await alice.get('/applications/time-sheets/edit');
    await submit(await signedIn(app, 'ada'), '/applications/time-sheets/edit', { name: 'Hours' });
    const stale = await send(alice, form, { name: 'Times' });
    expect([stale.status, pageOf(stale).texts('.theirs')]).toEqual([409, ['Saved meanwhile: Hours']]);
    expect((await send(alice, stale)).status).toBe(303);
    expect((await rows()).at(-1)).toMatch(/^Times time-sheets/);
  });

  it('take with them what was granted, after saying so', async () => {
    await register();
    await send(
      alice,
      await submit(
        alice,
        `/groups/${await groupId(app, 'Support')}/permissions/edit`,
        levels({ 'time-sheets': 'read' }),
      ),
    );
    const page = await alice.get('/applications/time-sheets/deletion/new');
    expect(pageOf(page).texts('#sheet li').slice(0, 3)).toEqual([
      'It can no longer be granted, and 2 groups will no longer grant it: Administrators, Support.',
      '2 people lose write on time-sheets.',
      '4 people lose read on time-sheets.',
    ]);
    const audit = await watchAudit(app);
    expect((await send(alice, page)).status).toBe(303);
    expect(await audit.actions()).toEqual([
      'group.permissions-changed',
      'group.permissions-changed',
      'application.deleted',
    ]);
    expect(await rightsOf('Support')).toEqual({});
    expect((await alice.get('/applications/time-sheets')).status).toBe(404);
  });

  it('are deleted only by who may write on them, or by anybody once no group grants them (R62)', async () => {
    await register();
    const group = await groupId(app, 'Auditors');
    await app.db.write((trx) =>
      trx('group_permissions').insert({ group_id: group, application: 'settings', level: 'write' }),
    );
    const rita = await signedIn(app, 'rita');
    for (const answer of [
      await rita.get('/applications/time-sheets/deletion/new'),
      await rita.post('/applications/time-sheets/deletion'),
    ])
      expect([answer.status, answer.text]).toEqual([
        403,
        expect.stringMatching(/rights on this application that you do not hold/),
      ]);
    await app.db.write((trx) => trx('group_permissions').where('application', 'time-sheets').delete());
    expect((await rita.post('/applications/time-sheets/deletion')).status).toBe(303);
  });

  it('that are a part of Roster are nobody’s to change, and one that is gone is granted to nobody', async () => {
    for (const answer of [
      await alice.get('/applications/users/edit'),
      await alice.send('patch', '/applications/users', { name: 'x', version: '1' }),
      await alice.post('/applications/users/deletion'),
    ])
      expect(answer.status).toBe(403);
    await register();
    const matrix = await submit(
      alice,
      `/groups/${await groupId(app, 'Support')}/permissions/edit`,
      levels({
        'time-sheets': 'read',
      }),
    );
    await alice.post('/applications/time-sheets/deletion');
    await send(alice, matrix);
    expect(await rightsOf('Support')).toEqual({});
  });
});
