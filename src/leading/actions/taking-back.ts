import { isOver } from '../../access/granted-rights.ts';
import { findChangedIds, findWritten } from '../../bulk-operations/bulk-item-store.ts';
import { type BulkOperation, UNDO } from '../../bulk-operations/bulk-operation.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import {
  endMemberships,
  grantMemberships,
  type MembershipFacts,
  setUntil,
} from '../../memberships/actions/membership-editing.ts';
import { findMembershipsIn } from '../../memberships/membership-store.ts';
import { membershipFact } from '../../users/actions/changing/user-facts.ts';
import { INVITATION_WITHDRAWAL } from '../../users/actions/invitation-withdrawal.ts';
import { performOnUsers } from '../../users/actions/user-actions.ts';
import type { Subject } from '../../users/user.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Performed } from '../../verbs/action.ts';
import { isMade } from '../../verbs/facts.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import { stale } from '../../verbs/outcome.ts';
import { keepLeading } from './kept-leading.ts';
import { BY_LEADING, enabled, replaceEnded } from './leading.ts';
import { membershipsWritten } from './written-memberships.ts';

/** What would be put back of an operation of a leader: memberships of the group alone. */
export interface TakingBack {
  /** Who goes again. */
  leaving: number[];
  /** Who comes back, by the last day that they had. */
  coming: Map<Instant | null, number[]>;
  /** Who gets the end that they had. */
  ending: Map<Instant | null, number[]>;
  /** Whom the leader had made, and who has a link of theirs. */
  made: number[];
  /** Of whom it was changed since. */
  changed: number[];
}

export async function planTakingBack(
  db: Reader,
  { id, groupId, now }: { id: number; groupId: number; now: Instant },
): Promise<TakingBack> {
  const field = membershipFact(groupId);
  const ids = await findChangedIds(db, id);
  const written = await findWritten(db, id, ids);
  const present = await findMembershipsIn(db, groupId, ids);
  const plan: TakingBack = { leaving: [], coming: new Map(), ending: new Map(), made: [], changed: [] };
  for (const [subjectId, { before, after }] of written) {
    const wasMade = isMade(before);
    if (!wasMade && !(field in after)) continue;
    const [from, to] = (wasMade ? [null, { untilAt: null }] : [before[field], after[field]]) as MembershipFacts[];
    const standing = present.get(subjectId) ?? null;
    const isAnew = from !== null && (standing === null || (isOver(standing, now) && !isOver(from, now)));
    if (standing?.untilAt !== to?.untilAt) plan.changed.push(subjectId);
    else if (from === null) plan.leaving.push(subjectId);
    else addTo(isAnew ? plan.coming : plan.ending, from.untilAt, subjectId);
    if (wasMade && plan.leaving.includes(subjectId)) plan.made.push(subjectId);
  }
  return plan;
}

function addTo(ends: Map<Instant | null, number[]>, end: Instant | null, id: number): void {
  ends.set(end, [...(ends.get(end) ?? []), id]);
}

/**
 * Puts back, as an operation of its own, what a leader did to memberships of a group, unless it was changed since; invitations of those whom
 * they had made are withdrawn where nobody used them. Returns the operation, if anything was put back.
 */
export async function takeBackLeading(
  trx: Transaction,
  act: Act,
  groupId: number,
  { id }: Pick<BulkOperation, 'id'>,
): Promise<number | undefined> {
  const plan = await planTakingBack(trx, { id, groupId, now: minuteOf(act.at) });
  return keepLeading(trx, act, { groupId, action: UNDO, undoes: id }, async (own) => {
    const done: Performed<Subject>[] = [];
    const meant = (userIds: number[]) => ({ groupId, userIds, rule: BY_LEADING, asBefore: true });
    if (plan.leaving.length > 0)
      done.push(...membershipsWritten(groupId, await endMemberships(trx, own, meant(plan.leaving)), null));
    for (const [untilAt, ids] of plan.coming) {
      const addition = await grantMemberships(trx, own, meant(ids), untilAt);
      await replaceEnded(trx, own, addition.ended);
      done.push(...membershipsWritten(groupId, addition, { untilAt }));
    }
    for (const [untilAt, ids] of plan.ending)
      done.push(...membershipsWritten(groupId, await setUntil(trx, own, meant(ids), untilAt), { untilAt }));
    await withdrawUnused(trx, own, plan.made);
    return [...done, ...(await leftAlone(trx, own, plan.changed))];
  });
}

async function withdrawUnused(trx: Transaction, act: Act, ids: number[]): Promise<void> {
  const own = (await findSubjects(trx, ids, minuteOf(act.at))).filter(({ createdBy }) => createdBy === act.by.id);
  const able = enabled(act, act.by.rights);
  await performOnUsers(
    trx,
    able,
    INVITATION_WITHDRAWAL,
    own.map(({ id }) => id),
  );
}

/** Who is no member any more has no name here that the leader could not know. */
async function leftAlone(trx: Transaction, act: Act, ids: number[]): Promise<Outcome<Subject>[]> {
  const subjects = await findSubjects(trx, ids, minuteOf(act.at));
  return subjects.map((subject) => ({ subject: { ...subject, name: 'Somebody' }, refusal: stale() }));
}
