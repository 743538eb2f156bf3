import type { Knex } from 'knex';
import type { Reader } from '../../db/database.ts';
import { identityKey } from '../../text/identity-key.ts';
import { idOfHandle } from '../ids.ts';
import { Unfit } from '../unfit.ts';
import { compareId, compareText, everybody, momentOf, nobody } from './comparing.ts';
import type { AttributePath, Filter } from './filter.ts';
import { restrict } from './restricting.ts';

type Query = Knex.QueryBuilder;

const GROUP = 'provisioned_groups.group_id';

/** Whose groups are meant, which of them, and in what order. */
export interface GroupSearch {
  provisionerId: number;
  filter?: Filter;
}

const SORTS: ReadonlyMap<string, string> = new Map([
  ['id', GROUP],
  ['displayname', 'groups.name_key'],
  ['externalid', 'provisioned_groups.external_id'],
  ['meta.created', 'provisioned_groups.created_at'],
  ['meta.lastmodified', 'provisioned_groups.modified_at'],
]);

export async function countGroups(db: Reader, search: GroupSearch): Promise<number> {
  return Number((await meant(db, search).count('* as number').first())?.number);
}

export async function findGroupPage(
  db: Reader,
  search: GroupSearch,
  { path, descending }: { path?: AttributePath; descending: boolean },
  { skip, limit }: { skip: number; limit: number },
): Promise<number[]> {
  const order = descending ? 'desc' : 'asc';
  const query = meant(db, search).offset(skip).limit(limit);
  const column = path && SORTS.get(nameOf(path));
  if (column && column !== GROUP) query.orderBy(column, order);
  return query.orderBy(GROUP, order).pluck(GROUP);
}

function meant(db: Reader, { provisionerId, filter }: GroupSearch): Query {
  const query = db('provisioned_groups')
    .join('groups', 'groups.id', GROUP)
    .where('provisioned_groups.provisioner_id', provisionerId)
    .whereNot('provisioned_groups.activity', 'deleted');
  if (filter) query.where((where) => void restricted(db, where, provisionerId, filter));
  return query;
}

function restricted(db: Reader, where: Query, provisionerId: number, filter: Filter): void {
  restrict(where, filter, {
    compare: (inner, one) => compare(db, inner, provisionerId, one),
    present: (inner, path) => present(db, inner, provisionerId, path),
    among(inner, { path, filter }) {
      if (path.attribute !== 'members') nobody(inner, GROUP);
      else inner.where((members) => void restricted(db, members, provisionerId, ofMembers(filter)));
    },
  });
}

/** `members[value eq "…"]` is the same as `members.value eq "…"`. */
function ofMembers(filter: Filter): Filter {
  if (filter.kind !== 'compare') throw new Unfit('invalidFilter', 'Of members, the value is compared.');
  return { ...filter, path: { attribute: 'members', sub: filter.path.attribute } };
}

function compare(db: Reader, where: Query, provisionerId: number, filter: Extract<Filter, { kind: 'compare' }>): void {
  const { path, operator, value } = filter;
  const name = nameOf(path);
  if (value === null) {
    if (operator === 'eq') where.whereNot((inner) => void present(db, inner, provisionerId, path));
    else nobody(where, GROUP);
  } else if (name === 'id') compareId(where, GROUP, operator, idOfHandle(value, 'group'));
  else if (name === 'displayname') compareText(where, 'groups.name_key', operator, identityKey(String(value)));
  else if (name === 'externalid') compareText(where, 'provisioned_groups.external_id', operator, String(value));
  else if (name === 'meta.created' || name === 'meta.lastmodified')
    compareText(where, SORTS.get(name)!, operator, momentOf(value));
  else if (name === 'members' || name === 'members.value') {
    const member = idOfHandle(value, 'user');
    if (member === undefined || operator !== 'eq') nobody(where, GROUP);
    else where.whereIn(GROUP, ofOwnUsers(db, provisionerId).where('memberships.user_id', member));
  } else if (name === 'meta.resourcetype' && String(value).toLowerCase() === 'group') everybody(where, GROUP);
  else nobody(where, GROUP);
}

/** The groups in which a user is whom the program keeps: of the others it is told nothing. */
function ofOwnUsers(db: Reader, provisionerId: number): Query {
  return db('memberships')
    .join('provisioned_users', 'provisioned_users.user_id', 'memberships.user_id')
    .where('provisioned_users.provisioner_id', provisionerId)
    .whereNot('provisioned_users.activity', 'deleted')
    .select('memberships.group_id');
}

function present(db: Reader, where: Query, provisionerId: number, path: AttributePath): void {
  const name = nameOf(path);
  if (name === 'externalid') where.whereNotNull('provisioned_groups.external_id');
  else if (name === 'members' || name === 'members.value') where.whereIn(GROUP, ofOwnUsers(db, provisionerId));
  else if (SORTS.has(name) || name.startsWith('meta') || name === 'schemas') everybody(where, GROUP);
  else nobody(where, GROUP);
}

function nameOf({ attribute, sub }: AttributePath): string {
  return sub ? `${attribute}.${sub}` : attribute;
}
