import { isAdministrator, isAnyAdministratorWith } from '../access/administrators.ts';
import { whereNotOver } from '../access/granted-rights.ts';
import { DAY, type Instant, instant, minuteOf } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';

/** What of the settings says of whom a second factor is demanded. */
export interface FactorSettings {
  requireSecondFactor: boolean;
  /** Of grace. */
  secondFactorDays: number;
}

/** Whether somebody has to have a second factor: by the setting, or by a group of theirs. */
export async function isFactorDemanded(
  db: Reader,
  userId: number,
  { requireSecondFactor }: FactorSettings,
  now: Instant,
): Promise<boolean> {
  if (requireSecondFactor && ((await isAdministrator(db, userId, now)) || (await hasEquippedAdministrator(db, now))))
    return true;
  const memberships = db('memberships')
    .join('groups', 'groups.id', 'memberships.group_id')
    .where({ 'memberships.user_id': userId, 'groups.activity': 'active', 'groups.requires_factor': true });
  return (await whereNotOver(memberships, minuteOf(now)).first('groups.id')) !== undefined;
}

/** Somebody who can help others with theirs: before that nobody but administrators is asked for one. */
export function hasEquippedAdministrator(db: Reader, now: Instant): Promise<boolean> {
  return isAnyAdministratorWith(db, db('second_factors').whereNotNull('confirmed_at').select('user_id'), now);
}

/** Until when they have time, which begins when it is first demanded of them at a sign-in, and not again with a factor that is reset. */
export async function beginDemand(
  trx: Transaction,
  userId: number,
  { secondFactorDays }: FactorSettings,
  now: Instant,
): Promise<Instant> {
  const due_at = instant(Date.parse(now) + secondFactorDays * DAY);
  await trx('factor_demands').insert({ user_id: userId, due_at }).onConflict('user_id').ignore();
  return (await findDemand(trx, userId))!;
}

/** Nothing is demanded of them any more: the next time grace begins anew. */
export async function endDemand(trx: Transaction, userId: number): Promise<void> {
  await trx('factor_demands').where('user_id', userId).delete();
}

export async function findDemand(db: Reader, userId: number): Promise<Instant | undefined> {
  return (await db('factor_demands').where('user_id', userId).first('due_at'))?.due_at;
}
