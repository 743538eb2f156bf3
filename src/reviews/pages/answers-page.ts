import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { recordRefusal } from '../../audit/pages/refusal-recording.ts';
import { instant, minuteOf } from '../../clock.ts';
import { typedFields } from '../../forms/form.ts';
import { demandsFactor } from '../../groups/group.ts';
import { findGroups } from '../../groups/group-store.ts';
import { readIds } from '../../lists/exceptions.ts';
import { findCountingGroupIds } from '../../memberships/membership-store.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { sortedByName } from '../../text/sort-key.ts';
import { counted } from '../../text/text.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findUserNames } from '../../users/user-store.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { flash, keepAtHand } from '../../web/flash.ts';
import { takeKept } from '../../web/kept-form.ts';
import { render } from '../../web/render.ts';
import { type Answered, answerQuestions, type Given } from '../actions/answering.ts';
import { findOwnQuestions } from '../actions/own-questions.ts';
import type { Question, Review } from '../review.ts';
import { givenIn } from '../review-form.ts';
import { type PersonRow, personRows } from './person-rows.ts';

const PER_PAGE = 50;

/** Whom the viewer is asked about in this review, with what is known of each. Who is not asked is not told that there is such a review. */
export async function showAnswers(app: AppContext, req: Request, res: Response, review: Review): Promise<void> {
  const questions = await ownQuestions(app, req, review);
  const names = await findUserNames(app.db.read, [...questions.map(({ userId }) => userId), review.createdBy]);
  const inOrder = sortedByName(questions, ({ userId }) => names.get(userId) ?? '');
  const pages = Math.ceil(inOrder.length / PER_PAGE);
  const at = pageIn(req, inOrder, pages);
  const path = `/reviews/${review.id}/answers`;
  const open = questions.filter(({ answer }) => answer === '').length;
  const shown = inOrder.slice(at * PER_PAGE, (at + 1) * PER_PAGE);
  const page = {
    title: review.question,
    review,
    path,
    by: names.get(review.createdBy ?? 0),
    all: questions.length,
    answered: questions.length - open,
    isOverdue: open > 0 && review.dueAt <= instant(app.clock()),
    people: withKept(await personRows(app, req, shown), takeKept(req)),
    openHere: shown.filter(({ answer }) => answer === '').length,
    at,
    earlier: at > 0 ? `${path}?page=${at}` : undefined,
    later: at + 1 < pages ? `${path}?page=${at + 2}` : undefined,
  };
  render(req, res, 'reviews/answers', page);
}

/** What was chosen and not saved when the session ended is chosen still. */
function withKept(people: PersonRow[], kept: Record<string, string | string[]> = {}) {
  return people.map((person) => {
    const typed = kept[person.field];
    const isOffered = person.options.some(({ value }) => value === typed);
    return { ...person, chosen: isOffered ? typed : person.said };
  });
}

/** Where it was left: the first page with somebody of whom nothing is said, unless one is asked for. */
function pageIn(req: Request, questions: Question[], pages: number): number {
  const asked = /^[1-9]\d{0,3}$/.test(String(req.query.page)) ? Number(req.query.page) - 1 : undefined;
  const first = Math.max(
    0,
    questions.findIndex(({ answer }) => answer === ''),
  );
  return Math.min(asked ?? Math.floor(first / PER_PAGE), Math.max(0, pages - 1));
}

async function ownQuestions(app: AppContext, req: Request, review: Review): Promise<Question[]> {
  const questions = await findOwnQuestions(app.db.read, review, req.viewer!.id, instant(app.clock()));
  if (questions.length === 0) throw new Forbidden('There is no such review.', true);
  return questions;
}

/** Writes down what is said of those whom the form shows; where all the rest is to be kept, of them too. */
export async function saveAnswers(app: AppContext, req: Request, res: Response, review: Review): Promise<void> {
  await ownQuestions(app, req, review);
  const given = givenBy(req.body);
  const limits = stateLimits(app);
  const work = { reviewId: review.id, given, limits };
  const done = await app.db.write((trx) => answerQuestions(trx, actOf(app, req), work));
  await tellAnswers(app, req, done);
  res.redirect(303, `/reviews/${review.id}/answers`);
}

/** Whether what is said takes somebody out of a group that demands a second factor of them (R54). */
export async function letsOffByAnswers(app: AppContext, req: Request, review: Review): Promise<boolean> {
  const asked = new Set((await ownQuestions(app, req, review)).map(({ userId }) => userId));
  const removed = givenBy(req.body).filter(({ userId, groupId }) => groupId !== null && asked.has(userId));
  const userIds = removed.map(({ userId }) => userId);
  const members = await findCountingGroupIds(app.db.read, userIds, minuteOf(app.clock()));
  const left = removed.flatMap(({ userId, groupId }) => members.get(userId)?.filter((id) => id === groupId) ?? []);
  return (await findGroups(app.db.read, [...new Set(left)])).some(demandsFactor);
}

function givenBy(body: unknown): Given[] {
  const typed = typedFields(body, ['rest'], ['ids']);
  const asked = readIds([typed.ids].flat()).slice(0, PER_PAGE);
  const said = givenIn(body, asked);
  return asked.flatMap((userId): Given[] => {
    const one = said.get(userId) ?? (typed.rest === 'keep' ? { answer: 'keep', groupId: null } : undefined);
    return one ? [{ userId, ...one }] : [];
  });
}

async function tellAnswers(app: AppContext, req: Request, answered: Answered): Promise<void> {
  const { number, refused, passed, operations } = answered;
  const forbidden = refused.filter(({ refusal }) => refusal?.kind === 'forbidden');
  const left = refused.map(({ subject, refusal }) => `${subject.name} ${refusal!.reason}`);
  if (forbidden.length > 0) await recordRefusal(app, req, left.join('; '));
  const saved = number > 0 ? `${counted(number, 'answer')} saved.` : 'Nothing new was said.';
  const said = [
    saved,
    ...(left.length > 0 ? [`Left out: ${left.join('; ')}.`] : []),
    ...(passed > 0 ? [`Of ${counted(passed, 'person', 'people')} others are asked by now.`] : []),
  ].join(' ');
  flash(req, said);
  for (const operation of operations) keepAtHand(req, { operation, said, path: `/led-operations/${operation}/undo` });
}
