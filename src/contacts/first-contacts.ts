import type { Knex } from 'knex';
import type { Reader } from '../db/database.ts';
import { selectIds, whereIdIn } from '../db/ids.ts';
import { whereAlong } from '../db/keyset.ts';
import { PATIENCE_OF_A_PAGE } from '../facets/following/follower.ts';
import { alongIndex, meantAlong } from '../facets/orders/along-index.ts';
import { readPage } from '../lists/keyset-page.ts';
import type { Contact, ContactViewer } from './contact.ts';
import type { ContactFilter, ContactIndex } from './contact-index.ts';
import { ACTIVITIES } from './contact-list-query.ts';
import { whereVisible } from './contact-viewer.ts';
import { ownershipValue } from './ownership-values.ts';

interface Sources {
  db: { read: Reader };
  contactIndex: ContactIndex;
}

interface FirstContacts {
  total: number;
  first: { id: number; name: string; position: string }[];
}

const NONE: FirstContacts = { total: 0, first: [] };

/** The first persons of a company that the viewer may see, by name, and how many there are. */
export async function findPeopleOf(
  sources: Sources,
  viewer: ContactViewer,
  { kind, id }: Contact,
  limit: number,
): Promise<FirstContacts> {
  if (kind !== 'company') return NONE;
  return findFirst(sources, viewer, { meant: { values: {}, companies: [id] }, column: 'company_id', id, limit });
}

/** The first contacts that a group owns and how many there are, where the viewer is in it: nobody else sees them. */
export async function findContactsOf(
  sources: Sources,
  viewer: ContactViewer,
  id: number,
  limit: number,
): Promise<FirstContacts> {
  if (!viewer.groupIds.has(id)) return NONE;
  const values = { owner: [ownershipValue({ owner_user_id: null, owner_group_id: id })] };
  return findFirst(sources, viewer, { meant: { values }, column: 'owner_group_id', id, limit });
}

/** Which contacts are meant, as the index says it, and the database while that is still being read. */
interface Meant {
  meant: ContactFilter;
  column: 'company_id' | 'owner_group_id';
  id: number;
  limit: number;
}

const NAMES = { value: 'sort_name', id: 'id' };
const alongNames = alongIndex((db) => db('contacts'), NAMES);

async function findFirst(
  { db: { read: db }, contactIndex }: Sources,
  viewer: ContactViewer,
  { meant, column, id, limit }: Meant,
): Promise<FirstContacts> {
  if (await contactIndex.refreshWithin(PATIENCE_OF_A_PAGE)) {
    const values = { ...meant.values, activity: [ACTIVITIES.indexOf('active')] };
    const selection = contactIndex.select({ ...meant, values }, viewer);
    const source = meantAlong(selection, contactIndex.number, (among) => alongNames(db, among));
    const { rows } = await readPage({ per: limit, descending: false }, source);
    return { total: selection.total, first: await named(db, rows) };
  }
  const listed = () =>
    whereVisible(db('contacts') as Knex.QueryBuilder, viewer).where({ [column]: id, activity: 'active' });
  const counted = await listed().count('* as total').first();
  const first = whereAlong(listed(), NAMES, { nulls: false, descending: false, from: undefined });
  const ids = await selectIds(db, first.limit(limit).select('id'));
  return { total: Number(counted?.total ?? 0), first: await named(db, ids) };
}

async function named(db: Reader, ids: number[]): Promise<FirstContacts['first']> {
  const contacts: FirstContacts['first'] = await whereIdIn(db('contacts'), 'id', ids).select('id', 'name', 'position');
  const byId = new Map(contacts.map((one) => [one.id, one]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
