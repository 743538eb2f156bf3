import type { Knex } from 'knex';
import { countEach, prefixed, valueInCase, whereAnyBit } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { selectIds, whereIdIn } from '../db/ids.ts';
import { type Key, whereAlong } from '../db/keyset.ts';
import { findContactIdsByText, whereTextHolds } from '../db/search.ts';
import { readPage } from '../lists/keyset-page.ts';
import type { Cursor } from '../lists/list-query.ts';
import { fold } from '../text/text.ts';
import { ACCOUNT_TYPES, type AccountType, type Contact, type ContactKind, type ContactViewer } from './contact.ts';
import type { ContactQuery, SortKey } from './contact-list-query.ts';
import { findContacts } from './contact-store.ts';
import { whereVisible } from './contact-viewer.ts';

export interface ContactList {
  contacts: Contact[];
  counts: ContactCounts;
  /** How many of the contacts that are not deleted have each tag, whatever is filtered; by its id. */
  tagSizes: Map<number, number>;
  /** Cursors of the pages before and after, where there are any. */
  previous?: Cursor;
  next?: Cursor;
}

/** How many each value of each filter would leave under the other filters. Values that nobody has may be missing. */
export interface ContactCounts {
  total: number;
  activity: Map<string, number>;
  kind: Map<string, number>;
  account: Map<string, number>;
  /** By the words of the address. */
  owner: Map<string, number>;
  tag: Map<number, number>;
}

/** So many contacts alike in all that is counted. */
interface Cell {
  activity: Contact['activity'];
  kind: ContactKind;
  accounts: AccountType[];
  owner: string;
  number: number;
}

/** What each order goes by, and the table that it takes. */
const ORDERS: Record<
  SortKey,
  { value: string | ((db: Reader) => Knex.Raw); isNullable?: boolean; from?: 'users' | 'groups' }
> = {
  name: { value: 'contacts.sort_name' },
  email: { value: 'contacts.email_key', isNullable: true },
  accounts: { value: 'contacts.account_bits' },
  owner: { value: publicThenPrivateThenGroups, from: 'groups' },
  user: { value: 'users.sort_name', isNullable: true, from: 'users' },
  added: { value: 'contacts.created_at' },
};

/** So few are sorted by themselves; more are found by walking the index of the sort. */
const FEW = 5_000;
/** More are found sooner by looking at each text. */
const MOST_FOUND = 20_000;

/** One page of the contacts that the viewer may see, with the counts of every filter. */
export async function listContacts(db: Reader, viewer: ContactViewer, query: ContactQuery): Promise<ContactList> {
  const words = fold(query.q).split(' ').filter(Boolean);
  const found = await findContactIdsByText(db, words, MOST_FOUND);
  const matching = (but: Partial<ContactQuery> = {}, from: Knex.QueryBuilder = db('contacts')) =>
    filtered(searched(whereVisible(from, viewer), query.q, words, found), viewer, { ...query, ...but });
  const { counts, sizes } = await countAll(db, matching, query);

  const few = counts.total <= FEW ? await selectIds(db, matching().select('contacts.id')) : undefined;
  const page = await readPage(query, {
    isNullable: ORDERS[query.sort].isNullable,
    read: (stretch, limit) => {
      const contacts = few
        ? joined(whereIdIn(db('contacts'), 'contacts.id', few), query.sort, stretch.nulls)
        : matching({}, tablesOf(db, query.sort, stretch.nulls));
      return selectIds(db, whereAlong(contacts.select('contacts.id'), keyOf(db, query.sort), stretch).limit(limit));
    },
    placeOf: (id) => placeOf(db, query.sort, id),
  });
  return {
    contacts: await findContacts(db, viewer, page.rows),
    counts,
    tagSizes: sizes ?? (await countTags(db, whereVisible(db('contacts'), viewer), LISTED)),
    previous: page.previous,
    next: page.next,
  };
}

const LISTED = (cell: Cell) => cell.activity === 'active';

function searched(query: Knex.QueryBuilder, q: string, words: string[], found: number[] | undefined) {
  if (q !== '' && words.length === 0) return query.whereIn('contacts.id', []);
  if (found) return whereIdIn(query, 'contacts.id', found);
  return whereTextHolds(query, 'contacts.search_text', words);
}

function filtered(query: Knex.QueryBuilder, viewer: ContactViewer, filter: ContactQuery): Knex.QueryBuilder {
  const { activity, kind, account, owner, tag, company } = filter;
  query.whereIn('contacts.activity', activity.length > 0 ? activity : ['active']);
  if (kind.length > 0) query.whereIn('contacts.kind', kind);
  if (account.length > 0) whereAnyBit(query, 'contacts.account_bits', bitsOf(account));
  if (owner.length > 0)
    query.where((either) => {
      either.whereIn('contacts.owner_group_id', owner.filter((one) => /^\d+$/.test(one)).map(Number));
      if (owner.includes('public'))
        either.orWhere((one) => one.whereNull('contacts.owner_user_id').whereNull('contacts.owner_group_id'));
      if (owner.includes('private')) either.orWhere('contacts.owner_user_id', viewer.id);
    });
  if (tag.length > 0)
    query.whereIn('contacts.id', (tagged) =>
      tagged.from('contact_tags').whereIn('tag_id', tag).select('contact_tags.contact_id'),
    );
  if (company.length > 0) query.whereIn('contacts.company_id', company);
  return query;
}

const ALL: Partial<ContactQuery> = { activity: ['active', 'deleted'], kind: [], account: [], owner: [] };

/** What a contact is counted by; an index holds all of it, so that a grouping reads nothing else. */
const CELL = ['owner_user_id', 'owner_group_id', 'activity', 'kind', 'account_bits'].map((one) => `contacts.${one}`);

/** All counts come from two groupings: of the contacts, and of their tags. */
async function countAll(
  db: Reader,
  matching: (but?: Partial<ContactQuery>) => Knex.QueryBuilder,
  query: ContactQuery,
): Promise<{ counts: ContactCounts; sizes?: Map<number, number> }> {
  const grouped = matching(ALL).groupBy(CELL).select(CELL);
  const cells: Cell[] = (await grouped.select(countEach(db))).map(cellOf);
  const holds: Record<'activity' | 'kind' | 'account' | 'owner', (cell: Cell) => boolean> = {
    activity: (cell) => (query.activity.length > 0 ? query.activity.includes(cell.activity) : LISTED(cell)),
    kind: (cell) => query.kind.length === 0 || query.kind.includes(cell.kind),
    account: (cell) => query.account.length === 0 || cell.accounts.some((one) => query.account.includes(one)),
    owner: (cell) => query.owner.length === 0 || query.owner.includes(cell.owner),
  };
  const isMeant = (cell: Cell) => Object.values(holds).every((rule) => rule(cell));
  const per = (filter: keyof typeof holds, valuesOf: (cell: Cell) => string[]) => {
    const others = Object.entries(holds).filter(([name]) => name !== filter);
    const counts = new Map<string, number>();
    for (const cell of cells)
      if (others.every(([, rule]) => rule(cell)))
        for (const value of valuesOf(cell)) counts.set(value, (counts.get(value) ?? 0) + cell.number);
    return counts;
  };
  const tagged = await findTagCells(db, matching({ ...ALL, tag: [] }));
  // Where neither search nor company restrict, the same grouping tells the sizes.
  const sizes = query.q === '' && query.company.length === 0 ? sumOfTags(tagged, LISTED) : undefined;
  return {
    counts: {
      total: cells.filter(isMeant).reduce((sum, cell) => sum + cell.number, 0),
      activity: per('activity', (cell) => [cell.activity]),
      kind: per('kind', (cell) => [cell.kind]),
      account: per('account', (cell) => cell.accounts),
      owner: per('owner', (cell) => [cell.owner]),
      tag: sumOfTags(tagged, isMeant),
    },
    sizes,
  };
}

async function countTags(db: Reader, contacts: Knex.QueryBuilder, holds: (cell: Cell) => boolean) {
  return sumOfTags(await findTagCells(db, contacts), holds);
}

async function findTagCells(db: Reader, contacts: Knex.QueryBuilder): Promise<(Cell & { tagId: number })[]> {
  const rows = await contacts
    .join('contact_tags', 'contact_tags.contact_id', 'contacts.id')
    .groupBy('contact_tags.tag_id', ...CELL)
    .select('contact_tags.tag_id', ...CELL)
    .select(countEach(db));
  return rows.map((row: Record<string, never>) => ({ ...cellOf(row), tagId: row.tag_id }));
}

function sumOfTags(cells: (Cell & { tagId: number })[], holds: (cell: Cell) => boolean): Map<number, number> {
  const sums = new Map<number, number>();
  for (const cell of cells) if (holds(cell)) sums.set(cell.tagId, (sums.get(cell.tagId) ?? 0) + cell.number);
  return sums;
}

function cellOf(row: Record<string, never>): Cell {
  const { owner_user_id, owner_group_id, activity, kind, account_bits, number } = row;
  return {
    activity,
    kind,
    accounts: ACCOUNT_TYPES.filter((_, n) => account_bits & (1 << n)),
    owner: owner_user_id !== null ? 'private' : owner_group_id !== null ? String(owner_group_id) : 'public',
    number: Number(number),
  };
}

function bitsOf(types: AccountType[]): number {
  return types.reduce((bits, type) => bits | (1 << ACCOUNT_TYPES.indexOf(type)), 0);
}

/** The tables of a walk. A cross join keeps their order: the users are walked by name, each with their contact. */
function tablesOf(db: Reader, sort: SortKey, nulls: boolean): Knex.QueryBuilder {
  if (ORDERS[sort].from !== 'users' || nulls) return joined(db('contacts'), sort, nulls);
  return db('users')
    .crossJoin('contacts' as never)
    .where('contacts.id', db.ref('users.contact_id'))
    .whereNot('users.activity', 'deleted');
}

function keyOf(db: Reader, sort: SortKey): Key {
  const { value, isNullable } = ORDERS[sort];
  return { value: typeof value === 'string' ? value : value(db), id: 'contacts.id', isNullable };
}

/** Groups follow one another by their names. */
function publicThenPrivateThenGroups(db: Reader): Knex.Raw {
  return valueInCase(
    db,
    [
      [(owner) => owner.whereNotNull('contacts.owner_user_id'), '1'],
      [(owner) => owner.whereNotNull('groups.name_key'), prefixed(db, '2', 'groups.name_key')],
    ],
    '0',
  );
}

/** Whoever has no user is only missed where those are meant who have none. */
function joined(contacts: Knex.QueryBuilder, sort: SortKey, keepsAll: boolean): Knex.QueryBuilder {
  const { from } = ORDERS[sort];
  if (from === 'groups') return contacts.leftJoin('groups', 'groups.id', 'contacts.owner_group_id');
  if (from !== 'users') return contacts;
  const onUser = (join: Knex.JoinClause) =>
    join.on('users.contact_id', 'contacts.id').andOnVal('users.activity', '<>', 'deleted');
  return keepsAll ? contacts.leftJoin('users', onUser) : contacts.join('users', onUser);
}

async function placeOf(db: Reader, sort: SortKey, id: number): Promise<Cursor> {
  const row = await joined(db('contacts'), sort, true)
    .where('contacts.id', id)
    .first({ value: keyOf(db, sort).value });
  return { value: row.value, id };
}
