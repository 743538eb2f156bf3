import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { ROUTES } from '../../src/api/routes.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { facts } from '../support/database.ts';
import { ABOUT, called, Described } from '../support/described.ts';
import { groupId } from '../support/people.ts';
import { type Program, programAs } from '../support/program.ts';

const MAILING = { SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'roster@example.com' };

let app: TestApp;
let program: Program;
let support: string;
let described: Described;

beforeAll(async () => {
  app = await startApp({ ...MAILING, TOKEN_REQUESTS: '100000' });
  program = await programAs(app, 'alice');
  described = new Described(program);
  support = await groupId(app, 'Support');
});
afterAll(() => app.close());

const ask: Described['ask'] = (...words) => described.ask(...words);

describe('users, for programs', () => {
  it('are listed by the filters, the search and the pages of people', async () => {
    const all = await ask('get /users', '/users?activity=active&per=25&sort=-name');
    const rows = await app.db.read('users').where('activity', 'active').orderBy('sort_name', 'desc').select('name');
    expect(all.body.items.map(({ name }: { name: string }) => name)).toEqual(rows.map(({ name }) => name).slice(0, 25));
    expect(all.body.total).toBe(rows.length);
    expect((await ask('get /users', '/users?state=api-only')).body.items[0]).toMatchObject({ name: 'robin' });
    expect((await ask('get /users', '/users?q=len')).body.items.map(({ name }: { name: string }) => name)).toContain(
      'lena',
    );
    for (const wrong of ['state=wrong', 'colour=red', 'per=7', 'sort=shoe'])
      expect([wrong, (await ask('get /users', `/users?${wrong}`)).status]).toEqual([wrong, 422]);
    expect((await ask('get /users/{id}', '/users/999999')).status).toBe(404);
    expect((await ask('get /users/{id}', '/users/abc')).status).toBe(404);
  });

  it('are made, changed by the version that was read, and told with one entry for each mistake', async () => {
    const audit = await watchAudit(app);
    const made = await ask('post /users', '/users', {
      name: 'nora',
      email: 'nora@example.com',
      groups: [Number(support)],
      tags: ['night'],
      invite: true,
    });
    expect([made.status, made.headers.location]).toEqual([201, `/api/v1/users/${made.body.id}`]);
    expect(made.body).toMatchObject({ states: ['invited'], groups: [{ name: 'Support' }], tags: ['night'] });
    expect(JSON.stringify(made.body)).not.toContain('/invitations/');
    const path = `/users/${made.body.id}`;
    expect((await ask('get /users/{id}', path)).body).toEqual(made.body);
    expect((await ask('patch /users/{id}', path, { leavesAt: '2027-01-31' })).status).toBe(428);
    const stale = await ask('patch /users/{id}', path, { leavesAt: '2027-01-31' }, { 'If-Match': '"999"' });
    expect(stale.status).toBe(412);
    const { etag } = made.headers;
    const dates = { startsAt: '2026-12-01', leavesAt: '2027-01-31T18:00:00+01:00' };
    const changed = await ask('patch /users/{id}', path, dates, { 'If-Match': etag });
    expect(changed.body).toMatchObject({
      startsAt: '2026-12-01T00:00:00.000Z',
      leavesAt: '2027-01-31T17:00:00.000Z',
      states: expect.arrayContaining(['not-started']),
      tags: ['night'],
    });
    expect(changed.headers.etag).not.toBe(etag);
    expect((await audit.since()).map(({ action }) => action)).toEqual([
      'user.created',
      'invitation.issued',
      'user.updated',
    ]);
    const wrong = await ask('post /users', '/users', { name: 'a@b', email: 'x', leavesAt: '31.1.', colour: 'red' });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors.map(({ field }: { field: string }) => field).toSorted()).toEqual(
      ['colour', 'email', 'leavesAt', 'name'].toSorted(),
    );
    const integration = { reason: 'x', ownerId: app.people.alice, reviewOn: '2027-05-31' };
    const converted = await ask('patch /users/{id}', path, { apiOnly: integration }, { 'If-Match': '*' });
    expect(converted.status).toBe(403);
    const taken = await ask('post /users', '/users', { name: 'NORA', email: 'other@example.com' });
    expect([taken.status, taken.body.errors[0].field]).toEqual([422, 'name']);
    const person = await ask('post /users', '/users', { name: 'somebody' });
    expect([person.status, person.body.errors[0].field]).toEqual([422, 'email']);
    const orphan = { reason: 'x', ownerId: app.people.dave, reviewOn: '2027-05-31' };
    const unowned = await ask('post /users', '/users', { name: 'stray', apiOnly: orphan });
    expect([unowned.status, unowned.body.errors[0].field]).toEqual([422, 'apiOnly.ownerId']);
    const own = { reason: 'Reads stock', ownerId: app.people.alice, reviewOn: '2027-05-31' };
    expect((await ask('post /users', '/users', { name: 'stock', apiOnly: own })).body).toMatchObject({ email: null });
  });

  it('are made once by one Idempotency-Key, however often it is sent', async () => {
    const key = { 'Idempotency-Key': 'k-1' };
    const body = { name: 'otto', email: 'otto@example.com' };
    const all = await Promise.all([1, 2, 3].map(() => ask('post /users', '/users', body, key)));
    expect(all.map(({ status, body: told }) => [status, told.id])).toEqual(all.map(() => [201, all[0].body.id]));
    expect(all.filter(({ headers }) => headers['idempotency-replayed']).length).toBe(2);
    expect((await ask('post /users', '/users', { ...body, name: 'other' }, key)).status).toBe(422);
    expect(await app.db.read('users').where('name', 'otto').select('id')).toHaveLength(1);
  });

  it('are not told once more to who may do less by then (R58)', async () => {
    const own = await startApp();
    try {
      const alice = await programAs(own, 'alice');
      const begun = await alice.send('post', '/bulk-operations', { on: 'users', action: 'confirm-access', ids: [1] });
      const again = () =>
        alice.ask('post', `/bulk-operations/${begun.body.id}/execution`, { 'Idempotency-Key': 'once' });
      expect([(await again()).status, (await again()).headers['idempotency-replayed']]).toEqual([200, 'true']);
      const scopes = JSON.stringify(['groups:read', 'confirm']);
      await own.db.write((trx) => trx('tokens').where('id', alice.tokenId).update({ scopes }));
      expect((await again()).status).toBe(422);
    } finally {
      await own.close();
    }
  });

  it('come into groups and out of them, and are done to what people do to them', async () => {
    const id = app.people.max;
    const groups = await groupId(app, 'Support');
    const path = `/users/${id}/groups/${groups}`;
    const nothing = await ask('put /users/{id}/groups/{group}', path, { until: '' });
    expect(nothing.body.errors).toEqual([{ field: 'until', detail: 'Say a moment, or null for none.' }]);
    await ask('put /users/{id}/groups/{group}', path, { until: '2027-01-31' });
    const put = await ask('put /users/{id}/groups/{group}', path, {});
    expect(put.body.groups).toContainEqual({ id: Number(groups), name: 'Support', until: '2027-02-01T00:00:00.000Z' });
    expect((await ask('put /users/{id}/groups/{group}', path, { until: null })).body.groups).toContainEqual({
      id: Number(groups),
      name: 'Support',
      until: null,
    });
    const out = await ask('delete /users/{id}/groups/{group}', path);
    expect(out.body.groups.map((one: { name: string }) => one.name)).not.toContain('Support');
    expect((await ask('delete /users/{id}/groups/{group}', path)).status).toBe(409);

    const bob = `/users/${app.people.bob}`;
    expect((await ask('post /users/{id}/deactivation', `${bob}/deactivation`)).body.activity).toBe('deactivated');
    expect((await ask('post /users/{id}/deactivation', `${bob}/deactivation`)).status).toBe(409);
    expect((await ask('delete /users/{id}/deactivation', `${bob}/deactivation`)).body.activity).toBe('active');
    expect((await ask('post /users/{id}/access-confirmation', `${bob}/access-confirmation`)).status).toBe(200);
    expect((await ask('delete /users/{id}/sessions', `${bob}/sessions`)).status).toBe(409);
    const carol = `/users/${app.people.carol}`;
    expect((await ask('post /users/{id}/invitation', `${carol}/invitation`)).status).toBe(200);
    expect((await ask('delete /users/{id}/invitation', `${carol}/invitation`)).body.states).toContain('not-invited');
    const erin = `/users/${app.people.erin}`;
    expect((await ask('delete /users/{id}/login-attempts', `${erin}/login-attempts`)).status).toBe(200);
    expect((await ask('post /users/{id}/deletion', `${erin}/deletion`)).body.activity).toBe('deleted');
    const self = await ask('post /users/{id}/deletion', `/users/${app.people.alice}/deletion`);
    expect([self.status, self.body.detail]).toEqual([403, expect.stringContaining('nobody deletes themself')]);
  });

  it('have no passwords and factors here, and no tokens that are made', () => {
    const paths = ROUTES.map(({ path }) => path).join(' ');
    expect(paths).not.toMatch(/password|factor|securing|rotation/);
    const ofTokens = ROUTES.filter(({ path }) => path.includes('tokens')).map(({ method }) => method);
    expect(ofTokens).toEqual(['get', 'delete']);
  });
});

describe('groups and the audit, for programs', () => {
  it('are listed and read, and groups made and changed', async () => {
    const made = await ask('post /groups', '/groups', { name: 'Robots', tags: ['machines'] });
    expect(made.body).toMatchObject({ name: 'Robots', permissions: {}, tags: ['machines'] });
    const path = `/groups/${made.body.id}`;
    const changed = await ask('patch /groups/{id}', path, { description: 'x' }, { 'If-Match': made.headers.etag });
    expect(changed.body.description).toBe('x');
    expect((await ask('post /groups/{id}/deactivation', `${path}/deactivation`)).body.activity).toBe('deactivated');
    expect((await ask('delete /groups/{id}/deactivation', `${path}/deactivation`)).body.activity).toBe('active');
    expect((await ask('post /groups/{id}/deletion', `${path}/deletion`)).body.activity).toBe('deleted');
    expect((await ask('get /groups', '/groups?q=Supp')).body.items[0].name).toBe('Support');
    expect((await ask('get /groups/{id}', path)).status).toBe(200);

    const events = await ask('get /audit', '/audit?action=group.created');
    expect(events.body.items[0]).toMatchObject({ action: 'group.created', subject: { type: 'group', name: 'Robots' } });
    expect((await ask('get /audit/{id}', `/audit/${events.body.items[0].id}`)).body).toEqual(events.body.items[0]);
    expect((await ask('get /audit', '/audit?action=nothing')).status).toBe(422);
    const first = await ask('get /audit', '/audit');
    if (first.body.next) expect((await program.get(first.body.next.slice('/api/v1'.length))).status).toBe(200);
  });

  it('answer whether somebody has a right, with the reasons, at this moment', async () => {
    const check = (user: string, application: string, access: string) =>
      ask('get /check', `/check?${new URLSearchParams({ user, application, access })}`);
    expect((await check('alice', 'users', 'write')).body).toMatchObject({ allowed: true, level: 'write' });
    expect((await check(String(app.people.alice), 'users', 'read')).body.allowed).toBe(true);
    expect((await check('rita', 'users', 'write')).body).toMatchObject({ allowed: false, level: 'read' });
    expect((await check('dave', 'users', 'read')).body).toMatchObject({
      allowed: false,
      reasons: expect.arrayContaining([expect.stringContaining('deactivated')]),
    });
    expect((await check('nobody', 'users', 'read')).body).toMatchObject({ allowed: false, user: null });
    expect((await check('alice', 'nowhere', 'read')).status).toBe(422);
    expect((await check('alice', 'users', 'delete')).status).toBe(422);
    // Called like the number of somebody who may.
    const number = String(app.people.ada);
    expect((await ask('post /users', '/users', { name: number, email: 'number@example.com' })).status).toBe(201);
    expect((await check(number, 'users', 'read')).status).toBe(422);
    expect((await check('number@example.com', 'users', 'read')).body).toMatchObject({ allowed: false });
    expect((await check('ada', 'users', 'read')).body).toMatchObject({ allowed: true });
    const question = { user: 'alice', application: 'users', access: 'read' };
    const many = await ask('post /checks', '/checks', { checks: [question, { ...question, user: 'bob' }] });
    expect(many.body.checks.map((one: { allowed: boolean }) => one.allowed)).toEqual([true, false]);
    const without = await programAs(app, 'alice', ['users:read']);
    expect((await without.get('/check?user=alice&application=users&access=read')).status).toBe(403);
  });
});

describe('events, for programs', () => {
  it('come one after the other, and lead on', async () => {
    const first = await ask('get /events', '/events?limit=2&kind=user.created&kind=user.updated');
    expect(first.body.items).toHaveLength(2);
    expect((await ask('get /events', first.body.next.replace('/api/v1', ''))).status).toBe(200);
  });
});

describe('the description', () => {
  it('has every route, each of which is seen to work by one of the tests', async () => {
    const { body } = await supertest(app.url).get('/api/v1/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const told = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(told.toSorted()).toEqual(ROUTES.map(called).toSorted());
    const files = readdirSync(import.meta.dirname);
    expect(Object.keys(ABOUT).filter((file) => !files.includes(file))).toEqual([]);
    expect([...new Set(ROUTES.map(({ tag }) => tag))].toSorted()).toEqual(Object.values(ABOUT).flat().toSorted());
    expect(described.unseen('interface.test.ts')).toEqual(['delete /users/{id}/sessions']);
    const refs = [...JSON.stringify(body).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    const there = Object.keys(body.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect([...new Set(refs)].filter((ref) => !there.includes(ref))).toEqual([]);
    expect(JSON.stringify(body)).not.toContain('$defs');
    const ids = Object.values(body.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      (methods) => Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('what makes no sense', () => {
  it('is refused in words, never by a mistake of ours, and changes nothing', async () => {
    const before = await facts(app);
    const raw = (type: string, text: string) => program.ask('post', '/users').set('Content-Type', type).send(text);
    const answers = [
      await raw('application/json', '{'),
      await raw('application/json', '[]'),
      await raw('application/json', '"x"'),
      await raw('application/json', '{"__proto__": {"name": "x"}, "constructor": 1}'),
      await raw('application/json', '{"name": "a\\u0000b", "email": "a@example.com"}'),
      await raw('application/json', '{"name": "a\\ud800b", "email": "a@example.com"}'),
      await raw('application/json', '{"name": ["a"], "email": {}, "groups": "x"}'),
      await raw('application/json', `{"name": "${'x'.repeat(300_000)}"}`),
      await raw('application/x-www-form-urlencoded', 'name=x'),
      await raw('text/plain', '{}'),
      await program.ask('put', '/users'),
      await program.get('/nowhere'),
      await program.get('/users/1/factors'),
      await program.get('/users?q=%00'),
      await program.get('/users?after=x&after=y'),
      await program.get('/audit?before=x'),
      await program.get('/users/%E0%A4%A'),
      await program.ask('post', '/users', { 'Idempotency-Key': ' ' }).send({ name: 'x', email: 'x@example.com' }),
      await program.ask('patch', '/users/1', { 'If-Match': 'W/"5"' }).send({}),
    ];
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    expect(statuses.at(-1)).toBe(412);
    // Also where nothing is said of a body, which is kept with the key all the same.
    const deep = '['.repeat(60_000) + ']'.repeat(60_000);
    for (const path of ['/users', `/users/${app.people.bob}/deactivation`]) {
      const headers = { 'Idempotency-Key': 'deep', 'Content-Type': 'application/json' };
      expect((await program.ask('post', path, headers).send(deep)).status).toBe(400);
    }
    expect(statuses.slice(0, 16)).toEqual([
      400, 422, 400, 422, 400, 400, 422, 413, 415, 415, 405, 404, 404, 200, 422, 422,
    ]);
    expect(answers.every(({ text }) => !/ at .*\.ts/.test(text))).toBe(true);
    const changed = Object.entries(await facts(app)).filter(
      ([table, rows]) => JSON.stringify(rows) !== JSON.stringify(before[table]),
    );
    expect(changed.map(([table]) => table)).toEqual([]);
  });
});
