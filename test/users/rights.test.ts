import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { factsBesideAudit, userRow } from '../support/database.ts';
import { send, submit } from '../support/form.ts';
import { linkFor } from '../support/links.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { Session, signedIn } from '../support/session.ts';

const EVERYBODY: Person[] = ['alice', 'ada', 'max', 'rita', 'lena', 'bob', 'carol', 'dave', 'erin', 'robin'];
const ACTION_PAGES = [
  'access-confirmation/new',
  'login-attempts/delete',
  'invitation/new',
  'invitation/delete',
  'password-reset/new',
  'deactivation/delete',
  'deactivation/new',
  'deletion/new',
];

describe('what a page offers', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it.each(['alice', 'max', 'rita'] as const)('to %s is exactly what the program then obeys', async (viewer) => {
    const session = await signedIn(app, viewer);
    for (const person of EVERYBODY) {
      const record = pageOf(await session.get(pathTo(app, person)));
      const offered = new Set(
        record
          .$('main .actions a, main .heading a')
          .toArray()
          .map((a) => a.attribs.href),
      );
      for (const page of [...ACTION_PAGES, 'edit']) {
        const path = pathTo(app, person, `/${page}`);
        const { status } = await session.get(path);
        expect([path, status === 200]).toEqual([path, offered.has(path)]);
      }
    }
  });

  it('to a reader is everything to see and nothing to press', async () => {
    const rita = await signedIn(app, 'rita');
    const list = pageOf(await rita.get('/users'));
    expect(list.texts('header nav a')).toEqual(['Users', 'Groups', 'Contacts', 'Audit']);
    expect(list.texts('main a').filter((text) => text === 'New User')).toEqual([]);
    const record = pageOf(await rita.get(pathTo(app, 'bob')));
    expect(record.$('main form, main .actions').length).toBe(0);
  });

  it.each(['groups', 'contacts', 'audit'])('begins, for who may read %s alone, there', async (application) => {
    await using app = await startApp();
    const group = Number(await groupId(app, 'Helpdesk'));
    await app.db.write(async (trx) => {
      await trx('group_permissions').where('group_id', group).delete();
      await trx('group_permissions').insert({ group_id: group, application, level: 'read' });
    });
    const max = await signedIn(app, 'max');
    const begin = (await max.get('/')).headers.location;
    expect(begin).toBe(`/${application}`);
    expect((await max.get(begin)).status).toBe(200);
  });

  it('to somebody without rights is their own page and nothing else', async () => {
    const bob = await signedIn(app, 'bob');
    expect((await bob.get('/')).headers.location).toBe('/me');
    const own = pageOf(await bob.get('/credentials'));
    expect(own.texts('header nav a')).toEqual([]);
    expect(pageOf(await bob.get('/menu')).texts('main .menu a, main .menu button')).toEqual([
      'My access',
      'My credentials',
      'Time zone',
      'Keyboard shortcuts',
      'Sign out',
    ]);
    expect([own.fact('Name'), own.fact('System email'), own.fact('Groups')]).toEqual([
      'bob',
      'bob@example.com Change the email',
      'Support',
    ]);
    for (const path of ['/users', '/users/new', pathTo(app, 'bob'), '/groups', '/audit'])
      expect([path, (await bob.get(path)).status]).toEqual([path, 404]);
  });

  it('to somebody who may not give a group is a suggestion that cannot be taken', async () => {
    const max = await signedIn(app, 'max');
    const page = pageOf(await max.get('/users/new'));
    expect(page.texts('#groups .found button:not([disabled]) bdi')).toEqual(['Helpdesk', 'Support']);
    expect(page.texts('#groups .found bdi')).toEqual(['Administrators', 'Auditors', 'Helpdesk', 'Support']);
    // Nor dropped, where somebody else gave it: it stays, through searches as well.
    const rights = { group_id: Number(await groupId(app, 'Support')), application: 'time-sheets', level: 'read' };
    await app.db.write((trx) => trx('group_permissions').insert(rights));
    const searched = await submit(max, pathTo(app, 'bob', '/edit'), { groupsSearch: 'x', step: 'find groups' });
    const own = pageOf(searched);
    expect([own.texts('#groups .picked bdi'), own.$('#groups .picked button').length]).toEqual([['Support'], 0]);
  });
});

describe('somebody who may change users, but may do less than others', () => {
  let app: TestApp;
  let max: Session;
  beforeEach(async () => {
    app = await startApp();
    max = await signedIn(app, 'max');
  });
  afterEach(() => app.close());

  const refusesAndKeeps = async (attempt: () => Promise<{ status: number }>, status = 403) => {
    const before = await factsBesideAudit(app);
    const audit = await watchAudit(app);
    expect((await attempt()).status).toBe(status);
    expect(await factsBesideAudit(app)).toEqual(before);
    expect((await audit.since()).map((event) => [event.action, event.actorName])).toEqual([['request.refused', 'max']]);
  };

  it.each(['Administrators', 'Auditors'])('gives nobody the group %s, themself included (R62)', async (name) => {
    const [groups, helpdesk] = [await groupId(app, name), await groupId(app, 'Helpdesk')];
    await refusesAndKeeps(() => submit(max, '/users/new', { name: 'nora', email: 'nora@example.com', groups }));
    await refusesAndKeeps(() => submit(max, pathTo(app, 'bob', '/edit'), { groups }));
    await refusesAndKeeps(() => submit(max, pathTo(app, 'max', '/edit'), { groups: [groups, helpdesk] }));
  });

  it('gives and takes the groups whose rights they hold', async () => {
    const [helpdesk, support] = [await groupId(app, 'Helpdesk'), await groupId(app, 'Support')];
    expect((await submit(max, pathTo(app, 'bob', '/edit'), { groups: [helpdesk, support] })).status).toBe(303);
    expect((await submit(max, pathTo(app, 'bob', '/edit'), { groups: [] })).status).toBe(303);
    const created = await submit(max, '/users/new', { name: 'nora', email: 'nora@example.com', groups: helpdesk });
    expect(created.status).toBe(303);
  });

  it.each(['alice', 'rita'] as const)('does not touch %s on any path (R61)', async (person) => {
    // The form cannot be opened, so it is sent as a program would.
    const fields = { name: person, email: `${person}@evil.example`, version: '2', groupsShown: 'yes' };
    await refusesAndKeeps(() => max.send('patch', pathTo(app, person), fields));
    for (const path of ['access-confirmation', 'invitation', 'password-reset', 'deactivation', 'deletion'])
      await refusesAndKeeps(() => max.post(pathTo(app, person, `/${path}`)));
    for (const path of ['login-attempts', 'invitation', 'deactivation'])
      await refusesAndKeeps(() => max.send('delete', pathTo(app, person, `/${path}`)));
  });

  it('does not touch somebody whose rights rest in a group that is deactivated for now (R61)', async () => {
    await app.db.write((trx) => trx('groups').where('name', 'Auditors').update({ activity: 'deactivated' }));
    await refusesAndKeeps(() => max.post(pathTo(app, 'rita', '/password-reset')));
    const groups = await groupId(app, 'Auditors');
    await refusesAndKeeps(() => submit(max, pathTo(app, 'bob', '/edit'), { groups }));
  });

  it('does not touch somebody with more rights who is deactivated or deleted (R61)', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.post(pathTo(app, 'rita', '/deactivation'));
    await refusesAndKeeps(() => max.send('delete', pathTo(app, 'rita', '/deactivation')));
    await alice.post(pathTo(app, 'rita', '/deletion'));
    await refusesAndKeeps(() => max.send('delete', pathTo(app, 'rita', '/deactivation')));
  });

  it('is refused where the subject was given more rights while the form was open (R61)', async () => {
    const form = await max.get(pathTo(app, 'bob', '/edit'));
    const alice = await signedIn(app, 'alice');
    await submit(alice, pathTo(app, 'bob', '/edit'), { groups: await groupId(app, 'Auditors') });
    await refusesAndKeeps(() => send(max, form, { description: 'x' }));
  });

  it('is refused where they lost their own right while the form was open', async () => {
    const form = await max.get(pathTo(app, 'bob', '/edit'));
    const alice = await signedIn(app, 'alice');
    await submit(alice, pathTo(app, 'max', '/edit'), { groups: await groupId(app, 'Support') });
    await refusesAndKeeps(() => send(max, form, { description: 'x' }), 404);
  });

  it('gets to see no link that somebody else made (R61)', async () => {
    const alice = await signedIn(app, 'alice');
    await linkFor(app, 'carol', 'invitation', alice);
    expect(pageOf(await max.get(pathTo(app, 'carol'))).link()).toBeUndefined();
    // Nor one of their own where the rights of the invited grew in between.
    await max.post(pathTo(app, 'carol', '/invitation'));
    await submit(alice, pathTo(app, 'carol', '/edit'), { groups: await groupId(app, 'Auditors') });
    expect(pageOf(await max.get(pathTo(app, 'carol'))).link()).toBeUndefined();
  });

  it.each([
    ['an invitation', 'carol', 'invitation'],
    ['a password reset', 'bob', 'password-reset'],
  ] as const)(
    'cannot use %s of theirs to become somebody who was given more rights since (R61)',
    async (_, person, path) => {
      const made = await max.post(pathTo(app, person, `/${path}`));
      const link = new URL(pageOf(await max.get(made.headers.location)).link()!).pathname;
      const alice = await signedIn(app, 'alice');
      const groups = await groupId(app, 'Administrators');
      expect((await submit(alice, pathTo(app, person, '/edit'), { groups })).status).toBe(303);
      const before = (await userRow(app, app.people[person])).password_hash;
      const thief = new Session(app);
      const first = await thief.get(link);
      const password = 'nine slow tractors hum';
      if (first.status === 303) {
        await thief.get(first.headers.location);
        await thief.post(first.headers.location.replace(/\/new$/, ''), { password, repeated: password });
      }
      expect((await userRow(app, app.people[person])).password_hash).toBe(before);
    },
  );

  it('takes from nobody a group that they could not give (R62)', async () => {
    const group_id = Number(await groupId(app, 'Support'));
    const rights = { group_id, application: 'time-sheets', level: 'read' };
    await app.db.write((trx) => trx('group_permissions').insert(rights));
    const saved = await submit(max, pathTo(app, 'bob', '/edit'), { groups: [], description: 'without groups' });
    expect(saved.status).toBe(303);
    expect(await userRow(app, app.people.bob)).toMatchObject({ description: 'without groups' });
    expect(await app.db.read('memberships').where('user_id', app.people.bob).pluck('group_id')).toEqual([group_id]);
  });

  it('does not take themself the rights by which they act', async () => {
    const before = await factsBesideAudit(app);
    const refused = await submit(max, pathTo(app, 'max', '/edit'), { groups: await groupId(app, 'Support') });
    expect([refused.status, Object.keys(pageOf(refused).errors())]).toEqual([422, ['groups']]);
    expect(await factsBesideAudit(app)).toEqual(before);
  });
});
