import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bulkInsert } from '../../src/db/bulk-insert.ts';
import { keepTold } from '../../src/provisioning/provisioned-user-store.ts';
import { parseFilter, pathOf } from '../../src/provisioning/searching/filter.ts';
import { ListsBefore } from '../../src/provisioning/searching/lists-before.ts';
import { countUsers, findUserPage } from '../../src/provisioning/searching/provisioned-search.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { Chance } from '../support/chance.ts';

/** More than are kept as a whole, so that every way of reading a page is taken. */
const PEOPLE = 1_600;
const WHEN = '2026-11-01T00:00:00.000Z';
const chance = new Chance(20261127);

interface Person {
  id: number;
  userName: string;
  displayName: string;
  title: string;
  activity: string;
}

let app: TestApp;
let people: Person[];
beforeAll(async () => {
  app = await startApp();
  const first = 50_000;
  people = Array.from({ length: PEOPLE }, (_, n) => ({
    id: first + n,
    userName: `u${(n * 7919) % PEOPLE}`,
    displayName: `${chance.one(['Maria', 'Omar', 'Anna', 'Tamar'])} ${chance.below(50)}`,
    title: chance.one(['lead', 'colleague', 'colleague of the lead']),
    activity: chance.one(['active', 'active', 'active', 'deactivated', 'deleted']),
  }));
  await app.db.write(async (trx) => {
    const named = (name: string) => ({ name, name_key: name, sort_name: name, search_text: name, created_at: WHEN });
    await bulkInsert(
      trx,
      'users',
      people.map(({ id, userName }) => ({ id, ...named(userName) })),
    );
    const kept = { provisioner_id: app.people.alice, created_at: WHEN, modified_at: WHEN };
    await bulkInsert(
      trx,
      'provisioned_users',
      people.map(({ id, userName, activity }) => ({
        ...kept,
        user_id: id,
        user_name: userName,
        user_name_key: userName,
        activity,
      })),
    );
    const said = (path: 'displayName' | 'title') =>
      people.map((one) => ({
        user_id: one.id,
        provisioner_id: app.people.alice,
        path: path.toLowerCase(),
        place: 0,
        value: one[path].toLowerCase(),
      }));
    await bulkInsert(trx, 'provisioned_values', [...said('displayName'), ...said('title')]);
  });
});
afterAll(() => app.close());

const FILTERS: [filter: string, holds: (one: Person) => boolean][] = [
  ['', () => true],
  ['active eq true', ({ activity }) => activity === 'active'],
  ['displayName co "MAR"', ({ displayName }) => /mar/i.test(displayName)],
  ['displayName ew "7"', ({ displayName }) => displayName.endsWith('7')],
  ['displayName co "mar" or title co "of"', ({ displayName, title }) => /mar/i.test(displayName) || /of/.test(title)],
  ['not (title co "of")', ({ title }) => !/of/.test(title)],
  ['title co "coll" and active eq false', (one) => /coll/.test(one.title) && one.activity === 'deactivated'],
  ['title eq "colleague"', ({ title }) => title === 'colleague'],
  ['displayName co "nobody at all"', () => false],
  ['userName sw "u1"', ({ userName }) => userName.startsWith('u1')],
];

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
/** Along names where a stretch of these is meant, and as they came otherwise. */
function inOrder(some: Person[], byName: boolean, descending: boolean): number[] {
  const sorted = some.toSorted((a, b) => (byName && byText(a.userName, b.userName)) || a.id - b.id);
  return (descending ? sorted.toReversed() : sorted).map(({ id }) => id);
}

it('holds the same users as a look at each, wherever it begins and whatever was asked or changed before', async () => {
  const before = new ListsBefore();
  for (let n = 0; n < 250; n++) {
    if (chance.isLikely(0.05)) await changeOne();
    const [text, holds] = chance.one(FILTERS);
    const path = chance.isLikely(0.3) ? pathOf('userName') : undefined;
    const descending = chance.isLikely(0.3);
    const search = { provisionerId: app.people.alice, ...(text && { filter: parseFilter(text) }) };
    const counted = await countUsers(app.db.read, search, before);
    const byName = path !== undefined || text.startsWith('userName');
    const meant = people.filter((one) => one.activity !== 'deleted' && holds(one));
    const expected = inOrder(meant, byName, descending);
    const skip = chance.below(chance.one([1, 20, expected.length + 20]));
    const limit = 1 + chance.below(chance.one([3, 50, 200]));
    const found = await findUserPage(app.db.read, search, { path, descending }, { skip, limit }, { counted, before });
    const asked = [text, byName, descending, skip, limit];
    expect([asked, counted.total]).toEqual([asked, expected.length]);
    expect([asked, found.map(({ id }) => id)]).toEqual([asked, expected.slice(skip, skip + limit)]);
  }
});

async function changeOne(): Promise<void> {
  const one = chance.one(people);
  one.activity = chance.one(['active', 'deactivated', 'deleted']);
  one.title = chance.one(['lead', 'colleague']);
  const { id: userId, userName, displayName, title } = one;
  const told = { userName, externalId: null, attributes: { displayName, title } };
  await app.db.write(async (trx) => {
    await trx('users').where({ id: userId }).update({ activity: one.activity });
    await keepTold(trx, { userId, provisionerId: app.people.alice }, told, WHEN);
  });
}
