import type { Act } from '../audit/audit-event.ts';
import { dayOf } from '../clock.ts';
import type { Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { findPotentialRights } from '../groups/membership-store.ts';
import { covers, NO_RIGHTS } from '../groups/permission.ts';
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

/** The members of these groups who hold an open link. */
export async function findLinkHolders(trx: Transaction, groupIds: number[]): Promise<number[]> {
  const holders = trx('links').join('memberships', 'memberships.user_id', 'links.user_id');
  holders.whereNull('links.used_at').whereNull('links.ended_at').distinct();
  return whereIdIn(holders, 'memberships.group_id', groupIds).pluck('links.user_id');
}
