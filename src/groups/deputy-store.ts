import { whereNotOver } from '../access/granted-rights.ts';
import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';

/** Who leads a group in the place of its leader. */
export interface Deputy {
  id: number;
  name: string;
  /** From this moment on they lead no more; null for as long as they are named. */
  untilAt: Instant | null;
}

/** The deputy whom the leader of the group named, were it that they may not sign in; undefined once their time is over. */
export async function findDeputy(db: Reader, groupId: number, now: Instant): Promise<Deputy | undefined> {
  const [row] = await selectDeputies(db, { groupId, now });
  return row && { id: row.id, name: row.name, untilAt: row.until_at };
}

const selectDeputies = prepared<
  { groupId: number; now: Instant },
  { id: number; name: string; until_at: Instant | null }
>((db, { groupId, now }) =>
  db('deputies')
    .join('groups', (join) => join.on('groups.id', 'deputies.group_id').on('groups.leader_id', 'deputies.leader_id'))
    .join('users', 'users.id', 'deputies.user_id')
    .where('deputies.group_id', groupId)
    .modify(whereNotOver, now, 'deputies')
    .select('users.id', 'users.name', 'deputies.until_at'),
);

/** In the place of whoever was named before. */
export async function nameDeputy(
  trx: Transaction,
  group: { id: number; leaderId: number },
  userId: number,
  untilAt: Instant | null,
): Promise<void> {
  const columns = { leader_id: group.leaderId, user_id: userId, until_at: untilAt };
  await trx('deputies')
    .insert({ group_id: group.id, ...columns })
    .onConflict('group_id')
    .merge(columns);
}

export async function forgetDeputy(trx: Transaction, groupId: number): Promise<void> {
  await trx('deputies').where('group_id', groupId).delete();
}
