import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { createDraft } from '../../bulk-operations/bulk-operation-store.ts';
import { instant } from '../../clock.ts';
import { typedFields } from '../../forms/form.ts';
import { readIds } from '../../lists/exceptions.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { DEACTIVATION } from '../../users/actions/deactivation.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { type Review, TO_DECIDE, type Verdict } from '../review.ts';
import { keepOperation } from '../review-store.ts';
import { findStanding } from '../verdicts.ts';

/** Those who are ticked become one operation, with its sheet: nothing is done to anybody yet. */
export async function beginDecisions(app: AppContext, req: Request, res: Response, review: Review): Promise<void> {
  const ticked = new Set(readIds([typedFields(req.body, [], ['ids']).ids].flat()));
  const path = `/reviews/${review.id}`;
  const { reviewed } = await findStanding(app.db.read, review, instant(app.clock()));
  const toDecide = reviewed.filter(({ user, verdict }) => user.activity === 'active' && isToDecide(verdict));
  const ids = toDecide.map(({ user }) => user.id).filter((id) => ticked.has(id));
  if (ids.length < ticked.size)
    throw new Conflict('Somebody decided about some of these meanwhile. Look at the review again.');
  if (ids.length === 0) {
    flash(req, 'Nobody is ticked.', { isNothing: true });
    return res.redirect(303, path);
  }
  const act = actOf(app, req);
  const view = { view: path, shown: null, shownChange: null, frozenChange: null, excepted: null };
  const id = await app.db.write(async (trx) => {
    await act.confirm?.(trx);
    const draft = await createDraft(trx, act, { subjectType: 'user', action: DEACTIVATION.name, ids, view });
    await keepOperation(trx, review.id, draft);
    return draft;
  });
  res.redirect(303, `/bulk-operations/${id}`);
}

function isToDecide(verdict: Verdict): verdict is (typeof TO_DECIDE)[number] {
  return TO_DECIDE.some((one) => one === verdict);
}
