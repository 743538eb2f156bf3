import { givesAdministration } from '../../access/administrators.ts';
import { NO_RIGHTS, union } from '../../access/rights.ts';
import { groupReference } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { authorOf } from '../../bulk-operations/actions/author.ts';
import { performDirectly } from '../../bulk-operations/actions/execution.ts';
import { keepAsOperation } from '../../bulk-operations/actions/kept-operation.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { findGroup } from '../../groups/group-store.ts';
import { findLedIds } from '../../groups/leader.ts';
import { keepLeading } from '../../leading/actions/kept-leading.ts';
import { removeMembers } from '../../leading/actions/leading.ts';
import { membershipsWritten } from '../../leading/actions/written-memberships.ts';
import { findCountingGroupIds } from '../../memberships/membership-store.ts';
import { ACCESS_CONFIRMATION } from '../../users/actions/access-confirmation.ts';
import type { Subject } from '../../users/user.ts';
import { type StateLimits, statesOf } from '../../users/user-state.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { perform } from '../../verbs/action.ts';
import { forbidden, inapplicable, type Outcome } from '../../verbs/outcome.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { keepAnswers, type Said } from '../question-store.ts';
import type { Answer, Question, Review } from '../review.ts';
import { findReview } from '../review-store.ts';
import { findOwnQuestions } from './own-questions.ts';

/** What somebody says of a person. */
export interface Given {
  userId: number;
  answer: Answer;
  /** Out of which group they are to be taken. */
  groupId: number | null;
}

/** What came of answers that were sent. */
export interface Answered {
  number: number;
  /** Of whom it could not be done, and why. */
  refused: Outcome<Subject>[];
  /** Of how many others are asked by now. */
  passed: number;
  /** The operations that took somebody out of a group as their leader. */
  operations: number[];
}

/**
 * Writes down what somebody says of people they are asked about: whose access is kept has it confirmed, who is to be out of a group is
 * at once, by what the reviewer may do there. What was said before of the same person is said anew; the same again changes nothing.
 */
export async function answerQuestions(
  trx: Transaction,
  act: Act,
  { reviewId, given, limits }: { reviewId: number; given: Given[]; limits: Omit<StateLimits, 'now'> },
): Promise<Answered> {
  const review = await findReview(trx, reviewId);
  if (review.closedAt !== null) throw new Conflict('This review is closed.');
  await act.confirm?.(trx);
  const questions = await findOwnQuestions(trx, review, act.by.id!, act.at);
  const asked = new Map(questions.map((one) => [one.userId, one]));
  // A question may have passed to somebody else since the page was opened, which is no reason to lose the other answers.
  const own = given.filter(({ userId }) => asked.has(userId));
  if (own.length === 0 && given.length > 0) throw new Forbidden('There is no such question.', true);
  const news = own.filter((one) => !isSame(asked.get(one.userId)!, one));
  const ids = news.map(({ userId }) => userId);
  const subjects = new Map((await findSubjects(trx, ids, minuteOf(act.at))).map((one) => [one.id, one]));
  const seen = await findSeen(trx, [...subjects.values()], act, limits);
  const isGone = ({ userId, groupId }: Given) => groupId !== null && !seen.get(userId)!.groupIds.includes(groupId);
  const gone = news.filter(isGone).map(({ userId }) => ({ subject: subjects.get(userId)!, refusal: GONE }));
  const removal = await removeAll(
    trx,
    act,
    news.filter((one) => !isGone(one)),
  );
  const { operations } = removal;
  const refused = [...gone, ...removal.refused];
  const undone = new Set(refused.map(({ subject }) => subject.id));
  const said = news
    .filter(({ userId }) => !undone.has(userId))
    .map((one): Said => ({ ...one, facts: seen.get(one.userId)! }));
  await confirmKept(
    trx,
    act,
    review,
    said.filter(({ answer }) => answer === 'keep').map(({ userId }) => subjects.get(userId)!),
  );
  await keepAnswers(trx, { reviewId, reviewerId: act.by.id!, at: act.at }, said);
  await recordAnswers(trx, act, review, said, subjects);
  return { number: said.length, refused, passed: given.length - own.length, operations };
}

function isSame(question: Question, { answer, groupId }: Given): boolean {
  return question.answer === answer && question.groupId === groupId;
}

/** What stands there when it is said, before anything comes of it. */
async function findSeen(
  db: Reader,
  subjects: Subject[],
  { at }: Act,
  limits: Omit<StateLimits, 'now'>,
): Promise<Map<number, Said['facts']>> {
  const ids = subjects.map(({ id }) => id);
  const groups = await findCountingGroupIds(db, ids, minuteOf(at));
  return new Map(
    subjects.map((subject) => [
      subject.id,
      {
        lastLoginAt: subject.lastLoginAt,
        lastActivityAt: subject.lastActivityAt,
        states: statesOf(subject, { ...limits, now: Date.parse(at) }),
        groupIds: groups.get(subject.id) ?? [],
      },
    ]),
  );
}

/**
 * Whoever began the review lends what they may do to those whom they ask (R61): who may do more than both is kept in the review, and their
 * access is for others to confirm.
 */
async function confirmKept(trx: Transaction, act: Act, { createdBy }: Review, subjects: Subject[]): Promise<void> {
  const active = subjects.filter(({ activity }) => activity === 'active');
  if (active.length === 0) return;
  const asked = { application: 'users', level: 'write', at: act.at } as const;
  const lender = createdBy === null ? undefined : await authorOf(trx, { createdBy, tokenId: null }, asked);
  const able = { ...act, by: { ...act.by, rights: union([act.by.rights, lender?.rights ?? NO_RIGHTS]) } };
  await keepAsOperation(trx, able, { subjectType: 'user', action: ACCESS_CONFIRMATION.name }, (own) =>
    perform(trx, own, ACCESS_CONFIRMATION, active),
  );
}

async function removeAll(
  trx: Transaction,
  act: Act,
  given: Given[],
): Promise<{ refused: Outcome<Subject>[]; operations: number[] }> {
  const refused: Outcome<Subject>[] = [];
  const operations: number[] = [];
  const led = await findLedIds(trx, act.by.id!, minuteOf(act.at));
  const removed = given.filter(({ answer }) => answer === 'remove');
  for (const [groupId, those] of Map.groupBy(removed, (one) => one.groupId!)) {
    const ids = those.map(({ userId }) => userId);
    if (led.includes(groupId)) {
      const { outcomes, operation } = await removeAsLeader(trx, act, groupId, ids);
      refused.push(...outcomes);
      if (operation !== undefined) operations.push(operation);
    } else refused.push(...(await removeByRights(trx, act, groupId, ids)));
  }
  return { refused: refused.filter(({ refusal }) => refusal), operations };
}

async function removeAsLeader(trx: Transaction, act: Act, groupId: number, ids: number[]) {
  const deed = { groupId, action: 'remove-from-group', choices: { untilAt: null } };
  let outcomes: Outcome<Subject>[] = [];
  const operation = await keepLeading(trx, act, deed, async (own) => {
    const ended = await removeMembers(trx, own, groupId, ids);
    outcomes = ended.outcomes;
    return membershipsWritten(groupId, ended, null);
  });
  return { outcomes, operation };
}

async function removeByRights(trx: Transaction, act: Act, groupId: number, ids: number[]): Promise<Outcome<Subject>[]> {
  const group = await findGroup(trx, groupId);
  const subjects = await findSubjects(trx, ids, minuteOf(act.at));
  if (givesAdministration(group.rights)) return subjects.map((subject) => ({ subject, refusal: WEIGHTY }));
  const direct = { subjectType: 'user' as const, action: 'remove-from-group', ids, choices: { group: groupId } };
  return (await performDirectly(trx, act, direct)).outcomes as Outcome<Subject>[];
}

const GONE = inapplicable('is not in this group');

/** To take administration from somebody one confirms who one is, which the page of the group asks. */
const WEIGHTY = forbidden('is an administrator by this group: take them out on its page');

/** What is said of each, with the facts that it was said on. */
async function recordAnswers(
  trx: Transaction,
  act: Act,
  { id }: Review,
  said: Said[],
  subjects: ReadonlyMap<number, Subject>,
): Promise<void> {
  const groups = new Map<number, Awaited<ReturnType<typeof findGroup>>>();
  for (const { groupId } of said)
    if (groupId !== null && !groups.has(groupId)) groups.set(groupId, await findGroup(trx, groupId));
  await recordChanges(
    trx,
    act,
    said.map(({ userId, answer, groupId, facts: { lastLoginAt, lastActivityAt, states } }) => ({
      action: 'review.answered',
      subjectType: 'user',
      subjectId: userId,
      subjectName: subjects.get(userId)!.name,
      after: {
        review: id,
        answer,
        ...(groupId !== null && { outOf: groupReference(groups.get(groupId)!) }),
        lastLoginAt,
        lastActivityAt,
        states,
      },
    })),
  );
}
