import { isOver } from '../../access/granted-rights.ts';
import { minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors, RefusedFields } from '../../forms/form.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { findMemberships } from '../../memberships/membership-store.ts';
import { identityKey } from '../../text/identity-key.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import type { Act } from '../../verbs/act.ts';
import { type Group, mayAppoint, requireChangeable } from '../group.ts';
import type { GroupValues } from '../group-form.ts';
import { findGroup } from '../group-store.ts';
import { type ChangedGroups, changeGroups, judgeChange, NO_MEMBER } from './changing-groups.ts';
import { createGroup } from './group-creation.ts';

/** A group as *New Group* was filled in, which grants nothing yet. Throws FieldErrors or Forbidden. */
export async function createGroupFromForm(trx: Transaction, act: Act, values: GroupValues): Promise<number> {
  const { leader, ...group } = values;
  return createGroup(trx, act, { ...group, leaderId: leader === '' ? undefined : await firstMember(trx, act, leader) });
}

/** Replaces what *Edit* shows. Throws StaleVersion, FieldErrors, Forbidden or Conflict. */
export async function saveGroupForm(
  trx: Transaction,
  act: Act,
  { id, version }: { id: number; version: number },
  values: GroupValues,
): Promise<ChangedGroups> {
  const group = await findGroup(trx, id);
  requireChangeable(act, group);
  const versions = new Map([[id, version]]);
  requireDone(await judgeChange(trx, act, [id], versions));
  const { leader, ...change } = values;
  const leaderId = await leaderNamed(trx, act, group, leader);
  const changed = await changeGroups(trx, act, [id], { ...change, leaderId }, versions);
  requireDone(changed.outcomes);
  return changed;
}

async function firstMember(trx: Transaction, act: Act, identifier: string): Promise<number> {
  // Before anybody is looked up: the answer must not tell who exists.
  if (!mayAppoint(act.by))
    throw new RefusedFields({ leader: 'You may not change users, so you cannot make one a member.' });
  const user = await findUserByIdentifier(trx, identifier);
  if (!user) throw new FieldErrors({ leader: 'There is no user with this name or email.' });
  return user.id;
}

/** Undefined where it stays as it is. */
async function leaderNamed(
  trx: Transaction,
  act: Act,
  group: Group,
  identifier: string,
): Promise<number | null | undefined> {
  const isKept = identityKey(identifier) === identityKey(group.leaderName ?? '');
  if (!mayAppoint(act.by)) {
    // Nobody is looked up: the answer must not tell who exists.
    if (isKept) return undefined;
    throw new RefusedFields({ leader: 'You may not change users, so you do not say who leads the group.' });
  }
  if (identifier === '') return null;
  const user = await findUserByIdentifier(trx, identifier);
  const memberships = user ? await findMemberships(trx, [user.id]) : [];
  const isMember = memberships.some((one) => one.groupId === group.id && !isOver(one, minuteOf(act.at)));
  if (user && isMember) return user.id;
  // Whoever leads it stays, although they may be deleted by now or their membership over.
  if (group.leaderName !== null && isKept) return undefined;
  throw new FieldErrors({ leader: NO_MEMBER });
}
