import type { Knex } from 'knex';
import type { Activity } from '../access/activity.ts';
import { type Level, NO_RIGHTS } from '../access/rights.ts';
import { whereNotDeleted } from '../db/conditions.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { violatedUnique } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { FieldErrors } from '../forms/form.ts';
import { hasLookAlikes, identityKey, spelledLike } from '../text/identity-key.ts';
import { sortedByName } from '../text/sort-key.ts';
import { withPlainLines } from '../text/text.ts';
import { NotFound } from '../verbs/refusals.ts';
import type { Group } from './group.ts';
import { recountSome } from './recounting.ts';

/** All groups that are not deleted, by name, with what they grant. */
export async function findGroups(db: Reader, ids?: number[]): Promise<Group[]> {
  const rows = await selectUndeleted(db, { isOfIds: ids !== undefined }, { ids: ids ?? [] });
  return sortedByName(await withRights(db, rows, ids), (group) => group.name);
}

const selectUndeleted = preparedInForms<{ isOfIds: boolean }, { ids: number[] }, Found>((db, { isOfIds }, { ids }) => {
  const groups = selectGroups(db).modify(whereNotDeleted, 'groups');
  return isOfIds ? whereIdIn(groups, 'groups.id', ids) : groups;
});

/** The active groups that can be asked for, by name, with what they grant. */
export async function findGroupsToAskFor(db: Reader, most: number): Promise<Group[]> {
  const query = selectGroups(db).where('groups.activity', 'active').where('groups.can_be_asked_for', true);
  const rows = await query.orderBy('groups.id').limit(most);
  const groups = await withRights(
    db,
    rows,
    rows.map(({ id }) => id),
  );
  return sortedByName(groups, (group) => group.name);
}

/** A deleted one included. Throws NotFound. */
export async function findGroup(db: Reader, id: number): Promise<Group> {
  const [group] = await findGroupsOf(db, [id]);
  return group;
}

/** The groups that grant something on it, by number, deleted ones included. */
export async function findGroupsGranting(db: Reader, application: string): Promise<Group[]> {
  return findGroupsOf(db, await findIdsGranting(db, application));
}

export async function findIdsGranting(db: Reader, application: string): Promise<number[]> {
  return db('group_permissions').where({ application }).orderBy('group_id').pluck('group_id');
}

/** Deleted ones included, in the order of the ids. Throws NotFound where one is unknown. */
export async function findGroupsOf(db: Reader, ids: number[]): Promise<Group[]> {
  const groups = await withRights(db, await selectGroupsById(db, { ids }), ids);
  const byId = new Map(groups.map((group) => [group.id, group]));
  return ids.map((id) => {
    const group = byId.get(id);
    if (!group) throw new NotFound('There is no such group.');
    return group;
  });
}

type Columns = Record<string, unknown>;

/** Returns the id. Throws FieldErrors where the name is taken. */
export async function insertGroup(trx: Transaction, columns: Columns): Promise<number> {
  const [{ id }] = await unlessTaken(columns, () => trx('groups').insert(columns).returning('id'));
  return id;
}

/** Writes what differs of each, those of which the same does at once. Forms that were opened before are stale. Throws FieldErrors where the name is taken. */
export async function keepGroups(trx: Transaction, changes: { id: number; columns: Columns }[]): Promise<void> {
  for (const alike of Map.groupBy(changes, ({ columns }) => JSON.stringify(columns)).values()) {
    const { columns } = alike[0];
    const ids = alike.map((change) => change.id);
    await unlessTaken(columns, () => {
      const those = whereIdIn(trx('groups'), 'id', ids).increment('version');
      return Object.keys(columns).length > 0 ? those.update(columns) : those;
    });
  }
}

async function unlessTaken<T>({ name }: Columns, write: () => PromiseLike<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (violatedUnique(error)) throw new FieldErrors({ name: taken(String(name)) });
    throw error;
  }
}

/** The groups whose leader is one of these and no member any more. */
export async function findLedByStrangers(
  db: Reader,
  userIds: number[],
): Promise<{ id: number; name: string; leader: { id: number; name: string } }[]> {
  const membership = db('memberships')
    .where('memberships.user_id', db.ref('groups.leader_id'))
    .where('memberships.group_id', db.ref('groups.id'));
  const led = selectGroups(db).whereNotExists(membership);
  const groups = await withRights(db, await whereIdIn(led, 'groups.leader_id', userIds));
  return groups.map(({ id, name, leaderId, leaderName }) => ({
    id,
    name,
    leader: { id: leaderId!, name: leaderName! },
  }));
}

/** What is said of a name that another group has. */
export function taken(name: string): string {
  return hasLookAlikes(name)
    ? 'This name looks like that of another group: some of its letters are of another alphabet.'
    : `There is a group named ${name} already.`;
}

/** Of these deleted groups, in their order, those whose name another group has by now, or an earlier one of them takes. */
export async function findTakenNames(db: Reader, groups: Pick<Group, 'id' | 'name'>[]): Promise<Set<number>> {
  const keys = groups.map((group) => identityKey(group.name));
  const existing = whereIdIn(db('groups').modify(whereNotDeleted), 'name_key', keys);
  const used = new Set<string>(await existing.pluck('name_key'));
  const taken = new Set<number>();
  for (const [n, group] of groups.entries()) {
    if (used.has(keys[n])) taken.add(group.id);
    used.add(keys[n]);
  }
  return taken;
}

/** What becomes of each; what is deleted is remembered for when it comes back. */
export async function setActivity(trx: Transaction, groups: Group[], next: (group: Group) => Activity): Promise<void> {
  const changes = groups.map((group) => {
    const activity = next(group);
    return { id: group.id, columns: { activity, deleted_from: activity === 'deleted' ? group.activity : null } };
  });
  await keepGroups(trx, changes);
  // Small groups are done with it; the members of a large one are counted by and by.
  await recountSome(trx);
}

/** The existing group of this name. */
export async function findGroupByName(db: Reader, name: string): Promise<{ id: number; name: string } | undefined> {
  const rows: { id: number; name: string }[] = await db('groups')
    .where('name_key', identityKey(name))
    .modify(whereNotDeleted)
    .orderBy('name_twin')
    .select('id', 'name');
  return spelledLike(rows, name, (row) => row.name);
}

type Found = Row<'groups'> & { leader_name: string | null };

function selectGroups(db: Reader): Knex.QueryBuilder<Found, Found[]> {
  return db('groups')
    .leftJoin('users as leader', 'leader.id', 'groups.leader_id')
    .select('groups.*', 'leader.name as leader_name');
}

const selectGroupsById = prepared<{ ids: number[] }, Found>((db, { ids }) =>
  whereIdIn(selectGroups(db), 'groups.id', ids),
);

const selectPermissions = prepared<{ ids: number[] }, Row<'group_permissions'>>((db, { ids }) =>
  whereIdIn(db('group_permissions'), 'group_id', ids).orderBy(['group_id', 'application']),
);

async function withRights(db: Reader, rows: Found[], ids?: number[]): Promise<Group[]> {
  const permissions: Row<'group_permissions'>[] = await (ids
    ? selectPermissions(db, { ids })
    : db('group_permissions').orderBy(['group_id', 'application']));
  const rights = new Map<number, Record<string, Level>>();
  for (const { group_id, application, level } of permissions)
    rights.set(group_id, { ...rights.get(group_id), [application]: level });
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    activity: row.activity,
    deletedFrom: row.deleted_from,
    description: withPlainLines(row.description),
    rights: rights.get(row.id) ?? NO_RIGHTS,
    requiresSecondFactor: Boolean(row.requires_factor),
    canBeAskedFor: Boolean(row.can_be_asked_for),
    leaderId: row.leader_id,
    leaderName: row.leader_name,
    version: row.version,
    createdAt: row.created_at,
    createdBy: row.created_by,
  }));
}
