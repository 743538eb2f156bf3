import { maySignIn } from '../../access/admission.ts';
import { isOver } from '../../access/granted-rights.ts';
import { EVERYTHING } from '../../access/rights.ts';
import { type Fields, userReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { keepAsOperation, keptOutcomes } from '../../bulk-operations/actions/kept-operation.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { changeGroups, NO_MEMBER } from '../../groups/actions/changing-groups.ts';
import { findDeputy, forgetDeputy, nameDeputy } from '../../groups/deputy-store.ts';
import type { Group } from '../../groups/group.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { requireEndAhead } from '../../memberships/actions/membership-editing.ts';
import { findMembershipsIn } from '../../memberships/membership-store.ts';
import type { User } from '../../users/user.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import type { Act } from '../../verbs/act.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { findLedGroup, whyNotToLead } from '../led-group.ts';

/** A group that whoever acts leads themself: a deputy names nobody further. */
async function findOwnLead(trx: Transaction, act: Act, groupId: number): Promise<Group> {
  await act.confirm?.(trx);
  const group = await findLedGroup(trx, act.by.id, groupId, minuteOf(act.at));
  requireOwnLead(act.by.id, group);
  return group;
}

/** Throws Forbidden where somebody else is the leader, or the group cannot be led. */
export function requireOwnLead(userId: number | null, group: Group): void {
  if (group.leaderId !== userId) throw new Forbidden('Only the leader says who leads the group in their place.');
  const reason = whyNotToLead(group);
  if (reason) throw new Forbidden(reason);
}

/** Another member leads the group from now on; whoever did stays a member. Throws FieldErrors. */
export async function handLeadOver(trx: Transaction, act: Act, groupId: number, leader: string): Promise<User> {
  const group = await findOwnLead(trx, act, groupId);
  const user = await memberNamed(trx, act, groupId, { field: 'leader', identifier: leader });
  // Judged above: what they give away is their own.
  const able = { ...act, by: { ...act.by, rights: EVERYTHING } };
  const choices = { leader: user.name, leaderId: user.id };
  await keepAsOperation(trx, able, { subjectType: 'group', action: 'set-leader', choices }, async (own) => {
    const changed = await changeGroups(trx, own, [groupId], { leaderId: user.id });
    requireDone(changed.outcomes);
    return keptOutcomes(changed);
  });
  await tell(trx, act, user, group, {});
  return user;
}

/** The member leads it beside the leader, in the place of who was named before. Throws FieldErrors. */
export async function nameDeputyOf(
  trx: Transaction,
  act: Act,
  groupId: number,
  { deputy, untilAt }: { deputy: string; untilAt: Instant | null },
): Promise<User> {
  const group = await findOwnLead(trx, act, groupId);
  requireEndAhead(act, untilAt);
  const user = await memberNamed(trx, act, groupId, { field: 'deputy', identifier: deputy });
  const before = await findDeputy(trx, groupId, minuteOf(act.at));
  if (before?.id === user.id && before.untilAt === untilAt) return user;
  await nameDeputy(trx, { id: groupId, leaderId: act.by.id! }, user.id, untilAt);
  await record(trx, act, group, 'group.deputy-named', {
    before: { deputy: before ? userReference(before) : null },
    after: { deputy: userReference(user), ...(untilAt && { until: untilAt }) },
  });
  await tell(trx, act, user, group, { isDeputy: 'yes', until: untilAt ?? '' });
  return user;
}

/** Nobody leads it in the leader's place any more. Whether anybody did. */
export async function endDeputyOf(trx: Transaction, act: Act, groupId: number): Promise<boolean> {
  const group = await findOwnLead(trx, act, groupId);
  const before = await findDeputy(trx, groupId, minuteOf(act.at));
  if (!before) return false;
  await forgetDeputy(trx, groupId);
  await record(trx, act, group, 'group.deputy-ended', {
    before: { deputy: userReference(before) },
    after: { deputy: null },
  });
  return true;
}

/** A member who can sign in, other than whoever acts. One answer for everybody who is none: it must not tell who exists. */
async function memberNamed(
  trx: Transaction,
  act: Act,
  groupId: number,
  { field, identifier }: { field: string; identifier: string },
): Promise<User> {
  const now = minuteOf(act.at);
  const user = await findUserByIdentifier(trx, identifier);
  const membership = user && (await findMembershipsIn(trx, groupId, [user.id])).get(user.id);
  if (!user || !membership || isOver(membership, now) || user.activity === 'deleted')
    throw new FieldErrors({ [field]: NO_MEMBER });
  if (user.id === act.by.id) throw new FieldErrors({ [field]: 'That is yourself.' });
  if (!user.hasPassword || !maySignIn(user, now))
    throw new FieldErrors({ [field]: `${user.name} cannot sign in, so they cannot lead.` });
  return user;
}

async function record(
  trx: Transaction,
  act: Act,
  { id, name }: Group,
  action: string,
  fields: { before: Fields; after: Fields },
): Promise<void> {
  await recordChanges(trx, act, [{ action, subjectType: 'group', subjectId: id, subjectName: name, ...fields }]);
}

async function tell(
  trx: Transaction,
  act: Act,
  { id, email }: User,
  group: Group,
  more: Record<string, string>,
): Promise<void> {
  const facts = { id: String(group.id), group: group.name, by: act.by.name, ...more };
  await mailNotice(trx, act, 'leads-group', { userId: id, address: email }, facts);
}
