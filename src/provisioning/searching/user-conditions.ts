import type { Knex } from 'knex';
import type { Reader } from '../../db/database.ts';
import { identityKey } from '../../text/identity-key.ts';
import { idOfHandle } from '../ids.ts';
import { searchedAs } from '../resource.ts';
import { Unfit } from '../unfit.ts';
import { compareId, compareText, everybody, momentOf, nobody } from './comparing.ts';
import type { AttributePath, Filter, FilterValue, Operator } from './filter.ts';
import { restrict } from './restricting.ts';
import {
  type Comparison,
  isLookedThrough,
  isOfGroups,
  looksAtSystemEmail,
  nameOf,
  OWN_SORTS,
  pathsOf,
  USER,
  valuePath,
} from './user-paths.ts';

export type Query = Knex.QueryBuilder;

/** Whose users are meant, and which of them. */
export interface UserSearch {
  provisionerId: number;
  filter?: Filter;
  /** Whether users are walked along and each is looked at, instead of all that is said of anybody: where enough of them are meant. */
  isAlong?: boolean;
}

/** The users of a program who are not deleted, and whom a filter means. */
export function meant(db: Reader, { provisionerId, filter, isAlong = false }: UserSearch): Query {
  const query = db('provisioned_users')
    .where('provisioned_users.provisioner_id', provisionerId)
    .whereNot('provisioned_users.activity', 'deleted');
  if (filter) query.where((where) => void restricted(db, where, { provisionerId, filter, isAlong }));
  return query;
}

function restricted(db: Reader, where: Query, { provisionerId, filter, isAlong }: Required<UserSearch>): void {
  restrict(where, filter, {
    compare: (inner, one) =>
      isAlong && isLookedThrough(one) ? holdsValue(db, inner, one) : compare(db, inner, provisionerId, one),
    present: (inner, path) => present(db, inner, provisionerId, path),
    among: (inner, one) => among(db, inner, provisionerId, one),
  });
}

function compare(db: Reader, where: Query, provisionerId: number, filter: Comparison): void {
  const name = nameOf(filter.path);
  const { operator, value } = filter;
  if (value === null) {
    if (operator !== 'eq') nobody(where, USER);
    else where.whereNot((inner) => void present(db, inner, provisionerId, filter.path));
    return;
  }
  if (name === 'id') compareId(where, USER, operator, idOfHandle(value, 'user'));
  else if (name === 'username')
    compareText(where, 'provisioned_users.user_name_key', operator, identityKey(String(value)));
  else if (name === 'externalid') compareText(where, 'provisioned_users.external_id', operator, String(value));
  else if (name === 'active' || name === 'meta.resourcetype') compareWord(where, name, operator, value);
  else if (MOMENTS.includes(name)) compareText(where, OWN_SORTS.get(name)!, operator, momentOf(value));
  else if (isOfGroups(name)) {
    const group = operator === 'eq' ? idOfHandle(value, 'group') : undefined;
    if (group === undefined) nobody(where, USER);
    else where.whereIn(USER, inOwnGroups(db, provisionerId).where('memberships.group_id', group));
  } else compareValue(db, where, provisionerId, filter);
}

const MOMENTS = ['meta.created', 'meta.lastmodified'];

/** Who is in a group that the program keeps, which are the groups that it is told of. */
function inOwnGroups(db: Reader, provisionerId: number): Query {
  return db('memberships')
    .join('provisioned_groups', 'provisioned_groups.group_id', 'memberships.group_id')
    .where('provisioned_groups.provisioner_id', provisionerId)
    .whereNot('provisioned_groups.activity', 'deleted')
    .select('memberships.user_id');
}

function compareWord(where: Query, name: string, operator: Operator, value: FilterValue): void {
  if (operator !== 'eq') throw new Unfit('invalidFilter', `${name} is compared by eq and ne.`);
  const said = searchedAs(value);
  if (name === 'meta.resourcetype') {
    if (said === 'user') everybody(where, USER);
    else nobody(where, USER);
  } else if (said === 'true' || said === 'false')
    where.where('provisioned_users.activity', said === 'true' ? 'active' : 'deactivated');
  else throw new Unfit('invalidFilter', 'active is true or false.');
}

/** The system email may be another by now than the one that was said. */
function compareValue(db: Reader, where: Query, provisionerId: number, { path, operator, value }: Comparison): void {
  const wanted = valuePath(path);
  const found = values(db, provisionerId, [wanted]);
  compareText(found, 'value', operator, searchedAs(value));
  found.select('user_id');
  // As one set: of two that are joined by "or" each user would be looked at.
  if (looksAtSystemEmail({ path, operator })) found.union([bySystemEmail(db, value)]);
  where.whereIn(USER, found);
}

/** Of one user, whatever of others. */
function holdsValue(db: Reader, where: Query, { path, operator, value }: Comparison): void {
  const said = db('provisioned_values as said')
    .where('said.user_id', db.ref(USER))
    .where('said.path', valuePath(path))
    .select('said.user_id');
  compareText(said, 'said.value', operator, searchedAs(value));
  where.whereExists(said);
}

function bySystemEmail(db: Reader, value: FilterValue): Query {
  return db('users')
    .where('email_key', identityKey(String(value)))
    .whereNull('deleted_from')
    .select('id');
}

function present(db: Reader, where: Query, provisionerId: number, path: AttributePath): void {
  const name = nameOf(path);
  if (ALWAYS.includes(name)) everybody(where, USER);
  else if (name === 'externalid') where.whereNotNull('provisioned_users.external_id');
  else if (isOfGroups(name)) where.whereIn(USER, inOwnGroups(db, provisionerId));
  else where.whereIn(USER, values(db, provisionerId, pathsOf(path)).select('user_id'));
}

const ALWAYS = [
  'id',
  'username',
  'active',
  'meta',
  'meta.created',
  'meta.lastmodified',
  'meta.resourcetype',
  'schemas',
];

/** That one of the values of a list is so in all its parts. */
function among(
  db: Reader,
  where: Query,
  provisionerId: number,
  { path, filter }: Extract<Filter, { kind: 'among' }>,
): void {
  const list = `${nameOf(path)}.`;
  const parts = filter.kind === 'and' ? filter.parts : [filter];
  // One that is compared is walked along; the others are looked at for each that it finds.
  const driving = parts.find(
    (part) => part.kind === 'compare' && part.operator === 'eq' && part.path.attribute === 'value',
  );
  const found = driving
    ? values(db, provisionerId, [`${list}value`], 'one')
    : values(db, provisionerId, pathsOf(path), 'one');
  if (driving?.kind === 'compare') compareText(found, 'one.value', 'eq', searchedAs(driving.value));
  for (const part of parts) if (part !== driving) found.where((inner) => void beside(db, inner, list, part));
  where.whereIn(USER, found.select('one.user_id'));
}

/** That other parts of the same value of a list are so. */
function beside(db: Reader, where: Query, list: string, filter: Filter): void {
  switch (filter.kind) {
    case 'and':
      for (const part of filter.parts) where.where((inner) => void beside(db, inner, list, part));
      return;
    case 'or':
      for (const part of filter.parts) where.orWhere((inner) => void beside(db, inner, list, part));
      return;
    case 'not':
      where.whereNot((inner) => void beside(db, inner, list, filter.part));
      return;
    case 'among':
      throw new Unfit('invalidFilter', 'There are no lists within lists.');
    case 'present':
      where.whereExists(other(db, `${list}${filter.path.attribute}`));
      return;
    case 'compare': {
      const { path, operator, value } = filter;
      const found = other(db, `${list}${path.attribute}`);
      compareText(found, 'other.value', operator === 'ne' ? 'eq' : operator, searchedAs(value));
      if (operator === 'ne') where.whereNotExists(found);
      else where.whereExists(found);
    }
  }
}

function other(db: Reader, path: string): Query {
  return db('provisioned_values as other')
    .where('other.user_id', db.ref('one.user_id'))
    .where('other.place', db.ref('one.place'))
    .where('other.path', path)
    .select('other.user_id');
}

/** What is said under these paths. */
export function values(db: Reader, provisionerId: number, paths: string[], name = 'provisioned_values'): Query {
  const table = name === 'provisioned_values' ? name : `provisioned_values as ${name}`;
  return db(table).where(`${name}.provisioner_id`, provisionerId).whereIn(`${name}.path`, paths);
}
