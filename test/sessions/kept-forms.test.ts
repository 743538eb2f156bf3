import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MINUTE } from '../../src/clock.ts';
import { markIn } from '../../src/web/form-marks.ts';
import { PASSWORD, startApp, type TestApp } from '../support/app.ts';
import { factsBesideAudit } from '../support/database.ts';
import { send } from '../support/form.ts';
import { changeAll, fieldsOf, shownIn } from '../support/left-form.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
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

  it('of a group too: what its matrix was to grant, after it was looked over', async () => {
    const alice = await signedIn(app, 'alice');
    const [path, sent] = ['/groups/2/permissions/edit', { method: 'patch', action: '/groups/2/permissions' }];
    const matrix = pageOf(await alice.get(path));
    changeAll(matrix, sent);
    const sheet = await alice.send('patch', sent.action, fieldsOf(matrix, sent));
    await endSessions();
    const late = await send(alice, sheet);
    expect((await send(alice, late, { identifier: 'alice', password: PASSWORD })).headers.location).toBe(path);
    expect(shownIn(pageOf(await alice.get(path)), sent)).toEqual(shownIn(matrix, sent));
  });

  it('comes out of its seal for whoever sent it, and for nobody else', async () => {
    const wait = async () => {
      const alice = await signedIn(app, 'alice');
      const form = await alice.get('/users/new');
      app.clock.advance(6 * MINUTE);
      const administrators = String(await groupId(app, 'Administrators'));
      const asked = await send(alice, form, { name: 'nils', email: 'nils@example.com', groups: administrators });
      expect(pageOf(asked).heading()).toBe('Confirm it is you');
      await endSessions();
      return { alice, late: await send(alice, asked, { password: PASSWORD }) };
    };
    const first = await wait();
    expect(first.late.text).not.toContain('nils');
    await send(first.alice, first.late, { identifier: 'ada', password: PASSWORD });
    expect(pageOf(await first.alice.get('/users/new')).typed()).toMatchObject({ name: '' });
    const { alice, late } = await wait();
    const back = await send(alice, late, { identifier: 'alice', password: PASSWORD });
    expect(back.headers.location).toBe('/users/new');
    expect(pageOf(await alice.get('/users/new')).typed()).toMatchObject({ name: 'nils', email: 'nils@example.com' });
    expect(await app.db.read('users').where('name', 'nils')).toEqual([]);
  });

  it('may be as long as the longest list; of a longer one is said that it is not kept', async () => {
    const alice = await signedIn(app, 'alice');
    const line = 'nora.nilsson@example.com\n';
    for (const [lines, isKept] of [
      [5_000, true],
      [30_000, false],
    ] as const) {
      const form = await alice.get('/users/new/list');
      await endSessions();
      const late = await send(alice, form, { text: line.repeat(lines) });
      expect([late.status, late.text.includes('It was too long to be kept.')]).toEqual([401, !isKept]);
      await send(alice, late, { identifier: 'alice', password: PASSWORD });
      const text = String(pageOf(await alice.get('/users/new/list')).typed().text);
      expect([lines, text.split('\n').length > 5_000]).toEqual([lines, isKept]);
    }
  });

  const asIs = { path: '/users/new', action: '/users', method: 'post', fields: { name: 'x' } };
  it.each<object | string>([
    { ...asIs, path: 'https://evil.example' },
    { ...asIs, path: '//evil.example' },
    { ...asIs, path: '/\\evil.example' },
    { ...asIs, path: { a: 1 } },
    { ...asIs, action: 1 },
    { ...asIs, mark: 'of somebody' },
    { ...asIs, mark: '' },
    { ...asIs, fields: undefined },
    { ...asIs, fields: { name: 'x'.repeat(710_000) } },
    'null',
    'not JSON',
  ])('is not made up by whoever writes the field: %.60j', async (kept) => {
    const mark = markIn({ _csrf: await (await signedIn(app, 'alice')).formToken() });
    const session = new Session(app);
    const text = typeof kept === 'string' ? kept : JSON.stringify({ mark, ...kept });
    const back = await session.post('/session', { identifier: 'alice', password: PASSWORD, kept: text });
    expect([back.status, back.headers.location]).toEqual([303, '/']);
    expect((await app.db.read('sessions').pluck('data')).join()).not.toContain('"kept"');
  });

  it('is believed as the sign-in page carries it, which the test before relies on', async () => {
    const mark = markIn({ _csrf: await (await signedIn(app, 'alice')).formToken() });
    const kept = JSON.stringify({ ...asIs, mark });
    const back = await new Session(app).post('/session', { identifier: 'alice', password: PASSWORD, kept });
    expect([back.status, back.headers.location]).toEqual([303, '/users/new']);
  });
});
