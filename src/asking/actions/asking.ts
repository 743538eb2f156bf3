import { findAdministratorIds } from '../../access/administrators.ts';
import { findRights, isOver } from '../../access/granted-rights.ts';
import { groupReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { DAY, minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { FieldErrors } from '../../forms/form.ts';
import type { Group } from '../../groups/group.ts';
import { findGroupsToAskFor } from '../../groups/group-store.ts';
import { findLeadersOfGroups } from '../../groups/leader.ts';
import { whyNotToLead } from '../../leading/led-group.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { requireEndAhead } from '../../memberships/actions/membership-editing.ts';
import { findMembershipsIn } from '../../memberships/membership-store.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { type AccessRequest, type Asked, isGivenBy, isMeant, MOST_A_DAY, MOST_OPEN } from '../access-request.ts';
import { answerRequest, countRequests, insertRequest } from '../access-request-store.ts';
import { askedInWords } from '../asked-words.ts';

/** So many groups can be asked for at most: all of them stand on one page. */
export const MOST_GROUPS = 200;

const GONE = 'This cannot be asked for, or not any more.';

/**
 * Whoever acts asks for access. Only what a group gives that can be asked for is known to anybody; of all else the answer is the same as
 * of what is not there. Throws FieldErrors.
 */
export async function askForAccess(
  trx: Transaction,
  act: Act,
  { asked, reason, untilAt }: Pick<AccessRequest, 'asked' | 'reason' | 'untilAt'>,
): Promise<number> {
  await act.confirm?.(trx);
  requireEndAhead(act, untilAt);
  const userId = act.by.id!;
  const meant = (await findGroupsToAskFor(trx, MOST_GROUPS)).filter((group) => isMeant(asked, group));
  if (meant.length === 0) throw new FieldErrors({ asked: GONE });
  await requireNew(trx, act, asked);
  const id = await insertRequest(trx, { userId, asked, reason, untilAt, askedAt: act.at });
  await record(trx, act, act.by.name, 'access.asked', {
    ...fieldsOf(asked, meant),
    reason,
    ...(untilAt && { until: untilAt }),
  });
  const facts = {
    id: String(id),
    who: act.by.name,
    what: askedInWords(asked, meant[0].name),
    reason,
    until: untilAt ?? '',
  };
  for (const { id: to, email } of await findDeciders(trx, act, meant))
    await mailNotice(trx, act, 'access-asked', { userId: to, address: email }, facts);
  return id;
}

/** Takes back what one asked for oneself. Whether it was open. */
export async function withdrawRequest(
  trx: Transaction,
  act: Act,
  request: AccessRequest,
  groups: Group[],
): Promise<boolean> {
  await act.confirm?.(trx);
  if (!(await answerRequest(trx, request.id, { answer: 'withdrawn', at: act.at, by: act.by.id }))) return false;
  await record(trx, act, act.by.name, 'access.withdrawn', fieldsOf(request.asked, groups));
  return true;
}

/** What the audit says of what is asked for. */
export function fieldsOf(asked: Asked, groups: Pick<Group, 'id' | 'name'>[]): Record<string, unknown> {
  if (!('groupId' in asked)) return { permissions: { [asked.application]: asked.level } };
  const group = groups.find(({ id }) => id === asked.groupId);
  return { group: group ? groupReference(group) : null };
}

async function record(
  trx: Transaction,
  act: Act,
  subjectName: string,
  action: string,
  after: Record<string, unknown>,
): Promise<void> {
  await recordChanges(trx, act, [{ action, subjectType: 'user', subjectId: act.by.id!, subjectName, after }]);
}

/** What somebody has already, and more than anybody can look at, is not asked for. */
async function requireNew(db: Reader, act: Act, asked: Asked): Promise<void> {
  const userId = act.by.id!;
  const now = minuteOf(act.at);
  const { open, lately } = await countRequests(db, userId, { within: DAY, now: act.at });
  if (open >= MOST_OPEN)
    throw new FieldErrors({ asked: `${MOST_OPEN} that you asked for are not answered yet. Withdraw one, or wait.` });
  if (lately >= MOST_A_DAY)
    throw new FieldErrors({ asked: `You have asked ${MOST_A_DAY} times since yesterday. Wait a day.` });
  if (!('groupId' in asked)) {
    if (isGivenBy(asked, await findRights(db, userId, now)))
      throw new FieldErrors({ asked: 'You have this right already.' });
    return;
  }
  const membership = (await findMembershipsIn(db, asked.groupId, [userId])).get(userId);
  if (membership && membership.untilAt === null) throw new FieldErrors({ asked: 'You are in this group already.' });
}

/** Who is told: the leaders of the groups, where they choose who is in them; else the administrators. Never whoever asks. */
async function findDeciders(db: Reader, act: Act, groups: Group[]) {
  const led = groups.filter((group) => !whyNotToLead(group)).map(({ id }) => id);
  const leaders = led.length > 0 ? await findLeadersOfGroups(db, led, minuteOf(act.at)) : [];
  const others = leaders.filter((id) => id !== act.by.id);
  const ids = others.length > 0 ? others : await findAdministratorIds(db, act.at);
  return findUsers(
    db,
    ids.filter((id) => id !== act.by.id),
  );
}

/** Whether a membership of the group stands, that can be given another end. */
export async function isMember(db: Reader, groupId: number, userId: number, act: Pick<Act, 'at'>): Promise<boolean> {
  const membership = (await findMembershipsIn(db, groupId, [userId])).get(userId);
  return membership !== undefined && !isOver(membership, minuteOf(act.at));
}
