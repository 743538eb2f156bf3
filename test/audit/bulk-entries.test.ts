import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Person } from '../../seeds/cast.ts';
import { recordChanges } from '../../src/audit/audit-store.ts';
import { instant } from '../../src/clock.ts';
import { actSettings } from '../../src/verbs/act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';
import { pageOf } from '../support/page.ts';
import { groupId, pathTo } from '../support/people.ts';
import { type Session, signedIn } from '../support/session.ts';

let app: TestApp;
let alice: Session;
beforeEach(async () => {
  app = await startApp();
  alice = await signedIn(app, 'alice');
});
afterEach(() => app.close());

type Page = ReturnType<typeof pageOf>;

async function inBulk(action: string, ids: (number | string)[], subject = 'user'): Promise<string> {
  const { headers } = await alice.post('/bulk-operations', { action, subject, ids: ids.map(String) });
  expect((await alice.post(`${headers.location}/execution`)).status).toBe(303);
  return headers.location;
}

const idsOf = (...people: Person[]) => people.map((person) => app.people[person]);
const read = async (query = '', session = alice) => pageOf(await session.get(`/audit${query}`));
const entries = (page: Page) => page.texts('.timeline > li > ol > .event > p:first-child');

/** What comes when the first operation of a page is unfolded. */
async function unfolded(page: Page, session = alice): Promise<Page> {
  const events = page.$('.unfolding > ol').first();
  const part = await session.get(events.attr('hx-get')!, {
    'HX-Request': 'true',
    'HX-Target': `ol#${events.attr('id')}`,
  });
  expect(part.text).toMatch(/^<ol class="timeline">/);
  return pageOf(part);
}

it('a bulk operation is one entry that unfolds', async () => {
  const report = await inBulk('deactivate', idsOf('bob', 'erin', 'lena'));
  const page = await read();
  expect(entries(page)[0]).toBe('12:00 alice deactivated 3 users');
  expect(entries(page)[1]).not.toMatch(/deactivated/);
  expect(page.$('.event .event').length).toBe(0);
  expect((await unfolded(page)).texts('.event > p:first-child').sort()).toEqual([
    '12:00 alice deactivated bob',
    '12:00 alice deactivated erin',
    '12:00 alice deactivated lena',
  ]);
  expect(page.$('.event > p > a[href^="/bulk-operations/"]').attr('href')).toBe(report);
});

it('the timeline of each of its records tells its own event alone', async () => {
  await inBulk('deactivate', idsOf('bob', 'lena'));
  expect(entries(pageOf(await alice.get(pathTo(app, 'bob'))))[0]).toBe('12:00 alice deactivated bob');
});

it('of one record it is an event as any other', async () => {
  await inBulk('deactivate', idsOf('bob'));
  expect(entries(await read())[0]).toBe('12:00 alice deactivated bob');
});

it('of groups it says so', async () => {
  await inBulk('deactivate', [await groupId(app, 'Support'), await groupId(app, 'Auditors')], 'group');
  expect(entries(await read())[0]).toBe('12:00 alice deactivated 2 groups');
});

it('a large one unfolds its beginning, and all of it stands on pages of its own', async () => {
  await addCrowd(app, 120);
  const ids = await app.db
    .read('users')
    .where('name', 'not like', 'a%')
    .where('activity', 'active')
    .limit(70)
    .pluck('id');
  await inBulk('confirm-access', ids);
  for (let n = 0; n < 60; n++) await alice.post(pathTo(app, 'lena', '/access-confirmation'));
  const [first, second] = [await read(), await read('?before=')];
  expect(entries(first)).toHaveLength(50);
  expect(entries(second)).toHaveLength(50);
  const older = pageOf(await alice.get(first.$('main .foot a').attr('href')!));
  expect(entries(older)[10]).toBe('12:00 alice confirmed access of 70 users');
  expect(entries(older)[11]).not.toMatch(/confirmed access/);
  const operation = older.$('[id^="operation-"]');
  expect((await unfolded(older)).$('.event')).toHaveLength(50);
  const all = operation.find('details > p a');
  expect([all.text(), all.attr('href')]).toEqual(['All 70', expect.stringMatching(/^\/audit\?operation=\d+$/)]);
  const page = pageOf(await alice.get(all.attr('href')!));
  expect(entries(page)).toHaveLength(50);
  expect(page.textOf('.lead')).toMatch(/^One by one, what a bulk operation did\./);
  const rest = pageOf(await alice.get(page.$('main .foot a').attr('href')!));
  expect([entries(rest).length, rest.$('main .foot a').length]).toEqual([20, 0]);
});

it.each([
  ['by what was done', '?action=user.deactivated', '12:00 alice deactivated 2 users'],
  ['by who did it', '?actor=alice', '12:00 alice deactivated 2 users'],
  ['by the day', '?from=2026-11-22&to=2026-11-22', '12:00 alice deactivated 2 users'],
  ['by one of its records, of which the event is shown', '?subject=bob', '12:00 alice deactivated bob'],
])('it is found %s', async (_, query, expected) => {
  await inBulk('deactivate', idsOf('bob', 'lena'));
  expect(entries(await read(query))[0]).toBe(expected);
});

it('a page of many says nothing of what each of them did before it is asked', async () => {
  await addCrowd(app, 30);
  const ids = await app.db
    .read('users')
    .where('name', 'not like', 'a%')
    .where('activity', 'active')
    .limit(25)
    .pluck('id');
  for (let n = 0; n < 10; n++) await inBulk('confirm-access', ids);
  const page = await read();
  expect([page.$('.unfolding').length, page.$('.unfolding .event').length]).toEqual([10, 0]);
  expect(page.$('.unfolding a[href^="/audit?operation="]').length).toBe(10);
});

it('one that did several things tells of each, and of one that is asked for alone', async () => {
  const by = { id: app.people.alice, name: 'alice', rights: {} };
  const circumstances = { address: '', requestId: 'r', ...actSettings(app.config), operationId: 7 };
  const act = { by, at: instant(app.clock.now()), ...circumstances };
  const user = (id: number) =>
    ({ action: 'user.deleted', subjectType: 'user', subjectId: id, subjectName: 'x' }) as const;
  const group = { action: 'group.updated', subjectType: 'group', subjectId: 1, subjectName: 'x' } as const;
  await app.db.write((trx) => recordChanges(trx, act, [user(1), user(2), user(3), group]));
  expect(entries(await read())[0]).toBe('12:00 alice deleted 3 users and changed 1 group');
  const deleted = await read('?action=user.deleted');
  expect(entries(deleted)[0]).toBe('12:00 alice deleted 3 users');
  expect((await unfolded(deleted)).$('.event')).toHaveLength(3);
  expect(entries(pageOf(await alice.get(deleted.$('.unfolding a').attr('href')!)))).toHaveLength(3);
  expect(entries(await read('?action=group.updated'))[0]).toBe('12:00 alice changed the group Administrators (then x)');
});

it('is told to a reader of the audit alone without what is said on records', async () => {
  await inBulk('deactivate', idsOf('bob', 'lena'));
  await app.db.write(async (trx) => {
    const rita = await trx('memberships').where('user_id', app.people.rita).pluck('group_id');
    await trx('group_permissions').whereIn('group_id', rita).whereNot('application', 'audit').delete();
  });
  const rita = await signedIn(app, 'rita');
  const page = await read('', rita);
  expect(entries(page)[0]).toBe('12:00 alice deactivated 2 users');
  const parts = await unfolded(page, rita);
  expect(parts.$('.event').length).toBe(2);
  for (const told of [page.$('.event').first(), parts.$('.event')])
    expect(told.find('.fields, a[href^="/bulk-operations"], a[href^="/users"]').length).toBe(0);
});

it('does not fold what somebody did one by one', async () => {
  for (const person of ['bob', 'lena'] as const) await alice.post(pathTo(app, person, '/deactivation'));
  expect(entries(await read()).slice(0, 2)).toEqual(['12:00 alice deactivated lena', '12:00 alice deactivated bob']);
});

it.each(['operation=x', 'operation=-1', 'operation=1e9', 'operation=1&operation=2', 'operation[]=1', 'operation=999'])(
  'answers %s with a page (R75)',
  async (query) => {
    expect((await alice.get(`/audit?${query}`)).status).toBe(200);
  },
);
