import { expect, it } from '@jest/globals';
import { DAY, instant } from '../../../src/clock.ts';
import { ACCOUNT_TYPES } from '../../../src/contacts/contact.ts';
import { ContactIndex } from '../../../src/contacts/contact-index.ts';
import { keepableOf, listContacts } from '../../../src/contacts/contact-list.ts';
import {
  ACTIVITIES,
  type ContactQuery,
  KINDS,
  readContactQuery,
  SORTS,
} from '../../../src/contacts/contact-list-query.ts';
import { findContactViewer } from '../../../src/contacts/contact-viewer.ts';
import { openDatabase } from '../../../src/db/database.ts';
import { KeptOrders } from '../../../src/facets/orders/kept-orders.ts';
import { idsAmong } from '../../../src/lists/list-query.ts';
import { startApp } from '../../support/app.ts';
import { Chance } from '../../support/chance.ts';
import { addCrowd } from '../../support/crowd.ts';
import { pageAmong, SIGNS } from '../../support/plain-sql.ts';
import { pruneFeed, setBackFeed } from '../../users/proof/changes.ts';
import { CHANGES, RENAMING } from './changes.ts';
import { type Asking, plainContacts } from './plain-contacts.ts';

/** How many views are compared; PROOF_CASES=10000 is the proof, the others see that it still runs. */
const CASES = Number(process.env.PROOF_CASES ?? 200);
const SEED = Number(process.env.PROOF_SEED ?? 1);
/** Most of them bring a contact. From 1,024 on the most common values are kept in another way. */
const USERS = Number(process.env.PROOF_USERS ?? 150);
const SEARCHES = [
  '',
  '',
  '',
  'a',
  'z',
  '1',
  'ma',
  '10',
  'mar',
  '3010',
  'example',
  'ma ri',
  'gmbh',
  'qqq',
  ...SIGNS,
  '7',
];

/** Every list of contacts is what plain SQL says: rows, order, pages, totals and the count of every value, for whoever asks. */
it('says of every view what plain SQL says of it, whatever happened before', async () => {
  await using app = await startApp();
  await addCrowd(app, USERS);
  const other = openDatabase(app.folder, app.config.databaseUrl);
  const chance = new Chance(SEED);
  // Every list that has an order goes by the one that is kept, where there is one.
  const anew = () => new ContactIndex(app.db.read, app.clock.now, { orders: new KeptOrders(0) });
  let contactIndex = anew();
  const users: number[] = await app.db.read('users').pluck('id');
  const tags: number[] = [...(await app.db.read('tags').pluck('id')), 9_999];
  const owners = ['public', 'private', ...(await app.db.read('groups').pluck('id')).map(String), '9999'];

  let last: { query: ContactQuery; asking: Asking } | undefined;
  for (let n = 0; n < CASES; n++) {
    // Somebody changes something, here or through a process of their own, and time goes on or back.
    for (let changes = chance.below(4); changes > 0; changes--) {
      const change = chance.isLikely(0.4) ? RENAMING : chance.one(CHANGES);
      await (chance.isLikely(0.5) ? app.db : other).write((trx) => change(trx, chance, app.clock.now()));
    }
    if (chance.isLikely(0.2)) app.clock.advance(chance.one([1, 60_000, -1_000, DAY, -DAY, DAY - 1]));
    if (chance.isLikely(0.02)) await pruneFeed(app.db, 'contact_changes');
    if (chance.isLikely(0.02)) await setBackFeed(app.db, 'contact_changes');
    // As after a crash: nothing of what was in memory is left.
    if (chance.isLikely(0.02)) contactIndex = anew();

    // What was asked before is answered from what was kept, for the same one or for somebody else.
    const isAgain = last !== undefined && chance.isLikely(0.6);
    const asking = isAgain && chance.isLikely(0.7) ? last!.asking : anybody(chance, users);
    const rights = { contacts: asking.readsContacts ? ('read' as const) : undefined };
    const at = instant(app.clock.now());
    const viewer = await findContactViewer(app.db.read, { id: asking.id, name: '', rights }, at);
    const query = isAgain ? { ...last!.query } : anyView(chance, tags, owners);
    last = { query, asking };
    if (chance.isLikely(0.3)) await keepableOf(app.db.read, contactIndex, query.sort)?.want();
    const plain = await plainContacts(app.db.read, query, asking, at);
    const from = chance.isLikely(0.6) && plain.rows.length > 0 ? chance.one(plain.rows) : undefined;
    const isBackwards = chance.isLikely(0.5);
    Object.assign(query, { after: isBackwards ? undefined : from, before: isBackwards ? from : undefined });

    const offered = chance.one([2, 100]);
    const list = await listContacts({ db: app.db, contactIndex }, viewer, query, offered);
    const told = `case ${n} of seed ${SEED}: ${JSON.stringify(query)} for ${JSON.stringify(asking)}`;
    const { counts } = list;
    expect({ told, ids: list.contacts.map(({ id }) => id) }).toEqual({ told, ids: pageAmong(plain.rows, query) });
    expect({ told, total: list.total }).toEqual({ told, total: plain.rows.length });
    const { activity, kind, account } = plain;
    expect({ told, activity: counts.activity, kind: counts.kind, account: counts.account }).toEqual({
      told,
      activity,
      kind,
      account,
    });
    for (const [owner, count] of counts.owner)
      expect({ told, owner, count }).toEqual({ told, owner, count: plain.owner.get(owner) });
    expect({ told, owners: [...counts.owner.keys()].toSorted() }).toEqual({
      told,
      owners: ['public', 'private', ...[...viewer.groupIds].map(String)].toSorted(),
    });
    // Where deleted ones are shown, so are the tags that these alone have.
    const seen = new Map([...(query.activity.includes('deleted') ? plain.tags.keys() : [])].map((id) => [id, 0]));
    for (const [id, size] of plain.tagSizes) seen.set(id, size);
    const largest = [...seen].sort(([a, size], [b, other]) => other - size || a - b).slice(0, offered);
    const known = idsAmong(query.tag).filter((id) => plain.tags.has(id) || plain.tagSizes.has(id));
    const wanted = [...new Set([...largest.map(([id]) => id), ...known])];
    expect({ told, tags: [...counts.tag] }).toEqual({
      told,
      tags: wanted.map((id) => [id, { count: plain.tags.get(id) ?? 0, size: plain.tagSizes.get(id) ?? 0 }]),
    });
  }
  await other.close();
}, 3_600_000);

function anybody(chance: Chance, users: number[]): Asking {
  return { id: chance.one(users), readsContacts: chance.isLikely(0.9) };
}

function anyView(chance: Chance, tags: number[], owners: string[]): ContactQuery {
  const isByFit = chance.isLikely(0.5);
  return {
    ...readContactQuery({}, SORTS),
    q: chance.one(SEARCHES),
    activity: chance.few(ACTIVITIES),
    kind: chance.few(KINDS),
    account: chance.few(ACCOUNT_TYPES),
    owner: chance.isLikely(0.4) ? chance.few(owners) : [],
    tag: chance.few(tags),
    company: chance.isLikely(0.1) ? [chance.one([1, 2, 3, 9_999])] : [],
    sortGiven: !isByFit,
    sort: isByFit ? 'name' : chance.one(SORTS),
    descending: !isByFit && chance.isLikely(0.5),
    per: chance.one([1, 3, 25, 200]),
  };
}
