import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Activity } from '../../src/access/activity.ts';
import { DAY, HOUR, MINUTE } from '../../src/clock.ts';
import { jobsOf } from '../../src/features.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { watchAudit } from '../support/audit.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
let ada: Session;
beforeEach(async () => {
  app = await startApp();
  [alice, ada] = [await signedIn(app, 'alice'), await signedIn(app, 'ada')];
});
afterEach(() => app.close());

const job = (name: string) =>
  jobsOf(app.context)
    .find((one) => one.name === name)!
    .run();
const due = () => job('Do what is due');
const activityOf = async (name: string): Promise<Activity> =>
  (await app.db.read('users').where({ name }).first('activity')).activity;
const idOf = (name: 'bob' | 'lena' | 'max' | 'alice' | 'ada') => String(app.people[name]);

/** Begins an operation on these and lets it be done at that moment. */
async function scheduled(
  by: Session,
  action: string,
  names: Parameters<typeof idOf>[0][],
  { dueAt = '2026-11-23 18:00', choices }: { dueAt?: string; choices?: Record<string, string> } = {},
): Promise<string> {
  const begun = await by.post('/bulk-operations', { action, ids: names.map(idOf), view: '/users' });
  const path = begun.headers.location;
  if (choices) await by.post(`${path}/choices`, choices);
  const answer = await by.post(`${path}/schedule`, { dueAt });
  expect([answer.status, answer.headers.location]).toEqual([303, path]);
  return path;
}

const toCome = async (name: 'bob' | 'lena' | 'alice' | 'ada', by = alice) =>
  pageOf(await by.get(pathTo(app, name))).texts('.coming li');

it('is done at its moment and not before, once, by whoever looks first, and is a report like any other', async () => {
  const audit = await watchAudit(app);
  const path = await scheduled(alice, 'deactivate', ['bob', 'lena']);
  expect((await audit.since()).map(({ action, subjectName, after }) => [action, subjectName, after])).toEqual(
    ['lena', 'bob'].map((name) => [
      'user.change-scheduled',
      name,
      { change: 'Deactivate', dueAt: '2026-11-23T18:00:00.000Z' },
    ]),
  );
  expect(await toCome('bob')).toEqual(['23 Nov 2026, 18:00 UTC Deactivate with 1 other']);
  app.clock.advance(DAY);
  // Drafts are forgotten by then, but for those that are to be done.
  app.clock.advance(6 * HOUR - 1);
  await due();
  await job('Remove what has ended');
  expect(await activityOf('bob')).toBe('active');
  app.clock.advance(1);
  await Promise.all([due(), due(), due()]);
  app.clock.advance(-HOUR);
  await due();
  app.clock.advance(2 * HOUR);
  await due();
  expect([await activityOf('bob'), await activityOf('lena')]).toEqual(['deactivated', 'deactivated']);
  const done = (await audit.since()).filter(({ action }) => action === 'user.deactivated');
  expect(done.map(({ subjectName, actorName }) => [subjectName, actorName])).toEqual([
    ['lena', 'alice'],
    ['bob', 'alice'],
  ]);
  ada = await signedIn(app, 'ada');
  expect(pageOf(await ada.get(path)).textOf('h1')).toBe('2 users were deactivated.');
  const undo = await ada.post('/bulk-operations', { from: path.split('/').at(-1)!, action: 'undo' });
  await ada.post(`${undo.headers.location}/execution`);
  expect(await activityOf('bob')).toBe('active');
});

it('asks of one user at once for the moment, from their sheet on', async () => {
  const sheet = pageOf(await alice.get(pathTo(app, 'bob', '/deactivation/new')));
  const { _csrf, ...fields } = sheet.typed('form[action="/bulk-operations"]');
  const begun = await alice.post('/bulk-operations', fields);
  expect(begun.headers.location).toMatch(/^\/bulk-operations\/\d+\/schedule\/new$/);
  const page = pageOf(await alice.get(begun.headers.location));
  expect(page.textOf('#scheduling')).toContain('bob is meant');
  await alice.post(begun.headers.location.replace('/new', ''), { dueAt: '2026-11-26 08:00' });
  expect(await toCome('bob')).toEqual(['26 Nov 2026, 08:00 UTC Deactivate']);
  // What cannot be done at another time has its sheet.
  const other = await alice.post('/bulk-operations', { ...fields, action: 'delete' });
  expect(other.headers.location).toMatch(/^\/bulk-operations\/\d+$/);
});

it('is done by a server that was down at its moment, when it runs again', async () => {
  await scheduled(alice, 'add-tag', ['bob'], { choices: { tag: 'left the office' } });
  await scheduled(alice, 'add-to-group', ['bob'], { choices: { group: await groupId(app, 'Auditors') } });
  app = await app.restart();
  app.clock.advance(9 * DAY);
  await due();
  await due();
  alice = await signedIn(app, 'alice');
  const record = pageOf(await alice.get(pathTo(app, 'bob')));
  expect(record.fact('Tags')).toContain('left the office');
  expect(record.texts('section:has(#memberships) li a[href^="/groups/"]')).toContain('Auditors');
});

it('waits where its author may not do it any more, says so, and is for whoever moves it', async () => {
  const path = await scheduled(ada, 'deactivate', ['bob']);
  await alice.post(pathTo(app, 'ada', '/deactivation'));
  app.clock.advance(2 * DAY);
  await due();
  await due();
  alice = await signedIn(app, 'alice');
  expect(await activityOf('bob')).toBe('active');
  expect(await toCome('bob')).toEqual([
    '23 Nov 2026, 18:00 UTC Deactivate waits Whoever scheduled it may not do it any more.',
  ]);
  expect(pageOf(await alice.get(path)).textOf('.message.warn')).toContain('may not do it any more');
  expect(pageOf(await alice.get('/bulk-operations')).texts('ul.rows li')[0]).toMatch(/^Deactivate: 1 user waits/);
  await alice.post(`${path}/schedule`, { dueAt: '2026-11-25' });
  app.clock.advance(DAY);
  await due();
  expect(await activityOf('bob')).toBe('deactivated');
});

it('says in its report of whom nothing was to be changed any more, and keeps no other from being done', async () => {
  const path = await scheduled(alice, 'remove-tag', ['bob'], { choices: { tag: 'never given' } });
  await scheduled(alice, 'deactivate', ['lena']);
  app.clock.advance(2 * DAY);
  await due();
  alice = await signedIn(app, 'alice');
  expect(await activityOf('lena')).toBe('deactivated');
  expect(await toCome('bob')).toEqual([]);
  expect(pageOf(await alice.get(path)).texts('nav.outcomes a .count')).toEqual(['1', '0', '1', '1']);
});

it('is moved, left out of or cancelled in place, with an event each', async () => {
  const path = await scheduled(alice, 'deactivate', ['bob', 'lena', 'max']);
  const audit = await watchAudit(app);
  await alice.post(`${path}/schedule`, { dueAt: '2026-11-24', 'dueAt-time': '08:30' });
  expect(await toCome('bob')).toEqual(['24 Nov 2026, 08:30 UTC Deactivate with 2 others']);
  await alice.post(`${path}/schedule/cancellation`, { user: idOf('bob') });
  expect(await toCome('bob')).toEqual([]);
  // Another administrator may as well.
  await ada.post(`${path}/schedule/cancellation`);
  expect((await audit.since()).map(({ action, subjectName }) => [action, subjectName])).toEqual([
    ...['max', 'lena', 'bob'].map((name) => ['user.change-rescheduled', name]),
    ['user.change-unscheduled', 'bob'],
    ...['max', 'lena'].map((name) => ['user.change-unscheduled', name]),
  ]);
  app.clock.advance(9 * DAY);
  await due();
  expect(await activityOf('lena')).toBe('active');
  alice = await signedIn(app, 'alice');
  expect((await alice.get(path)).status).toBe(404);
});

it('is not stopped, moved or done by who may not change them so, nor by whom it ends themself (R61)', async () => {
  const max = await signedIn(app, 'max');
  for (const name of ['ada', 'max'] as const) {
    const path = await scheduled(alice, 'deactivate', [name, 'bob']);
    const audit = await watchAudit(app);
    const page = pageOf(await max.get(path));
    expect(page.texts('button')).not.toContain('Cancel it for all');
    expect(page.textOf('#schedule')).toContain('not yours to move, stop or do');
    for (const [deed, fields] of [
      ['schedule/cancellation', {}],
      ['schedule/cancellation', { user: idOf(name) }],
      ['schedule', { dueAt: '2030-01-01' }],
      ['execution', {}],
    ] as const)
      expect([name, deed, (await max.post(`${path}/${deed}`, fields)).status]).toEqual([name, deed, 403]);
    expect(new Set((await audit.since()).map(({ action }) => action))).toEqual(new Set(['request.refused']));
    // Whom he may change, he leaves out.
    expect((await max.post(`${path}/schedule/cancellation`, { user: idOf('bob') })).status).toBe(303);
  }
  app.clock.advance(2 * DAY);
  await due();
  expect([await activityOf('ada'), await activityOf('max'), await activityOf('bob')]).toEqual([
    'deactivated',
    'deactivated',
    'active',
  ]);
});

it('is not taken over from who leaves by whom it ends', async () => {
  await scheduled(alice, 'deactivate', ['ada']);
  const page = pageOf(await ada.get(pathTo(app, 'alice', '/leaving')));
  expect(page.textOf('main')).toContain('nobody puts off what ends their own access');
  await ada.post(pathTo(app, 'alice', '/leaving'), { ...page.typed(), scheduled: 'end', leavesAt: '' });
  expect(await app.db.read('scheduled_operations').pluck('due_at')).toEqual(['2026-11-23T18:00:00.000Z']);
});

it('can be done at once instead, and is not done again', async () => {
  const path = await scheduled(alice, 'deactivate', ['bob']);
  await alice.post(`${path}/execution`);
  expect(await activityOf('bob')).toBe('deactivated');
  await alice.send('delete', pathTo(app, 'bob', '/deactivation'));
  app.clock.advance(9 * DAY);
  await due();
  expect(await activityOf('bob')).toBe('active');
});

it('takes nobody who is the last administrator without it, and counts nobody as one for whom it is set', async () => {
  await scheduled(alice, 'deactivate', ['ada']);
  const list = pageOf(await alice.get('/users?right=administrator')).texts('tbody th a');
  expect(list).toEqual(['alice']);
  const begun = await ada.post('/bulk-operations', { action: 'deactivate', ids: [idOf('alice')], view: '/users' });
  const refused = await ada.post(`${begun.headers.location}/schedule`, { dueAt: '2027-01-01' });
  expect(refused.status).toBe(403);
  expect(await toCome('alice')).toEqual([]);
  // Nor does anybody lose it by themself.
  const own = await alice.post('/bulk-operations', { action: 'deactivate', ids: [idOf('alice')], view: '/users' });
  expect((await alice.post(`${own.headers.location}/schedule`, { dueAt: '2027-01-01' })).status).toBe(403);
});

it('refuses a moment that is over or none, and keeps what was typed', async () => {
  const begun = await alice.post('/bulk-operations', { action: 'deactivate', ids: [idOf('bob')], view: '/users' });
  const path = begun.headers.location;
  for (const dueAt of ['', 'soon', '2026-11-22 12:00', '2026-11-30 25:00']) {
    const refused = await alice.post(`${path}/schedule`, { dueAt });
    expect([dueAt, refused.status, Object.keys(pageOf(refused).errors())]).toEqual([dueAt, 422, ['dueAt']]);
  }
  const twice = await alice.post(`${path}/schedule`, { dueAt: ['2026-12-01', '2026-12-02'] });
  expect(twice.status).toBe(400);
  app.clock.advance(MINUTE);
  expect((await alice.post(`${path}/schedule`, { dueAt: '2026-11-22 12:02' })).status).toBe(303);
});

it('is for whoever may write users, and its draft for its author alone until then', async () => {
  const lena = await signedIn(app, 'lena');
  const begun = await alice.post('/bulk-operations', { action: 'deactivate', ids: [idOf('bob')], view: '/users' });
  const path = begun.headers.location;
  expect((await ada.post(`${path}/schedule`, { dueAt: '2026-12-01' })).status).toBe(404);
  await alice.post(`${path}/schedule`, { dueAt: '2026-12-01' });
  for (const [method, address] of [
    ['post', `${path}/schedule`],
    ['post', `${path}/schedule/cancellation`],
  ] as const)
    expect((await lena.send(method, address, { dueAt: '2026-12-01' })).status).toBeGreaterThanOrEqual(403);
  expect((await ada.get(path)).status).toBe(200);
  // What is done to them is not changed any more.
  expect((await alice.get(`${path}/choices`)).status).toBe(404);
});
