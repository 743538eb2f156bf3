import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { factsBesideAudit } from '../support/database.ts';
import { send } from '../support/form.ts';
import { pageOf } from '../support/page.ts';
import { pathTo } from '../support/people.ts';
import { type Fields, Session, signedIn } from '../support/session.ts';

describe('a form whose session ended while it was typed', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  const endSessions = () => app.db.write((trx) => trx('sessions').delete());

  it.each<{ what: string; path: () => string; typed: Fields }>([
    { what: 'New User', path: () => '/users/new', typed: { name: 'nora', email: 'nora@example.com', tags: 'Rome' } },
    { what: 'a list that was pasted', path: () => '/users/new/list', typed: { text: 'nora@example.com' } },
    { what: 'New application', path: () => '/applications/new', typed: { key: 'shop', name: 'The shop' } },
    {
      what: 'New token',
      path: () => '/credentials/tokens/new',
      typed: { name: 'nightly', scopes: 'check', days: '7' },
    },
    {
      what: 'New webhook',
      path: () => '/webhooks/new',
      typed: { name: 'chat', address: 'https://chat.example.com/hook' },
    },
    { what: 'Save this view', path: () => '/saved-views/new', typed: { name: 'Mine', view: '/users?state=locked' } },
    {
      what: 'Add members',
      path: () => '/groups/2/members/new',
      typed: { list: 'bob@example.com', untilAt: '2027-01-31' },
    },
    { what: 'Leaving', path: () => pathTo(app, 'bob', '/leaving'), typed: { leavesAt: '2027-01-31' } },
    { what: 'Edit', path: () => pathTo(app, 'bob', '/edit'), typed: { name: 'bobby', description: 'typed with care' } },
  ])('is as it was left after signing in again: $what', async ({ path, typed }) => {
    const alice = await signedIn(app, 'alice');
    const form = await alice.get(path());
    const before = await factsBesideAudit(app);
    await endSessions();
    const late = await send(alice, form, typed);
    expect(late.status).toBe(401);
    expect(pageOf(late).textOf('[role=alert]')).toMatch(/^Your session has ended\. Nothing you typed is lost/);

    const mistaken = await send(alice, late, { identifier: 'alice', password: 'not the password' });
    expect(mistaken.status).toBe(422);
    const back = await send(alice, mistaken, { identifier: 'alice', password: PASSWORD });
    expect([back.status, back.headers.location]).toEqual([303, path()]);
    const shown = await alice.get(path());
    expect(pageOf(shown).typed()).toMatchObject(typed);
    expect({ ...(await factsBesideAudit(app)), sessions: [], lockouts: [] }).toEqual({
      ...before,
      sessions: [],
      lockouts: [],
      login_attempts: undefined,
    });
    expect(pageOf(await alice.get(path())).typed()).not.toMatchObject(typed);
    // What shows a secret answers with it.
    expect([200, 303]).toContain((await send(alice, shown)).status);
  });

  it.each<{ who: 'alice' | 'lena'; page: string; typed: Fields }>([
    { who: 'alice', page: 'choices', typed: { tag: 'typed with care' } },
    { who: 'alice', page: 'schedule/new', typed: { dueAt: '2027-01-31' } },
    { who: 'lena', page: 'members/new', typed: { emails: 'nora@example.com' } },
    { who: 'lena', page: 'invitations/new', typed: { name: 'nora' } },
    { who: 'lena', page: 'invitations/list', typed: { text: 'nora@example.com' } },
    { who: 'lena', page: 'invitations/list, read', typed: { name: 'nora' } },
  ])('is as it was left, of a sheet and of a leader: $page', async ({ who, page, typed }) => {
    const session = await signedIn(app, who);
    const begin = async () => {
      const ids = [String(app.people.bob)];
      return (await session.post('/bulk-operations', { action: 'add-tag', ids })).headers.location;
    };
    const led = async () =>
      `/led-groups/${(await app.db.read('groups').where('leader_id', app.people.lena).first('id')).id}`;
    const [address, isRead] = `${await (who === 'lena' ? led() : begin())}/${page}`.split(', ');
    const path = isRead ? (await session.post(address, { text: 'n@example.com' })).headers.location : address;
    if (page === 'schedule/new') await session.post(path.replace(page, 'choices'), { tag: 'remote' });
    const form = await session.get(path);
    await endSessions();
    const late = await send(session, form, typed);
    expect(late.status).toBe(401);
    const back = await send(session, late, { identifier: who, password: PASSWORD });
    expect(back.headers.location).toBe(path);
    expect(pageOf(await session.get(path)).typed()).toMatchObject(typed);
  });

  it('stays on the page where htmx asked, with a word on what to do', async () => {
    const alice = await signedIn(app, 'alice');
    await alice.get('/users/new');
    await endSessions();
    const headers = { 'HX-Request': 'true', 'HX-Target': 'div#contactId-picker' };
    const late = await alice.post('/users', { name: 'nora', step: 'find contactId', contactSearch: 'mu' }, headers);
    expect([late.status, late.headers['hx-redirect'], late.headers['hx-retarget']]).toEqual([
      401,
      undefined,
      '#messages',
    ]);
    expect(late.text).toContain('Your session has ended');
  });

  it.each([
    ['stays on the page where names are suggested while it is typed', '/webhooks/new', undefined],
    ['leaves a page that holds nothing', '/audit', '/session/new?next=%2Faudit'],
  ])('%s', async (_what, page, leadsTo) => {
    const alice = await signedIn(app, 'alice');
    await endSessions();
    const headers = { 'HX-Request': 'true', 'HX-Current-URL': `${app.url}${page}` };
    const late = await alice.get('/search/names?user=mu', headers);
    expect([late.status, late.headers['hx-redirect']]).toEqual([401, leadsTo]);
    expect(late.text.includes('What you typed is still here')).toBe(leadsTo === undefined);
  });

  it.each([
    '{"path":"https://evil.example","fields":{"name":"x"}}',
    '{"path":"/users/new/../../session","fields":{"name":"x"}}',
    '{"path":"//evil.example","fields":{"name":"x"}}',
    '{"path":"/users/new","fields":{"name":{"a":1}}}',
    '{"path":"/users/new"}',
    'null',
    'not JSON',
    `{"path":"/users/new","fields":{"name":"${'x'.repeat(70_000)}"}}`,
  ])('is not made up by whoever writes the field: %.60s', async (kept) => {
    const session = new Session(app);
    const back = await session.post('/session', { identifier: 'alice', password: PASSWORD, kept });
    expect([back.status, back.headers.location]).toEqual([303, '/']);
  });
});
