import { groupReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { keepAsOperation } from '../../bulk-operations/actions/kept-operation.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors, RefusedFields } from '../../forms/form.ts';
import type { Group } from '../../groups/group.ts';
import { findLedIds } from '../../groups/leader.ts';
import { BY_LEADING, replaceEnded } from '../../leading/actions/leading.ts';
import { membershipsWritten } from '../../leading/actions/written-memberships.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { grantMemberships, setUntil } from '../../memberships/actions/membership-editing.ts';
import type { Subject, User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { type AccessRequest, type Decider, mayDecide, wayToGive } from '../access-request.ts';
import { answerRequest } from '../access-request-store.ts';
import { askedInWords } from '../asked-words.ts';
import type { Decision } from '../asking-form.ts';
import { groupsFor, groupsToGive } from '../deciding.ts';
import { fieldsOf, isMember } from './asking.ts';

/** What was decided: undefined where somebody else was first. */
export interface Answered {
  /** By which it is taken back, where it was given. */
  operationId?: number;
}

/**
 * Answers what somebody asked for, by the rules of this moment and with the rights of whoever decides: never oneself. Of several who decide
 * at once one wins. Throws FieldErrors, and Forbidden where it is not theirs to decide.
 */
export async function answerAccess(
  trx: Transaction,
  act: Act,
  request: AccessRequest,
  decision: Decision,
): Promise<Answered | undefined> {
  await act.confirm?.(trx);
  const decider = { ...act.by, leads: await findLedIds(trx, act.by.id!, minuteOf(act.at)) };
  const groups = await groupsFor(trx, [request]);
  if (!mayDecide(decider, request, groups)) throw new Forbidden('There is nothing at this address.', true);
  const [user] = await findUsers(trx, [request.userId]);
  const given = decision.answer === 'give' ? groupGiven(decider, request, groups, decision.groupId) : undefined;
  const answered = { at: act.at, by: act.by.id, words: decision.words };
  const answer = given ? ({ answer: 'given', givenGroupId: given.id } as const) : ({ answer: 'refused' } as const);
  if (!(await answerRequest(trx, request.id, { ...answered, ...answer }))) return undefined;
  const untilAt = decision.answer === 'give' ? decision.untilAt : null;
  const operationId = given && (await give(trx, act, { decider, user, group: given, untilAt }));
  await tell(trx, act, { user, request, groups, given, untilAt, words: decision.words });
  return { operationId };
}

function groupGiven(decider: Decider, request: AccessRequest, groups: Group[], groupId: number | null): Group {
  const { asked } = request;
  const offered = groupsToGive(decider, request, groups);
  const wanted = 'groupId' in asked ? asked.groupId : groupId;
  const group = offered.find(({ id }) => id === wanted);
  if (group) return group;
  if (!('groupId' in asked)) throw new FieldErrors({ groupId: 'Choose a group that gives it, and that you may give.' });
  const gone = groups.find(({ id }) => id === asked.groupId);
  if (gone?.activity === 'active') throw new RefusedFields({ answer: `You may not give the group ${gone.name}.` });
  throw new FieldErrors({ answer: 'The group is deactivated or has gone, so it gives nothing.' });
}

interface Giving {
  decider: Decider;
  user: User;
  group: Group;
  untilAt: Instant | null;
}

/** The membership, as an operation that is taken back like any other. */
async function give(
  trx: Transaction,
  act: Act,
  { decider, user, group, untilAt }: Giving,
): Promise<number | undefined> {
  if (user.activity !== 'active') throw new FieldErrors({ answer: `${user.name} is ${user.activity}.` });
  const rule = wayToGive(decider, group) === 'leading' ? BY_LEADING : undefined;
  const meant = { groupId: group.id, userIds: [user.id], rule };
  const isThere = await isMember(trx, group.id, user.id, act);
  const action = isThere ? 'set-membership-end' : 'add-to-group';
  const kept = { subjectType: 'user' as const, action, choices: { group: group.id, untilAt } };
  return keepAsOperation(trx, act, kept, async (own) => {
    if (isThere) {
      const changed = await setUntil(trx, own, meant, untilAt);
      requireGiven(changed.outcomes);
      return membershipsWritten(group.id, changed, { untilAt });
    }
    const addition = await grantMemberships(trx, own, meant, untilAt);
    requireGiven(addition.outcomes);
    await replaceEnded(trx, own, addition.ended);
    return membershipsWritten(group.id, addition, { untilAt });
  });
}

function requireGiven(outcomes: Outcome<Subject>[]): void {
  for (const { subject, refusal } of outcomes) {
    if (!refusal) continue;
    const errors = { answer: `${subject.name} ${refusal.reason}.` };
    throw refusal.kind === 'forbidden' ? new RefusedFields(errors) : new FieldErrors(errors);
  }
}

interface Told {
  user: User;
  request: AccessRequest;
  groups: Group[];
  given: Group | undefined;
  untilAt: Instant | null;
  words: string;
}

async function tell(trx: Transaction, act: Act, { user, request, groups, given, untilAt, words }: Told): Promise<void> {
  const { asked } = request;
  const after = {
    ...(given ? { group: groupReference(given) } : fieldsOf(asked, groups)),
    ...(untilAt && { until: untilAt }),
    ...(words && { words }),
  };
  const action = given ? 'access.given' : 'access.refused';
  await recordChanges(trx, act, [{ action, subjectType: 'user', subjectId: user.id, subjectName: user.name, after }]);
  const meant = 'groupId' in asked ? groups.find(({ id }) => id === asked.groupId) : undefined;
  // By the name that it has now only where everybody may know it.
  const groupName = given?.name ?? (meant?.canBeAskedFor ? meant.name : 'the group');
  const facts = {
    what: askedInWords(asked, groupName),
    group: given?.name ?? '',
    until: untilAt ?? '',
    words,
    by: act.by.name,
  };
  await mailNotice(trx, act, 'access-answered', { userId: user.id, address: user.email }, facts);
}
