import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { submit } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

describe('why somebody has a right', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp({ SESSION_IDLE: '1440', SESSION_MAX: '240' });
    alice = await signedIn(app, 'alice');
    await allow('Support', 'contacts', 'write');
  });
  afterEach(() => app.close());

  const allow = async (group: string, application: string, level: string) => {
    const row = { group_id: Number(await groupId(app, group)), application, level };
    await app.db.write((trx) => trx('group_permissions').insert(row).onConflict(['group_id', 'application']).merge());
  };
  const setActivity = (name: string, activity: string) =>
    app.db.write((trx) => trx('groups').where({ name }).update({ activity }));
  const asked = async (user: string, application: string, level: string, viewer = alice) => {
    const answer = await viewer.get(`/applications?user=${user}&application=${application}&level=${level}`);
    return pageOf(await viewer.get(answer.headers.location));
  };
  const answerTo = async (user: string, application: string, level: string) =>
    (await asked(user, application, level)).textOf('#answer');

  it('stands on the record: each right with the group, since when, by whom and until when', async () => {
    await app.db.write((trx) => trx('memberships').where('user_id', app.people.bob).delete());
    await alice.post(`/groups/${await groupId(app, 'Support')}/members`, {
      list: 'bob',
      untilAt: '2026-11-30',
      confirmed: 'yes',
    });
    const section = 'section:has(#effective-permissions)';
    const record = pageOf(await alice.get(pathTo(app, 'bob')));
    expect(record.texts(`${section} h3`)).toEqual(['Contacts write']);
    expect(record.texts(`${section} li`)).toEqual([
      'through Support write member since 22 Nov 2026, 12:00 UTC by alice, until 30 Nov 2026 (UTC)',
    ]);
  });

  it('is told for a right and a user, by name or email', async () => {
    expect(await answerTo('bob', 'contacts', 'write')).toBe('Yes: bob may write on Contacts.');
    expect(await answerTo('BOB@example.com', 'contacts', 'read')).toBe('Yes: bob may read on Contacts.');
    const unknown = await alice.get('/applications?user=nobody&application=users');
    expect([unknown.status, pageOf(unknown).errors()]).toEqual([
      422,
      { user: 'There is no user with this name or email.' },
    ]);
    expect((await alice.get('/applications?user=bob&application=nothing')).status).toBe(404);
  });

  it('is told for no as well: each thing that stands in the way', async () => {
    expect(await answerTo('rita', 'contacts', 'write')).toBe(
      'No: rita may not write on Contacts. Groups grant it, but this user is in none of them.',
    );
    await setActivity('Support', 'deactivated');
    expect(await answerTo('bob', 'contacts', 'write')).toBe(
      'No: bob may not write on Contacts. The group Support grants it, but is deactivated.',
    );
    await setActivity('Support', 'deleted');
    expect(await answerTo('bob', 'contacts', 'read')).toBe(
      'No: bob may not read on Contacts. The group Support grants it, but is deleted.',
    );
    // It is of no use to who is not in it.
    const others = await asked('max', 'contacts', 'write');
    expect(others.textOf('main')).not.toContain('Support');
    await setActivity('Support', 'active');
    await app.db.write((trx) => trx('memberships').where('user_id', app.people.bob).update({ until_on: '2026-11-22' }));
    expect(await answerTo('bob', 'contacts', 'write')).toMatch(/^Yes/);
    app.clock.advance(DAY);
    alice = await signedIn(app, 'alice');
    expect(await answerTo('bob', 'contacts', 'write')).toBe(
      'No: bob may not write on Contacts. The group Support grants it, but the membership has ended.',
    );
    await app.db.write((trx) => trx('group_permissions').where('application', 'audit').delete());
    expect(await answerTo('alice', 'audit', 'read')).toBe(
      'No: alice may not read on Audit. No group grants read on it.',
    );
  });

  it('agrees with what the user may really do', async () => {
    await app.db.write((trx) =>
      trx('memberships')
        .insert({ user_id: app.people.max, group_id: 3, granted_at: '2026-01-01T00:00:00.000Z' })
        .onConflict(['user_id', 'group_id'])
        .ignore(),
    );
    for (const person of ['alice', 'max', 'rita', 'bob', 'lena'] as const) {
      const session = await signedIn(app, person);
      for (const [application, path] of [
        ['users', '/users'],
        ['groups', '/groups'],
        ['audit', '/audit'],
      ])
        expect([person, application, (await session.get(path)).status === 200]).toEqual([
          person,
          application,
          (await answerTo(person, application, 'read')).startsWith('Yes'),
        ]);
    }
  });

  it('says that a right is of no use to whoever is not let in', async () => {
    const notice = async (user: string) =>
      (await asked(user, 'contacts', 'write')).texts('main > .message.warn:not(#answer)');
    expect(await notice('bob')).toEqual([]);
    expect(await notice('dave')).toEqual(['dave is deactivated, so none of this can be used.']);
    expect(await notice('robin')).toEqual(['robin is API-only: these rights bound its tokens, and open no page.']);
  });

  it('names no other groups to who may not read groups', async () => {
    const max = await signedIn(app, 'max');
    const page = pageOf(await max.get(pathTo(app, 'bob', '/permissions?application=users&level=read')));
    expect(page.textOf('main')).not.toMatch(/Administrators|Auditors/);
    expect(page.textOf('#answer')).toMatch(/^No/);
  });
});

describe('who has a right', () => {
  let app: TestApp;
  let alice: Session;
  beforeEach(async () => {
    app = await startApp();
    alice = await signedIn(app, 'alice');
  });
  afterEach(() => app.close());

  const holders = async (query: string) =>
    pageOf(await alice.get(`/applications/${query}`)).texts('#holders ~ .rows > li');

  it('is listed for each application and level, with the groups it comes through', async () => {
    expect(await holders('users?level=read')).toEqual([
      'ada write through Administrators',
      'alice write through Administrators',
      'max write through Helpdesk',
      'rita read through Auditors',
    ]);
    expect(await holders('settings?level=write')).toEqual([
      'ada write through Administrators',
      'alice write through Administrators',
    ]);
  });

  it('leaves out who is not active, whose membership has ended and what is not active, and is nobody where nothing grants it', async () => {
    await app.db.write((trx) => trx('users').where('id', app.people.ada).update({ activity: 'deactivated' }));
    await app.db.write((trx) =>
      trx('memberships').where('user_id', app.people.rita).update({ until_on: '2026-11-21' }),
    );
    await app.db.write((trx) => trx('groups').where('name', 'Helpdesk').update({ activity: 'deactivated' }));
    expect(await holders('users?level=read')).toEqual(['alice write through Administrators']);
    await submit(alice, '/applications/new', { key: 'rooms', name: 'Rooms' });
    await app.db.write((trx) => trx('group_permissions').where('application', 'rooms').delete());
    expect(await holders('rooms')).toEqual([]);
    expect(pageOf(await alice.get('/applications/rooms')).textOf('[role="status"]')).toBe('0 active users may read.');
    expect((await alice.get('/applications/rooms/holders.csv')).text.trim().split('\n').length).toBe(1);
  });

  it('is a file as well, with nothing in it that a table would take for a formula', async () => {
    await app.db.write((trx) => trx('groups').where('name', 'Helpdesk').update({ name: '=cmd()' }));
    const csv = await alice.get('/applications/users/holders.csv?level=write');
    expect(csv.headers['content-type']).toMatch(/^text\/csv/);
    expect(csv.text.replace('\uFEFF', '').trim().split('\r\n')).toEqual([
      'Name,System email,Permission,Through',
      'ada,ada@example.com,write,Administrators',
      'alice,alice@example.com,write,Administrators',
      `max,max@example.com,write,"'=cmd()"`,
    ]);
  });
});
