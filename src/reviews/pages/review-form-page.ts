import type { Request, Response } from 'express';
import { maySignIn } from '../../access/admission.ts';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { DAY, instant, minuteOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { type Errors, FieldErrors, type Typed } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { problemsOfView } from '../../users/list/user-export.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findUserNames, findUsers } from '../../users/user-store.ts';
import { flash } from '../../web/flash.ts';
import { takeKept } from '../../web/kept-form.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { safePath } from '../../web/safe-path.ts';
import { meantBy, reviewedView } from '../actions/meant-people.ts';
import { startReview } from '../actions/starting.ts';
import { assignedBy } from '../assignment.ts';
import { nextQuarter } from '../quarter.ts';
import { findQuestions } from '../question-store.ts';
import { MOST_PEOPLE } from '../review.ts';
import { checkReview, typedReview } from '../review-form.ts';

const USUALLY_DUE = 14 * DAY;

export async function showNewReview(app: AppContext, req: Request, res: Response): Promise<void> {
  const kept = takeKept(req);
  if (kept) return showForm(app, req, res, typedReview(kept));
  const due = formatOf(req).dayOf(instant(app.clock() + USUALLY_DUE));
  const typed = typedReview({ view: req.query.view });
  await showForm(app, req, res, {
    ...typed,
    question: 'Still needed?',
    asks: 'leaders',
    dueAt: due,
    silence: 'remind',
    silenceDays: '14',
  });
}

/** The form again, or a review more. */
export async function beginReview(app: AppContext, req: Request, res: Response): Promise<void> {
  const typed = typedReview(req.body);
  const failed = (errors: Errors) => showForm(app, req, res, typed, errors);
  const { values, errors } = checkReview(typed, formatOf(req));
  if (errors) return failed(errors);
  if (!isView(typed.view))
    return failed({ view: 'It was not said about whom. This is everybody; choose a view in Users to ask about some.' });
  await unlessFieldErrors(app, req, failed, async () => {
    const { repeats, ...settings } = values;
    const meant = await meantIn(app, req, typed);
    if (meant.problems.length > 0) return failed({});
    const named = settings.asks === 'named' ? await namedBy(app.db.read, settings.named, minuteOf(app.clock())) : [];
    const act = actOf(app, req);
    const nextAt = repeats ? nextQuarter(act.at, formatOf(req)) : null;
    const start = { ...settings, ...meant, named, nextAt, createdBy: req.viewer!.id };
    const id = await app.db.write((trx) => startReview(trx, act, start));
    const leftOut = await leftOutOf(app.db.read, meant.ids, await findQuestions(app.db.read, id));
    const begun = app.mail ? 'The review has begun. The mails are on their way.' : 'The review has begun.';
    flash(
      req,
      [begun, ...(leftOut.length > 0 ? [`Left out, as nobody else can be asked: ${leftOut.join(', ')}.`] : [])].join(
        ' ',
      ),
    );
    res.redirect(303, `/reviews/${id}`);
  });
}

async function showForm(app: AppContext, req: Request, res: Response, typed: Typed, mistakes: Errors = {}) {
  const meant = await meantIn(app, req, typed);
  const gone = meant.problems.slice(0, 5).join(' ');
  const errors = gone ? { ...mistakes, view: `This view asks for something that there is not. ${gone}` } : mistakes;
  const now = instant(app.clock());
  const asking = { ...meant, asks: 'leaders' as const, named: [], createdBy: req.viewer!.id };
  // So many are refused anyway: who would be asked about them is not worth the search.
  const assigned = meant.ids.length > MOST_PEOPLE ? [] : await assignedBy(app.db.read, asking, now);
  const page = {
    title: 'New review',
    typed: { ...typed, view: meant.view },
    errors,
    people: meant.total,
    leaders: new Set(assigned.filter(({ isPassed }) => !isPassed).map(({ reviewerId }) => reviewerId)).size,
    leaderless: new Set(assigned.filter(({ isPassed }) => isPassed).map(({ userId }) => userId)).size,
    leftOut: assigned.length > 0 ? await leftOutOf(app.db.read, meant.ids, assigned) : [],
    next: nextQuarter(now, formatOf(req)),
    sendsMail: app.mail !== undefined,
  };
  render(req, res, 'reviews/new', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
}

/** Whether it is just what the form says: what was left out, or is of another list, must not come to mean everybody. */
function isView(text: Typed[string]): boolean {
  const view = safePath(text);
  return view !== undefined && reviewedView(view) === view;
}

async function meantIn(app: AppContext, req: Request, typed: Typed) {
  const view = reviewedView(safePath(typed.view) ?? '/users');
  const meant = await meantBy(app.db.read, app.index, { view, by: req.viewer!, limits: stateLimits(app) });
  return { view, ...meant, problems: await problemsOfView(app.db.read, view, req.viewer!) };
}

/** Whom nobody is asked about, by name: there is no leader, and no administrator but themself. */
async function leftOutOf(db: Reader, ids: number[], questions: { userId: number }[]): Promise<string[]> {
  const asked = new Set(questions.map(({ userId }) => userId));
  const names = await findUserNames(
    db,
    ids.filter((id) => !asked.has(id)),
  );
  return [...names.values()];
}

/** Throws FieldErrors where somebody is nobody, or cannot sign in to answer. */
async function namedBy(db: Reader, names: string[], now: string): Promise<number[]> {
  const found = await findUserIdsByIdentifier(db, names);
  const users = new Map((await findUsers(db, [...found.values()])).map((user) => [user.id, user]));
  const unfit = names.filter((name) => {
    const user = users.get(found.get(name) ?? 0);
    return !user?.hasPassword || !maySignIn(user, now);
  });
  if (unfit.length > 0)
    throw new FieldErrors({ named: `Nobody who can sign in is called so: ${unfit.slice(0, 10).join(', ')}.` });
  return [...new Set(found.values())];
}
