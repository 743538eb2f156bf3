import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { Described } from '../support/described.ts';
import { groupId } from '../support/people.ts';
import { EVERY_SCOPE, programAs } from '../support/program.ts';

let app: TestApp;
let described: Described;
let path: string;
let support: number;

beforeAll(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
  described = new Described(await programAs(app, 'alice'));
  support = Number(await groupId(app, 'Support'));
  path = `/groups/${support}/permissions`;
});
afterAll(() => app.close());

const ask: Described['ask'] = (...words) => described.ask(...words);
const levelOf = ({ body }: { body: { items: { application: string; level: string }[] } }, key: string) =>
  body.items.find(({ application }) => application === key)?.level;

describe('the permissions of a group, for programs', () => {
  it('are read, granted and withdrawn, each an operation that can be taken back', async () => {
    const read = await ask('get /groups/{id}/permissions', path);
    expect(read.body.items.map((one: { application: string }) => one.application)).toContain('settings');
    const audit = await watchAudit(app);
    const one = '/groups/{id}/permissions/{application}';
    const granted = await ask(`put ${one}`, `${path}/contacts`, { level: 'write' });
    expect(levelOf(granted, 'contacts')).toBe('write');
    expect(levelOf(await ask(`delete ${one}`, `${path}/contacts`), 'contacts')).toBe('none');
    expect((await audit.since()).map(({ action }) => action)).toEqual([
      'group.permissions-changed',
      'group.permissions-changed',
    ]);
    const last = await app.db.read('bulk_operations').orderBy('id', 'desc').first();
    expect([last.action, last.subject_type, last.finished_at !== null]).toEqual(['edit-permissions', 'group', true]);
  });

  it('are changed several at once by the version that was read', async () => {
    const { headers } = await ask('get /groups/{id}/permissions', path);
    const change = { permissions: { audit: 'read', contacts: 'read' } };
    expect((await ask('patch /groups/{id}/permissions', path, change)).status).toBe(428);
    const changed = await ask('patch /groups/{id}/permissions', path, change, { 'If-Match': headers.etag });
    expect([levelOf(changed, 'audit'), levelOf(changed, 'contacts')]).toEqual(['read', 'read']);
    const stale = await ask('patch /groups/{id}/permissions', path, change, { 'If-Match': headers.etag });
    expect(stale.status).toBe(412);
    const wrong = { permissions: { nowhere: 'none', audit: 'all' } };
    expect((await ask('patch /groups/{id}/permissions', path, wrong, { 'If-Match': '*' })).status).toBe(422);
    const unknown = { permissions: { nowhere: 'none' } };
    const answer = await ask('patch /groups/{id}/permissions', path, unknown, { 'If-Match': '*' });
    expect([answer.status, answer.body.errors[0].field]).toEqual([422, 'permissions.nowhere']);
    expect((await described.program.send('put', `${path}/nowhere`, { level: 'read' })).status).toBe(404);
    expect((await described.program.send('put', '/groups/99999/permissions/users', { level: 'read' })).status).toBe(
      404,
    );
    expect(described.unseen('permissions.test.ts')).toEqual([]);
  });

  it('are nobody’s to give who does not hold them, nor a token’s that does not open them', async () => {
    const max = await programAs(app, 'max');
    const before = await app.db.read('group_permissions').where('group_id', support).orderBy('application');
    expect((await max.send('put', `${path}/settings`, { level: 'write' })).status).toBe(403);
    const narrow = await programAs(app, 'alice', ['groups:write', 'confirm']);
    expect((await narrow.send('put', `${path}/users`, { level: 'write' })).status).toBe(403);
    expect(await app.db.read('group_permissions').where('group_id', support).orderBy('application')).toEqual(before);
  });
});

describe('what a page asks to confirm', () => {
  it('needs a scope of its own, and nothing is changed without it (R54)', async () => {
    const admins = Number(await groupId(app, 'Administrators'));
    const { alice, bob, ada } = app.people;
    const hasty = await programAs(
      app,
      'alice',
      EVERY_SCOPE.filter((scope) => scope !== 'confirm'),
    );
    const any = { 'If-Match': '*' };
    const audit = await watchAudit(app);
    const tried = [
      await hasty.send('put', `${path}/contacts`, { level: 'write' }),
      await hasty.send('delete', `${path}/contacts`, {}),
      await hasty.send('patch', path, { permissions: { contacts: 'write' } }, any),
      await hasty.send('patch', `/users/${bob}`, { email: 'new@example.com' }, any),
      await hasty.send('patch', `/users/${bob}`, { groups: [admins] }, any),
      await hasty.send('patch', `/users/${alice}`, { description: 'me' }, any),
      await hasty.send('post', '/users', { name: 'nora', email: 'nora@example.com', groups: [admins] }),
      await hasty.send('put', `/users/${bob}/groups/${admins}`, {}),
      await hasty.send('delete', `/users/${ada}/groups/${admins}`, {}),
    ];
    for (const answer of tried)
      expect([answer.status, answer.body.detail]).toEqual([403, expect.stringContaining('scope confirm')]);
    expect(new Set((await audit.since()).map(({ action }) => action))).toEqual(new Set(['request.refused']));
    expect((await hasty.send('patch', `/users/${bob}`, { description: 'him' }, any)).status).toBe(200);
    expect((await hasty.send('put', `/users/${bob}/groups/${support}`, {})).status).toBe(200);
  });
});
