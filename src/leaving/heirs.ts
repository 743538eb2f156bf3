import { hasToChoosePassword, maySignIn } from '../access/admission.ts';
import { whereNotOver } from '../access/granted-rights.ts';
import type { Instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { findLeadersOf } from '../groups/leader.ts';
import type { User } from '../users/user.ts';
import { findUsers } from '../users/user-store.ts';

/** Somebody who takes over. */
export interface Heir {
  id: number;
  name: string;
}

/** So many of a group are looked at for somebody who could. */
const LOOKED_AT = 100;
/** In so many of somebody's groups. */
const GROUPS = 5;

/** Who can sign in by then, or is invited to, can take over. */
export function canTakeOver(user: User, now: Instant): boolean {
  const isInvited = user.invitationExpiresAt !== null && user.invitationExpiresAt > now;
  return maySignIn(user, now) && (user.hasPassword || hasToChoosePassword(user) || isInvited);
}

/** Of these, in their order, those who can. */
export async function findHeirs(db: Reader, ids: number[], now: Instant): Promise<Heir[]> {
  const users = new Map((await findUsers(db, ids)).map((user) => [user.id, user]));
  return ids.flatMap((id) => {
    const user = users.get(id);
    return user && canTakeOver(user, now) ? [{ id, name: user.name }] : [];
  });
}

/** Who may be proposed to somebody who goes: who leads them, then the other members of their groups. */
export async function proposedHeirs(db: Reader, leaverId: number, now: Instant): Promise<Heir[]> {
  const leaders = (await findLeadersOf(db, [leaverId], now)).get(leaverId) ?? [];
  const groups: number[] = await whereNotOver(
    db('memberships')
      .join('groups', 'groups.id', 'memberships.group_id')
      .where({ 'memberships.user_id': leaverId, 'groups.activity': 'active' }),
    now,
  )
    .orderBy('groups.id')
    .limit(GROUPS)
    .pluck('groups.id');
  const members: number[] = [];
  for (const id of groups) members.push(...(await othersIn(db, id, leaverId, now)));
  return findHeirs(db, [...new Set([...leaders, ...members])], now);
}

/** Who could lead the group instead: those first who can sign in already. */
export async function heirsIn(db: Reader, groupId: number, leaverId: number, now: Instant): Promise<Heir[]> {
  return findHeirs(db, await othersIn(db, groupId, leaverId, now), now);
}

/** In the order of their time in the house, those first who can sign in already. */
async function othersIn(db: Reader, groupId: number, leaverId: number, now: Instant): Promise<number[]> {
  const members: number[] = await whereNotOver(
    db('memberships').where('group_id', groupId).whereNot('user_id', leaverId),
    now,
  )
    .orderBy('user_id')
    .limit(LOOKED_AT)
    .pluck('user_id');
  const users = await findUsers(db, members);
  const [ready, waiting] = [users.filter((user) => user.hasPassword), users.filter((user) => !user.hasPassword)];
  return [...ready, ...waiting].map(({ id }) => id);
}
