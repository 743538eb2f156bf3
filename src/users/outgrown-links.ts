import type { Knex } from 'knex';
import type { Act } from '../audit/audit-event.ts';
import { type Day, dayOf } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { findPotentialRights } from '../groups/membership-store.ts';
import { covers, NO_RIGHTS, type Rights } from '../groups/permission.ts';
import { endLinks } from '../links/link-store.ts';
import type { Subject } from './user.ts';

/**
 * Ends the open links of those who can do more now than when `subjects` was read: a link that was made for somebody who
 * could do less must not give its holder what its maker could not have given (R37, R61). Returns how many ended.
 */
export async function endOutgrownLinks(
  trx: Transaction,
  act: Act,
  subjects: Pick<Subject, 'id' | 'rights'>[],
): Promise<number> {
  const ids = subjects.map((subject) => subject.id);
  const now = await findPotentialRights(trx, ids, dayOf(act.at));
  const outgrown = subjects.filter((subject) => !covers(subject.rights, now.get(subject.id) ?? NO_RIGHTS));
  return endLinks(
    trx,
    act,
    outgrown.map((subject) => subject.id),
  );
}

/** How many of these would lose their open links if they were given this as well. */
export async function countOutgrowing(db: Reader, gains: Map<number, Rights>, today: Day): Promise<number> {
  const now = await findPotentialRights(db, [...gains.keys()], today);
  return [...gains].filter(([id, gained]) => !covers(now.get(id) ?? NO_RIGHTS, gained)).length;
}

/** Of these users, those who hold an open link. */
export async function findLinkHoldersAmong(db: Reader, userIds: number[]): Promise<number[]> {
  return whereIdIn(openLinks(db), 'links.user_id', userIds).pluck('links.user_id');
}

/** The members of these groups who hold an open link. */
export async function findLinkHolders(db: Reader, groupIds: number[]): Promise<number[]> {
  const members = openLinks(db).join('memberships', 'memberships.user_id', 'links.user_id');
  return whereIdIn(members, 'memberships.group_id', groupIds).pluck('links.user_id');
}

function openLinks(db: Reader): Knex.QueryBuilder {
  return db('links').whereNull('links.used_at').whereNull('links.ended_at').distinct();
}
