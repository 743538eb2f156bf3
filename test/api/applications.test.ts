import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { Described } from '../support/described.ts';
import { giveFactor } from '../support/factor.ts';
import { groupId } from '../support/people.ts';
import { EVERY_SCOPE, programAs } from '../support/program.ts';

let app: TestApp;
let described: Described;
let admins: number;

beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  described = new Described(await programAs(app, 'alice'));
  admins = Number(await groupId(app, 'Administrators'));
});
afterAll(() => app.close());

const ask: Described['ask'] = (...words) => described.ask(...words);
const fieldOf = ({ status, body }: { status: number; body: { errors?: { field: string }[] } }) => [
  status,
  body.errors?.[0].field,
];
const WIKI = '/applications/{application}';

describe('applications, for programs', () => {
  it('are registered, read, named otherwise by the version that was read, and taken away', async () => {
    const audit = await watchAudit(app);
    const made = await ask('post /applications', '/applications', { key: 'wiki', name: 'Wiki', groupId: admins });
    expect(made.headers.location).toBe('/api/v1/applications/wiki');
    const listed = (await ask('get /applications', '/applications')).body.items;
    expect(listed.map(({ key }: { key: string }) => key)).toEqual([
      'users',
      'groups',
      'contacts',
      'audit',
      'settings',
      'wiki',
    ]);
    const { headers, body } = await ask(`get ${WIKI}`, '/applications/wiki');
    expect(body).toEqual(made.body);
    const change = { description: 'What we know.' };
    expect((await ask(`patch ${WIKI}`, '/applications/wiki', change)).status).toBe(428);
    const changed = await ask(`patch ${WIKI}`, '/applications/wiki', change, { 'If-Match': headers.etag });
    expect(changed.body).toMatchObject({ name: 'Wiki', ...change, version: body.version + 1 });
    const stale = await ask(`patch ${WIKI}`, '/applications/wiki', change, { 'If-Match': headers.etag });
    expect(stale.status).toBe(412);
    const narrow = await programAs(app, 'alice', ['settings:write']);
    expect((await narrow.ask('delete', '/applications/wiki')).status).toBe(403);
    expect((await ask(`delete ${WIKI}`, '/applications/wiki')).body).toMatchObject({ key: 'wiki' });
    expect((await ask(`get ${WIKI}`, '/applications/wiki')).status).toBe(404);
    const done = (await audit.since()).map(({ action }) => action);
    expect(done.filter((action) => action !== 'request.refused')).toEqual([
      'application.registered',
      'group.permissions-changed',
      'application.updated',
      'group.permissions-changed',
      'application.deleted',
    ]);
  });

  it('are refused where the page refuses them', async () => {
    const register = (body: object) => ask('post /applications', '/applications', body);
    const shop = { key: 'shop', name: 'Shop', groupId: admins };
    expect(fieldOf(await register({ ...shop, key: 'Shop!' }))).toEqual([422, 'key']);
    expect(fieldOf(await register({ ...shop, key: 'users' }))).toEqual([422, 'key']);
    expect(fieldOf(await register({ ...shop, name: ' ' }))).toEqual([422, 'name']);
    expect(fieldOf(await register({ ...shop, groupId: 999_999 }))).toEqual([422, 'groupId']);
    expect(fieldOf(await register({ ...shop, groupId: [admins] }))).toEqual([422, 'groupId']);
    expect((await register(shop)).status).toBe(201);
    expect(fieldOf(await register(shop))).toEqual([422, 'key']);
    const users = '/applications/users';
    expect((await ask(`patch ${WIKI}`, users, { name: 'x' }, { 'If-Match': '*' })).status).toBe(403);
    expect((await ask(`delete ${WIKI}`, users)).status).toBe(403);
    expect((await ask(`delete ${WIKI}`, '/applications/%F0%9F%91%BB')).status).toBe(404);
    const bob = await programAs(app, 'bob');
    expect((await bob.get('/applications')).status).toBe(403);
    expect((await bob.send('post', '/applications', { ...shop, key: 'bobs' })).status).toBe(403);
    expect((await bob.ask('delete', '/applications/shop')).status).toBe(403);
    const reading = await programAs(app, 'alice', ['groups:read', 'users:read', 'settings:read']);
    expect((await reading.get('/applications/shop')).status).toBe(200);
    expect((await reading.send('post', '/applications', { ...shop, key: 'more' })).status).toBe(403);
    const half = await programAs(app, 'alice', ['groups:read']);
    expect((await half.get('/applications')).status).toBe(403);
    expect(described.unseen('applications.test.ts')).toEqual([]);
  });
});

describe('groups, for programs', () => {
  it('have a leader and demand a second factor, from the beginning or later', async () => {
    const { bob, carol } = app.people;
    const unequipped = await ask('post /groups', '/groups', { name: 'Vault', requiresSecondFactor: true });
    expect(fieldOf(unequipped)).toEqual([422, 'requiresSecondFactor']);
    await giveFactor(app, 'alice');
    const body = { name: 'Vault', leaderId: bob, requiresSecondFactor: true };
    const made = await ask('post /groups', '/groups', body);
    expect(made.body).toMatchObject({ leader: { id: bob, name: 'bob' }, requiresSecondFactor: true });
    const path = `/groups/${made.body.id}`;
    const any = { 'If-Match': '*' };
    const change = (fields: object) => ask('patch /groups/{id}', path, fields, any);
    expect((await change({ leaderId: null, requiresSecondFactor: false })).body).toMatchObject({
      leader: null,
      requiresSecondFactor: false,
    });
    expect(fieldOf(await change({ leaderId: carol }))).toEqual([422, 'leaderId']);
    expect(fieldOf(await change({ requiresSecondFactor: 'yes' }))).toEqual([422, 'requiresSecondFactor']);
    expect((await change({ leaderId: bob })).body.leader.name).toBe('bob');
    const unknown = { name: 'Other', leaderId: 999_999 };
    expect(fieldOf(await ask('post /groups', '/groups', unknown))).toEqual([422, 'leaderId']);
    await change({ leaderId: null });
    const groupsOnly = await programAs(
      app,
      'alice',
      EVERY_SCOPE.filter((scope) => !scope.startsWith('users')),
    );
    // The same whether there is such a user or not: it must not tell who exists.
    for (const leaderId of [bob, 999_999])
      for (const refused of [
        await groupsOnly.send('post', '/groups', { name: 'Other', leaderId }),
        await groupsOnly.send('patch', path, { leaderId }, any),
      ])
        expect([leaderId, refused.status, refused.body.errors?.[0].field]).toEqual([leaderId, 403, 'leaderId']);
  });
});
