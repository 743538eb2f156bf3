import { expect, it } from '@jest/globals';
import { DAY } from '../../../src/clock.ts';
import { openDatabase } from '../../../src/db/database.ts';
import { KeptOrders } from '../../../src/facets/orders/kept-orders.ts';
import { UserIndex } from '../../../src/users/list/user-index.ts';
import { listUsers } from '../../../src/users/list/user-list.ts';
import { type ListQuery, readListQuery, SORTS } from '../../../src/users/list/user-list-query.ts';
import { keepableOf } from '../../../src/users/list/user-order.ts';
import { badgesOf, STATES, stateLimits } from '../../../src/users/user-state.ts';
import { findUsers } from '../../../src/users/user-store.ts';
import { startApp } from '../../support/app.ts';
import { Chance } from '../../support/chance.ts';
import { addCrowd } from '../../support/crowd.ts';
import { pageAmong, SIGNS } from '../../support/plain-sql.ts';
import { ADDRESSES, CHANGES, pruneFeed, renaming, setBackFeed } from './changes.ts';
import { type Asking, plainList } from './plain-list.ts';

/** How many views are compared; PROOF_CASES=10000 is the proof, the others see that it still runs. */
const CASES = Number(process.env.PROOF_CASES ?? 400);
const SEED = Number(process.env.PROOF_SEED ?? 1);
/** From 1,024 on the most common values are kept in another way. */
const USERS = Number(process.env.PROOF_USERS ?? 150);
const RIGHTS = [
  'administrator',
  ...['users', 'groups', 'contacts', 'payroll', 'nothing'].flatMap((one) => [`${one}.write`, `${one}.read`]),
];
const SEARCHES = [
  '\u0301',
  '',
  '',
  'a',
  'z',
  'ma',
  'mar',
  'ex',
  'com',
  'mar ri',
  'ka@',
  'lo',
  'nu a',
  '1',
  'ss',
  'о',
  'li to',
  'm',
  'l',
  'lo',
  'loe',
  'lö',
  'ö',
  'löm',
  'löm a',
  'å',
  '#3,#40, 77,nobody@nowhere.example',
  'aak 1',
  'qqq',
  ...SIGNS,
  '007',
];

/** Every list of users is what plain SQL says: rows, order, pages, totals and the count of every value, after whatever happened. */
it('says of every view what plain SQL says of it, whatever happened before', async () => {
  await using app = await startApp();
  await addCrowd(app, USERS);
  const other = openDatabase(app.folder, app.config.databaseUrl);
  const chance = new Chance(SEED);
  // Every list that has an order goes by the one that is kept, where there is one.
  const anew = () => new UserIndex(app.db.read, app.clock.now, app.config, { orders: new KeptOrders(0) });
  let index = anew();
  const users: number[] = await app.db.read('users').pluck('id');
  const tags: number[] = [...(await app.db.read('tags').pluck('id')), 9_999];
  const groups: number[] = [...(await app.db.read('groups').pluck('id')), 9_999];

  let last: ListQuery | undefined;
  /** Counted beside whatever list is shown, by what is kept for longer than that. */
  let pinned = anyView(chance, tags, groups);
  for (let n = 0; n < CASES; n++) {
    // Somebody changes something, here or through a process of their own, and time goes on or back.
    for (let changes = chance.below(4); changes > 0; changes--) {
      const change = chance.isLikely(0.4) ? renaming : chance.one(CHANGES);
      await (chance.isLikely(0.5) ? app.db : other).write((trx) => change(trx, chance, app.clock.now()));
    }
    if (chance.isLikely(0.2)) app.clock.advance(chance.one([1, 1_000, -1_000, 60_000, 59_999, DAY, -DAY, DAY - 1]));
    if (chance.isLikely(0.02)) await pruneFeed(app.db, 'user_changes');
    if (chance.isLikely(0.02)) await setBackFeed(app.db, 'user_changes');
    // As after a crash: nothing of what was in memory is left.
    if (chance.isLikely(0.02)) index = anew();

    const asking: Asking = {
      id: chance.one(users),
      readsContacts: chance.isLikely(0.7),
      readsGroups: chance.isLikely(0.8),
    };
    const viewer = {
      id: asking.id,
      name: '',
      rights: {
        contacts: asking.readsContacts ? ('read' as const) : undefined,
        groups: asking.readsGroups ? ('read' as const) : undefined,
      },
    };
    // What was asked before is answered from what was kept, by whoever asks.
    const query: ListQuery = last && chance.isLikely(0.5) ? { ...last } : anyView(chance, tags, groups);
    last = query;
    if (chance.isLikely(0.3)) await keepableOf(app.db.read, index, query.sort)?.want();
    if (chance.isLikely(0.1)) pinned = anyView(chance, tags, groups);
    const limits = stateLimits(app.context);
    const plain = await plainList(app.db.read, query, STATES, limits, asking, RIGHTS);
    const at = chance.below(plain.rows.length + 1);
    const isBackwards = chance.isLikely(0.5);
    const from = at < plain.rows.length && chance.isLikely(0.6) ? plain.rows[at] : undefined;
    Object.assign(query, { after: isBackwards ? undefined : from, before: isBackwards ? from : undefined });

    const list = await listUsers(app.db.read, index, {
      query,
      limits,
      viewer,
      offered: { views: [pinned], tags: 100, groups: 100, rights: RIGHTS },
    });
    const told = `case ${n} of seed ${SEED}: ${JSON.stringify(query)} for ${JSON.stringify(asking)}`;
    expect({ told, ids: list.users.map((user) => user.id) }).toEqual({ told, ids: pageAmong(plain.rows, query) });
    const shown = await findUsers(
      app.db.read,
      list.users.map(({ id }) => id),
    );
    expect({ told, badges: list.users.map(({ badges }) => badges) }).toEqual({
      told,
      badges: shown.map((user) => badgesOf(user, limits)),
    });
    expect({ told, total: list.total }).toEqual({ told, total: plain.rows.length });
    expect({ told, states: list.counts.states }).toEqual({ told, states: plain.states });
    const { groupless, contactless, starts, leaves, rights } = list.counts;
    const alike = {
      groupless: plain.groupless,
      contactless: plain.contactless,
      starts: plain.starts,
      leaves: plain.leaves,
    };
    expect({ told, groupless, contactless, starts, leaves }).toEqual({ told, ...alike });
    const addresses = [...list.counts.addresses];
    expect({ told, addresses }).toEqual({ told, addresses: [...plain.addresses] });
    expect({ told, rights: [...rights] }).toEqual({ told, rights: [...plain.rights] });
    if (chance.isLikely(0.3)) {
      const { rows } = await plainList(app.db.read, pinned, STATES, limits, asking, RIGHTS);
      expect({ told, pinned, count: list.counts.views }).toEqual({ told, pinned, count: [rows.length] });
    }
    for (const [activity, count] of Object.entries(list.counts.activity))
      expect({ told, activity, count }).toEqual({ told, activity, count: plain.activity[activity] ?? 0 });
    for (const [id, { count }] of list.counts.tags)
      expect({ told, tag: id, count }).toEqual({ told, tag: id, count: plain.tags.get(id) ?? 0 });
    for (const [id, { count }] of list.counts.groups)
      expect({ told, group: id, count }).toEqual({ told, group: id, count: plain.groups.get(id) ?? 0 });
  }
  await other.close();
}, 3_600_000);

function anyView(chance: Chance, tags: number[], groups: number[]): ListQuery {
  const isByFit = chance.isLikely(0.5);
  // Views that ask for much leave nobody, and those that search are not kept for long: by the others it shows whether what is kept is ended in time.
  const asks = chance.isLikely(0.5) ? 1 : 0.25;
  const sometimes = <T>(likely: number, values: readonly T[]) =>
    chance.isLikely(likely * asks) ? chance.few(values) : [];
  return {
    ...readListQuery({}),
    q: chance.isLikely(asks) ? chance.one(SEARCHES) : '',
    activity: chance.few(['active', 'deactivated', 'deleted'] as const),
    state: sometimes(1, STATES),
    tag: sometimes(1, tags),
    group: sometimes(1, [...groups, 'none'] as const),
    contact: sometimes(0.4, ['none', 'no such']),
    starts: sometimes(0.4, ['7', '30', '365']),
    leaves: sometimes(0.4, ['7', '30', '365']),
    address: sometimes(0.2, [
      ...ADDRESSES,
      '10.0.',
      '10.',
      'fe80:',
      '192.168.1.1',
      'nosuch',
      '1',
      'Linux',
      'firefox on',
      'fox',
      'curl',
    ]),
    right: sometimes(0.4, [...RIGHTS, 'payroll']),
    sortGiven: !isByFit,
    sort: isByFit ? 'name' : chance.one(SORTS),
    descending: !isByFit && chance.isLikely(0.5),
    per: chance.one([1, 3, 25, 200]),
  };
}
