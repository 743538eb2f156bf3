import type { Request, Response } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { type AllTicked, MOST_IN_ADDRESS, withTicks } from '../../../lists/exceptions.ts';
import { actOf } from '../../../sessions/pages/act.ts';
import { Malformed, NotFound } from '../../../verbs/refusals.ts';
import { demandRight } from '../../../web/guards/authorization.ts';
import { HttpError } from '../../../web/http-error.ts';
import { saidTicks, withoutTicks } from '../../../web/reader/list-ticks.ts';
import { safePath } from '../../../web/safe-path.ts';
import { BULK_SUBJECTS } from '../../actions/bulk-subjects.ts';
import { findKnownIds } from '../../bulk-item-store.ts';
import { type SubjectType, TO_BE_CHOSEN } from '../../bulk-operation.ts';
import { createDraft, findOperation } from '../../bulk-operation-store.ts';
import { findItemIds } from '../../bulk-piece-store.ts';
import { seenBy } from '../operation/reported-items.ts';
import { exceptionsIn } from './meant-set.ts';
import { subjectTypeIn } from './subject-said.ts';

/**
 * The form takes what is unticked to another page of the list: in its address, or, where they are too many for one, in a draft of those who are left out. What
 * was kept is not changed any more, so that Back and other tabs show what they showed.
 */
export async function turnPage(app: AppContext, req: Request, res: Response, page: unknown): Promise<void> {
  const path = safePath(page);
  if (!path) throw new Malformed('There is no such page.');
  const except = exceptionsIn(req.body);
  const left = except.length > MOST_IN_ADDRESS ? { draft: await keep(app, req, except) } : { except };
  res.redirect(303, withTicks(path, left));
}

async function keep(app: AppContext, req: Request, except: number[]): Promise<number> {
  const subjectType = subjectTypeIn(req.body);
  const { application, level } = BULK_SUBJECTS[subjectType];
  demandRight(req.viewer!, application, level);
  const ids = await findKnownIds(app.db.read, subjectType, except, await seenBy(app, req.viewer!, { subjectType }));
  return app.db.write((trx) => createDraft(trx, actOf(app, req), { subjectType, action: TO_BE_CHOSEN, ids }));
}

/** Whether all that match are ticked, and who of them is not, as the request for a list says it. Throws where that is forgotten. */
export async function readAllTicked(
  app: AppContext,
  req: Request,
  subjectType: SubjectType,
): Promise<AllTicked | undefined> {
  const said = saidTicks(req);
  if (!said || 'except' in said) return said;
  const draft = await findOperation(app.db.read, said.draft).catch(unlessNotFound);
  const isTheirs = draft?.createdBy === req.viewer!.id && draft.subjectType === subjectType;
  if (!isTheirs || draft.executedAt !== null) throw new HttpError(404, FORGOTTEN, withoutTicks(req.originalUrl));
  return { except: await findItemIds(app.db.read, draft.id) };
}

const FORGOTTEN =
  'Whom you left out here is not known any more: it is kept for a day, for yourself. Go back to the list with nobody ticked.';

function unlessNotFound(error: unknown): undefined {
  if (!(error instanceof NotFound)) throw error;
}
