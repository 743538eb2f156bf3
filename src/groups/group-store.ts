import { type Act, differences } from '../audit/audit-event.ts';
import { recordChanges } from '../audit/audit-store.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { violatedUnique } from '../db/database.ts';
import { identityKey } from '../text.ts';
import { FieldErrors } from '../web/form.ts';
import { type Level, NO_RIGHTS, type Rights } from './permission.ts';

export interface Group {
  id: number;
  name: string;
  activity: 'active' | 'deactivated' | 'deleted';
  description: string;
  rights: Rights;
}

export interface GroupWithSize extends Group {
  size: number;
}

/** All groups that are not deleted, by name, with what they grant. */
export async function findGroups(db: Reader, ids?: number[]): Promise<Group[]> {
  const query = db('groups').whereNot('activity', 'deleted').orderBy('name_key');
  if (ids) query.whereIn('id', ids);
  const rows = await query;
  const permissions: { group_id: number; application: string; level: Level }[] = await db('group_permissions');
  const rights = new Map<number, Record<string, Level>>();
  for (const { group_id, application, level } of permissions)
    rights.set(group_id, { ...rights.get(group_id), [application]: level });
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    activity: row.activity,
    description: row.description,
    rights: rights.get(row.id) ?? NO_RIGHTS,
  }));
}

/** The groups with the number of their members who are not deleted. */
export async function findGroupsWithSize(db: Reader): Promise<GroupWithSize[]> {
  const sizes = await db('memberships')
    .join('users', 'users.id', 'memberships.user_id')
    .whereNot('users.activity', 'deleted')
    .groupBy('group_id')
    .select('group_id')
    .count('* as size');
  const sizeOf = new Map(sizes.map((row) => [row.group_id, Number(row.size)]));
  return (await findGroups(db)).map((group) => ({ ...group, size: sizeOf.get(group.id) ?? 0 }));
}

/** Throws FieldErrors on `newGroup` where the name is taken. */
export async function createGroup(
  trx: Transaction,
  act: Act,
  values: { name: string; rights?: Rights },
): Promise<number> {
  const name = values.name.normalize('NFC').trim();
  const rights = Object.entries(values.rights ?? NO_RIGHTS);
  let id: number;
  try {
    [id] = (
      await trx('groups')
        .insert({ name, name_key: identityKey(name), created_at: act.at })
        .returning('id')
    ).map((row) => row.id);
  } catch (error) {
    if (violatedUnique(error))
      throw new FieldErrors({ newGroup: `There is a group named ${name} already: tick it in the list.` });
    throw error;
  }
  if (rights.length > 0)
    await trx('group_permissions').insert(rights.map(([application, level]) => ({ group_id: id, application, level })));
  const after = differences({}, { name, ...(rights.length > 0 && { permissions: Object.fromEntries(rights) }) })?.after;
  await recordChanges(trx, act, [
    { action: 'group.created', subjectType: 'group', subjectId: id, subjectName: name, after },
  ]);
  return id;
}
