import type { Request, Response } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { typedFields } from '../../../forms/form.ts';
import { actOf } from '../../../sessions/pages/act.ts';
import { Malformed } from '../../../verbs/refusals.ts';
import { letGoOf } from '../../../web/flash.ts';
import { demandRight } from '../../../web/guards/authorization.ts';
import { HttpError } from '../../../web/http-error.ts';
import { safePath } from '../../../web/safe-path.ts';
import { leadTo } from '../../../web/whole-page.ts';
import { BULK_SUBJECTS, findBulkAction } from '../../actions/bulk-subjects.ts';
import { EXPORT, TO_BE_CHOSEN, UNDO } from '../../bulk-operation.ts';
import { createDraft } from '../../bulk-operation-store.ts';
import { canBeLater } from '../../schedulable.ts';
import { visibleOperation } from '../operation/visible-operation.ts';
import { turnPage } from './left-out.ts';
import { meantBy, ofEarlier } from './meant-set.ts';
import { subjectTypeIn } from './subject-said.ts';

/** Freezes the set that the form means. */
export async function begin(app: AppContext, req: Request, res: Response): Promise<void> {
  const { action, view, from, page, later } = typedFields(req.body, ['action', 'view', 'from', 'page', 'later']);
  if (page) return turnPage(app, req, res, page);
  const earlier = from ? await visibleOperation(app, req, { id: from }) : undefined;
  const subjectType = earlier?.subjectType ?? subjectTypeIn(req.body);
  const found = findBulkAction(subjectType, action);
  const isKnown = found !== undefined || action === TO_BE_CHOSEN || action === EXPORT;
  if (!isKnown && !(earlier && action === UNDO)) throw new Malformed('There is no such action.');
  const { noun, application, level, path } = BULK_SUBJECTS[subjectType];
  demandRight(req.viewer!, application, action === EXPORT ? 'read' : level);
  const set = earlier ? await ofEarlier(app, req, earlier, action) : await meantBy(app, req, subjectType);
  // Its report says so.
  if (!set) {
    letGoOf(req, earlier!.id);
    return res.redirect(303, `/bulk-operations/${earlier!.id}`);
  }
  if (set.ids.length === 0)
    throw new HttpError(422, `Nothing is ticked. Go back and tick the ${noun}s you mean.`, safePath(view));
  const draft = { subjectType, action: found?.name ?? action, ...set };
  const id = await app.db.write((trx) => createDraft(trx, actOf(app, req), draft));
  // Whom it is about was just looked at.
  if (later && canBeLater(draft.action)) return res.redirect(303, `/bulk-operations/${id}/schedule/new`);
  if (action !== EXPORT) return res.redirect(303, `/bulk-operations/${id}`);
  // A page of its own: it does not fit into a dialog.
  const exportPath = `${path}/export?chosen=${id}`;
  leadTo(req, res, exportPath);
}
