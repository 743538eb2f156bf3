import { performDirectly } from '../../bulk-operations/actions/execution.ts';
import { minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { endMemberships } from '../../memberships/actions/membership-editing.ts';
import { remove } from '../../memberships/membership-store.ts';
import { secureAccounts } from '../../users/actions/account-securing.ts';
import { findSubject } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { findEveryMembership } from '../provisioned-group-store.ts';
import type { ProvisionedUser } from '../provisioned-user-store.ts';

/**
 * Brings somebody back whom a program had deleted, with nothing that they had besides: it may be somebody else who has the name by now.
 * Sessions, links and tokens ended with the deletion; password and passkeys end here, and so does every membership but those that the
 * program itself gave in groups of its own.
 */
export async function restoreBare(
  trx: Transaction,
  act: Act,
  { userId, provisionerId }: ProvisionedUser,
  { isActive }: { isActive: boolean },
): Promise<void> {
  await takeGroups(trx, act, userId, provisionerId);
  await activate(trx, act, userId);
  // It comes back as it was when it was deleted, which may be deactivated.
  if (isActive && (await findSubject(trx, userId, minuteOf(act.at))).activity !== 'active')
    await activate(trx, act, userId);
  const subject = await findSubject(trx, userId, minuteOf(act.at));
  if (subject.hasPassword || subject.hasPasskey) await secureAccounts(trx, act, [subject]);
}

async function activate(trx: Transaction, act: Act, userId: number): Promise<void> {
  requireDone((await performDirectly(trx, act, { subjectType: 'user', action: 'activate', ids: [userId] })).outcomes);
}

async function takeGroups(trx: Transaction, act: Act, userId: number, ownId: number): Promise<void> {
  for (const { groupId, grantedBy, provisionerId, activity } of await findEveryMembership(trx, userId)) {
    if (provisionerId === ownId && grantedBy === ownId) continue;
    // One that somebody restores later must not give anything either.
    if (activity === 'deleted') await remove(trx, groupId, [userId]);
    else requireDone((await endMemberships(trx, act, { groupId, userIds: [userId] })).outcomes);
  }
}
