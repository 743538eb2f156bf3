import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { COLUMNS } from '../../../src/users/list/user-list-columns.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { addCrowd, addGroups } from '../../support/crowd.ts';
import { pageOf } from '../../support/page.ts';
import { isOnPostgres } from '../../support/postgres.ts';
import { type Session, signedIn } from '../../support/session.ts';
import { type Asked, asked } from '../../support/statements.ts';

/** Users and groups of the smaller house and of the larger one. */
const SIZES = [100, isOnPostgres ? 2_000 : 10_000] as const;

const LISTS = [
  '/users',
  '/users?sort=-last_login',
  '/users?sort=groups',
  '/users?sort=contact',
  '/users?activity=active&activity=deactivated&activity=deleted',
  '/users?state=no-second-factor&state=stale',
  '/users?contact=none',
  '/users?rights=all',
  '/users?right=administrator',
  '/users?q=e',
  '/users?q=a&sort=-email',
  '/users?q=alice,bob,%233',
  `/users?${COLUMNS.map((column) => `column=${column}`).join('&')}`,
];
/** Of which there is another page in either house. */
const LONG = LISTS.filter((path) => !/right=|alice/.test(path));
const OTHERS = [
  '/users/tags',
  '/users/groups',
  '/users/groups?name=team',
  '/users/new',
  'RECORD',
  'RECORD/edit',
  'RECORD/groups',
];

/** Session, reader, what waits for them and the list; of a record each of its parts. */
const MOST_STATEMENTS = isOnPostgres ? { list: 24, record: 60 } : { list: 20, record: 42 };
/** A page has fifty, and what they name: groups, tags, who confirmed them. */
const MOST_ROWS = 200;
/** Where those who are meant lie unevenly along an order, another step or two are taken, each with its place. */
const OF_STEPS = 4;
/** Ids and numbers are longer, and the names are other ones. */
const LONGER = 1.15;

interface House {
  app: TestApp;
  alice: Session;
}

interface Page extends Asked {
  text: string;
}

describe('the pages of users', () => {
  const houses: House[] = [];
  beforeAll(async () => {
    for (const size of SIZES) houses.push(await house(size));
  });
  afterAll(() => Promise.all(houses.map(({ app }) => app.close())));

  it.each([...LISTS, ...OTHERS])('ask and say as little of 10,000 users and groups as of 100: %s', async (path) => {
    const [small, large] = [await read(houses[0], path), await read(houses[1], path)];
    expectAlike(small, large);
    expect(large.statements.length).toBeLessThanOrEqual(MOST_STATEMENTS[path === 'RECORD' ? 'record' : 'list']);
    expect(rowsIn(large)).toBe(rowsIn(small));
    expect(Buffer.byteLength(large.text)).toBeLessThan(Buffer.byteLength(small.text) * LONGER);
  });

  it.each(LONG)('lead on at the same cost: %s', async (path) => {
    expectAlike(await followed(houses[0], path), await followed(houses[1], path));
  });
});

async function house(size: number): Promise<House> {
  const app = await startApp();
  await addCrowd(app, size);
  await addGroups(app, size);
  // Each of them has somebody.
  const last = (table: string): Promise<number[]> => app.db.read(table).orderBy('id', 'desc').limit(size).pluck('id');
  const [users, groups] = [await last('users'), await last('groups')];
  const rows = users.map((user_id, n) => ({ user_id, group_id: groups[n], granted_at: '2026-11-01T12:00:00.000Z' }));
  await app.db.write((trx) => trx.batchInsert('memberships', rows, 200));
  await app.context.index.refreshWholly();
  return { app, alice: await signedIn(app, 'alice') };
}

async function read({ app, alice }: House, path: string): Promise<Page> {
  const address = path.replace('RECORD', `/users/${app.people.bob}`);
  // What is made once is made.
  await alice.get(address);
  let text = '';
  const found = await asked(app, async () => {
    const answer = await alice.get(address);
    expect(answer.status).toBe(200);
    text = answer.text;
  });
  return { ...found, text };
}

async function followed(house: House, path: string): Promise<Page> {
  const next = pageOf(await house.alice.get(path))
    .$('#next-page')
    .attr('href');
  expect({ path, next }).toEqual({ path, next: expect.stringMatching(/[?&]after=/) });
  return read(house, next!);
}

function expectAlike(small: Page, large: Page): void {
  expect(large.statements.length).toBeLessThanOrEqual(small.statements.length + OF_STEPS);
  expect(large.rows).toBeLessThan(MOST_ROWS);
}

function rowsIn(page: Page): number {
  return pageOf(page).$('tbody tr').length;
}
