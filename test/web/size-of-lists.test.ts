import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { recordChanges } from '../../src/audit/audit-store.ts';
import { DAY, instant } from '../../src/clock.ts';
import { contactColumns } from '../../src/contacts/contact-columns.ts';
import { nameColumns } from '../../src/users/user-columns.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { programAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd, addGroups } from '../support/crowd.ts';
import { pageOf } from '../support/page.ts';
import { type Session, signedIn } from '../support/session.ts';

/** What a page of 50 rows may weigh before it is compressed. */
const MOST = 45 * 1024;
const LISTS: [path: string, rows: string][] = [
  ['/users', 'tbody tr'],
  ['/contacts', 'tbody tr'],
  ['/groups', 'tbody tr'],
  ['/invitations', 'tbody tr'],
  ['/audit', '.event'],
];

/** Users with long names, each with three groups, three tags and an invitation; and as many events. */
async function house(users: number, groups: number): Promise<TestApp> {
  const app = await startApp();
  await addCrowd(app, users);
  await addGroups(app, groups);
  await app.db.write(async (trx) => {
    const ids: number[] = await trx('users').whereNot('name', 'alice').orderBy('id').pluck('id');
    const groupIds: number[] = await trx('groups').whereLike('name', 'Team %').orderBy('id').limit(20).pluck('id');
    const tagIds: number[] = await trx('tags').orderBy('id').pluck('id');
    await trx('memberships').whereIn('user_id', ids).delete();
    await trx('user_tags').delete();
    await trx('outbox').delete();
    await trx('links').delete();
    for (const [n, id] of groupIds.entries())
      await trx('groups')
        .where({ id })
        .update({
          name: `Field Service Göteborg ${n}`,
          description: 'Everybody who works in the field service of Göteborg.',
          leader_id: ids[n],
        });
    const at = new Date(app.clock.now()).toISOString();
    for (const [n, id] of ids.entries()) {
      const name = `maximiliane.hohenstein-${id}`;
      await trx('users')
        .where({ id })
        .update({
          name,
          email: `${name}@example.com`,
          activity: 'active',
          group_count: 3,
        });
      for (const one of [0, 1, 2]) {
        const group_id = groupIds[(n + one) % groupIds.length];
        await trx('memberships').insert({ user_id: id, group_id, granted_at: at });
        await trx('user_tags').insert({ user_id: id, tag_id: tagIds[(n + one) % tagIds.length] });
      }
      await trx('links').insert({
        purpose: 'invitation',
        user_id: id,
        nonce: `nonce ${id}`,
        token_hash: `hash ${id}`,
        channel: 'mail',
        created_by: ids[(n + 1) % ids.length],
        created_at: at,
        expires_at: '2026-12-01T12:00:00.000Z',
      });
    }
    await trx('contacts').update({ email: 'maximiliane.hohenstein@example.com', phones: '["+49 30 1234567"]' });
    const act = programAct(actSettings(app.config), {
      id: app.people.alice,
      name: 'alice',
      at,
      address: '192.168.178.201',
      requestId: 'a4c5d6e7f809',
    });
    await recordChanges(
      trx,
      act,
      ids.slice(0, 60).map((id) => ({
        action: 'user.updated',
        subjectType: 'user' as const,
        subjectId: id,
        subjectName: `maximiliane.hohenstein-${id}`,
        before: { email: `maximiliane${id}@example.com`, leavesAt: null, tags: ['remote', 'on-site'] },
        after: { email: `maximiliane.hohenstein${id}@example.com`, leavesAt: '2027-01-01', tags: ['remote'] },
      })),
    );
  });
  return app;
}

/** The same with all that a row can tell: a contact, more groups than it names, a login, and activity on another day. One group and one tag have all of them. */
async function fullHouse(): Promise<TestApp> {
  const app = await house(120, 60);
  const ago = (days: number) => instant(app.clock.now() - days * DAY);
  await app.db.write(async (trx) => {
    const users: { id: number }[] = await trx('users').whereLike('name', 'maximiliane%').select('id');
    const [all, ...others]: number[] = await trx('groups').whereLike('name', 'Field%').orderBy('id').pluck('id');
    const tag = await trx('tags').min('id as id').first();
    for (const id of others)
      await trx('groups')
        .where({ id })
        .update({ name: `Logistics Berlin ${id}` });
    await trx('memberships').whereNot('user_id', app.people.alice).delete();
    await trx('user_tags').delete();
    for (const { id } of users) {
      const [name, contact] = [`maria.alvarez-${id}`, `Mara Lindqvist ${id}`];
      const [linked] = await trx('contacts')
        .insert({ kind: 'person', ...contactColumns({ name: contact, emails: [], phones: [] }), created_at: ago(90) })
        .returning('id');
      await trx('users')
        .where({ id })
        .update({
          ...nameColumns({ name, email: `${name}@example.com` }, { name: contact, isPublic: true }),
          contact_id: linked.id,
          group_count: 5,
          last_login_at: ago(3 + (id % 20)),
          last_activity_at: ago(2),
        });
      for (const n of [0, 1, 2, 3])
        await trx('memberships').insert({
          user_id: id,
          group_id: others[(id + n) % others.length],
          granted_at: ago(90),
        });
      await trx('memberships').insert({ user_id: id, group_id: all, granted_at: ago(90) });
      await trx('user_tags').insert({ user_id: id, tag_id: tag!.id });
    }
  });
  return app;
}

describe('a page of 50 rows that tell all they can', () => {
  let app: TestApp;
  let alice: Session;
  let ids: string[];
  beforeAll(async () => {
    app = await fullHouse();
    alice = await signedIn(app, 'alice');
    ids = (await app.db.read('users').whereLike('name', 'maria%').orderBy('id').limit(50).pluck('id')).map(String);
  });
  afterAll(() => app.close());

  const sizeOf = async (path: string, rows: string) => {
    const response = await alice.get(path);
    expect(pageOf(response).$(rows).length).toBe(50);
    return Buffer.byteLength(response.text);
  };
  const inBulk = async (action: string, of: string[]) => {
    const { headers } = await alice.post('/bulk-operations', { action, subject: 'user', ids: of });
    await alice.post(`${headers.location}/execution`);
    return headers.location;
  };

  // Each mark has its tags, and each link says the whole view.
  it.each([
    ['as it opens', 'sort=-name', MOST + 1024],
    ['with what a search marks in name, email and contact', 'q=maria+example+lindqvist', MOST + 3 * 1024],
    [
      'with a search and a filter of each kind',
      'q=maria+example+lind&activity=active&state=no-second-factor&tag=TAG&group=GROUP',
      MOST + 7 * 1024,
    ],
  ])('weighs no more than it has to: %s', async (_, query, most) => {
    const [{ tag }] = await app.db.read('user_tags').min('tag_id as tag');
    const [{ group }] = await app.db.read('groups').whereLike('name', 'Field%').min('id as group');
    const path = `/users?${query.replace('TAG', tag).replace('GROUP', group)}`;
    const full = `tbody tr:has(small):has(p a[href$="/groups"]):has(a[href^="/contacts/"])${query.startsWith('q') ? ':has(th mark):has(td mark)' : ''}`;
    expect(await sizeOf(path, full)).toBeLessThanOrEqual(most);
  });

  it('weighs as little where it lists members, operations, what one of them did, and saved views', async () => {
    const { id: group } = await app.db.read('groups').whereLike('name', 'Field%').orderBy('id').first('id');
    const report = await inBulk('confirm-access', ids);
    const sizes = {
      members: await sizeOf(`/groups/${group}`, '.member'),
      report: await sizeOf(report, '.report li'),
    };
    for (let n = 1; n < 50; n++) await inBulk(n % 2 ? 'deactivate' : 'activate', ids.slice(0, 5));
    for (let n = 0; n < 50; n++)
      await alice.post('/saved-views', { name: `People of the north ${n}`, path: '/users?q=maria&activity=active' });
    const all = {
      ...sizes,
      operations: await sizeOf('/bulk-operations', '.rows > li'),
      audit: await sizeOf('/audit', '.timeline > li > ol > .event'),
      // Four buttons each, which say of which view they are.
      views: (await sizeOf('/saved-views', '.saved-view')) - 2 * 1024,
    };
    expect(Object.entries(all).filter(([, size]) => size > MOST)).toEqual([]);
  });
});

describe('a page of 50 rows', () => {
  let app: TestApp;
  let larger: TestApp;
  let [alice, other]: Session[] = [];
  beforeAll(async () => {
    app = await house(120, 60);
    larger = await house(600, 400);
    alice = await signedIn(app, 'alice');
    other = await signedIn(larger, 'alice');
  });
  afterAll(async () => {
    await app.close();
    await larger.close();
  });

  it.each(LISTS)('weighs no more than it has to, however long the names are: %s', async (path, rows) => {
    const { text } = await alice.get(path);
    expect(pageOf({ text }).$(rows).length).toBe(50);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST);
  });

  it.each(['a', 'e a'])('weighs so with what a search marks in it as well: %s', async (q) => {
    for (const [path, rows] of LISTS.slice(0, -1)) {
      const { text } = await alice.get(`${path}?${new URLSearchParams({ q })}`);
      expect(pageOf({ text }).$(rows).length).toBe(50);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST);
    }
  });

  it.each(LISTS)('is no larger where there are more users and groups: %s', async (path, rows) => {
    const [small, large] = [(await alice.get(path)).text, (await other.get(path)).text];
    expect(pageOf({ text: large }).$(rows).length).toBe(50);
    expect(Buffer.byteLength(large)).toBeLessThanOrEqual(MOST);
    // The ids of more are longer.
    expect(Buffer.byteLength(large)).toBeLessThan(Buffer.byteLength(small) * 1.05);
  });

  it('comes as less where htmx asks for the list alone', async () => {
    const part = await alice.get('/users', { 'HX-Request': 'true', 'HX-Target': 'div#users-list' });
    expect(pageOf(part).$('tbody tr').length).toBe(50);
    expect(Buffer.byteLength(part.text)).toBeLessThan(Buffer.byteLength((await alice.get('/users')).text));
  });
});
