import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addHistory } from '../../seeds/history.ts';
import { addContacts, addInvitations } from '../../seeds/house.ts';
import { DAY } from '../../src/clock.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd, addGroups } from '../support/crowd.ts';
import { pageOf } from '../support/page.ts';
import { isOnPostgres } from '../support/postgres.ts';
import { type Session, signedIn } from '../support/session.ts';
import { type Asked, asked } from '../support/statements.ts';

/** Of the smaller house and of the larger one. */
const GROUPS = [100, 5_000] as const;
const INVITATIONS = [400, 4_000] as const;
const CONTACTS = [800, 4_000] as const;
const EVENTS = [2_000, 8_000] as const;

const PAGES = [
  '/groups',
  '/groups?q=e',
  '/groups?q=Team+4',
  '/groups?sort=-users',
  '/groups?sort=leader&leader=none',
  '/groups?sort=permissions&activity=active',
  '/invitations?status=accepted',
  '/invitations?status=accepted&q=o',
  '/invitations?status=accepted&sort=name',
  '/invitations?status=accepted&sort=-email&channel=mail',
  '/invitations?status=accepted&sort=creator',
  '/invitations?status=accepted&sort=status',
  '/contacts?per=25',
  '/contacts?kind=person&per=25',
  '/contacts?kind=company&account=customer&sort=accounts&per=25',
  '/contacts?q=a&sort=name&per=25',
  '/contacts?q=mar&sort=-owner&per=25',
  '/contacts?owner=public&sort=-email&per=25',
  '/contacts?sort=accounts&per=25',
  '/contacts?sort=owner&per=25',
  '/contacts?sort=-user&per=25',
  '/contacts?sort=added&per=25',
  '/audit',
  '/audit?actor=alice',
  '/audit?action=user.updated',
  '/audit?actor=alice&action=user.updated',
  '/audit?from=2020-01-01&to=2026-11-01',
  '/audit?actor=nobody',
];

/** A page has 50, of the audit with what they and the operations among them name. */
const MOST_ROWS = { lists: 150, audit: 900 };
const OF_OPERATIONS = 4;
/** Where those who are meant lie unevenly along an order, another step or two are taken, each with its place. */
const OF_STEPS = 4;

/** What the plan of a statement must not have: a walk through all of a table, but for mails that wait, and a count of much. */
const LARGE =
  /^SCAN (audit_events|audit_texts|contact_tags|contacts|groups|links|memberships|outbox(?! USING INDEX outbox_due)|users)\b/;
/** A walk along the order of a list, which ends with its page. */
const ALONG_ORDER = /USING COVERING INDEX (contacts_by_(name|email|creation)|users_linked_by_name)$/;
const COUNTED = /^USE TEMP B-TREE FOR (GROUP BY|DISTINCT)/;

describe('the lists of groups, of invitations, of contacts and of the audit', () => {
  const houses: { app: TestApp; alice: Session }[] = [];
  beforeAll(async () => {
    for (const [n] of GROUPS.entries()) houses.push(await house(n));
  });
  afterAll(() => Promise.all(houses.map(({ app }) => app.close())));

  it.each(PAGES)('ask as little of a large house as of a small one: %s', async (path) => {
    const [small, large] = [await read(houses[0], path), await read(houses[1], path)];
    expectAlike(path, large, small);
  });

  it.each(PAGES)('walk through no table, in whatever order they are read: %s', async (path) => {
    const { statements } = await read(houses[1], path);
    expect(await walks(houses[1], statements)).toEqual([]);
  });

  it.each(PAGES.filter((one) => !/q=Team|q=mar|nobody/.test(one)))('lead on at the same cost: %s', async (path) => {
    const [small, large] = [await followed(houses[0], path), await followed(houses[1], path)];
    expectAlike(path, large, small);
    expect(await walks(houses[1], large.statements)).toEqual([]);
  });
});

async function house(n: number) {
  const app = await startApp();
  const now = app.clock.now();
  const onProgress = () => {};
  const surroundings = await addCrowd(app, 200);
  await addGroups(app, GROUPS[n]);
  await addContacts(app.db, surroundings, { contacts: CONTACTS[n], at: '2026-11-01T12:00:00.000Z', onProgress });
  await addInvitations(app.db, { invitations: INVITATIONS[n], now, invitationHours: 72, onProgress });
  const { actSettings: settings } = app.context;
  await addHistory(app.db, { events: EVENTS[n], since: now - 2_000 * DAY, now, settings });
  const alice = await signedIn(app, 'alice');
  // What is counted in memory is read once.
  for (const path of ['/groups', '/invitations', '/contacts']) await alice.get(path);
  await app.context.contactIndex.refresh();
  return { app, alice };
}

function expectAlike(path: string, large: Asked, small: Asked): void {
  if (path.startsWith('/audit')) {
    // Where operations are on the page, what they did is asked at once for all of them.
    expect(large.statements.length).toBeLessThanOrEqual(small.statements.length + OF_OPERATIONS);
    expect(large.rows).toBeLessThan(MOST_ROWS.audit);
  } else {
    expect(new Set(large.statements)).toEqual(new Set(small.statements));
    expect(large.statements.length).toBeLessThanOrEqual(small.statements.length + OF_STEPS);
    expect(large.rows).toBeLessThan(MOST_ROWS.lists);
  }
}

async function read({ app, alice }: { app: TestApp; alice: Session }, path: string) {
  return asked(app, async () => expect((await alice.get(path)).status).toBe(200));
}

async function followed(one: { app: TestApp; alice: Session }, path: string) {
  const page = pageOf(await one.alice.get(path));
  const next = page.$('#next-page, .foot a.button').attr('href');
  expect({ path, next }).toEqual({ path, next: expect.stringMatching(/^\//) });
  return read(one, next!);
}

/** A server plans by what it has counted: of so few rows it walks through all that it likes. */
async function walks({ app }: { app: TestApp }, statements: string[]): Promise<string[]> {
  if (isOnPostgres) return [];
  const found: string[] = [];
  for (const sql of new Set(statements)) {
    if (!/^(select|with)\b/i.test(sql)) continue;
    const plan: { detail: string }[] = await app.db.read.raw(`explain query plan ${sql.replaceAll('?', "''")}`);
    // To sort all for the first few is a walk as well; those that are given by their ids are few.
    const isCut = /\blimit \?/.test(sql) && !sql.includes('json_each');
    const isLarge = ({ detail }: { detail: string }) =>
      (LARGE.test(detail) && !ALONG_ORDER.test(detail)) ||
      COUNTED.test(detail) ||
      (isCut && /^USE TEMP B-TREE FOR ORDER BY/.test(detail));
    found.push(...plan.filter(isLarge).map(({ detail }) => `${detail}: ${sql}`));
  }
  return found;
}
