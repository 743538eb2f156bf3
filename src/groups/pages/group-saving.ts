import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { keepAsOperation, keptOutcomes } from '../../bulk-operations/actions/kept-operation.ts';
import type { Transaction } from '../../db/database.ts';
import type { Errors } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import type { Act } from '../../verbs/act.ts';
import { writtenOfMade } from '../../verbs/facts.ts';
import { flash } from '../../web/flash.ts';
import { unlessStale } from '../../web/stale-form.ts';
import { createGroupFromForm, saveGroupForm } from '../actions/group-form-saving.ts';
import type { Group } from '../group.ts';
import { checkGroup, type GroupValues, typedGroup } from '../group-form.ts';
import { findGroup } from '../group-store.ts';
import { showConflict, showGroupForm, showMistakes } from './group-form-page.ts';

/** New Group was sent: the form again, or a group more. */
export async function createFromForm(app: AppContext, req: Request, res: Response): Promise<void> {
  const typed = typedGroup(req.body);
  if (typed.step) return showGroupForm(app, req, res, { typed });
  const failed = (errors: Errors) => showMistakes(app, req, res, { typed, errors });
  const { values, errors } = checkGroup(typed);
  if (errors) return failed(errors);
  await unlessFieldErrors(app, req, failed, async () => {
    const id = await app.db.write((trx) => create(trx, actOf(app, req), values));
    flash(req, `The group ${values.name} was created.`);
    res.redirect(303, `/groups/${id}`);
  });
}

/** As an operation, whose undo deletes it. */
async function create(trx: Transaction, act: Act, values: GroupValues): Promise<number> {
  let created = 0;
  await keepAsOperation(trx, act, { subjectType: 'group', action: 'create' }, async (own) => {
    created = await createGroupFromForm(trx, own, values);
    const subject = await findGroup(trx, created);
    return [{ subject, written: writtenOfMade(subject.activity) }];
  });
  return created;
}

/** Edit was sent: the form again, or the group changed. */
export async function saveFromForm(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const typed = typedGroup(req.body);
  if (typed.step) return showGroupForm(app, req, res, { typed, group });
  const failed = (errors: Errors) => showMistakes(app, req, res, { typed, errors, group });
  const { values, errors } = checkGroup(typed);
  if (errors) return failed(errors);
  const conflict = () => showConflict(app, req, res, { typed, group });
  const save = async () => {
    const shown = { id: group.id, version: Number(typed.version) };
    const undo = await app.db.write((trx) =>
      keepAsOperation(trx, actOf(app, req), { subjectType: 'group', action: 'edit' }, async (own) =>
        keptOutcomes(await saveGroupForm(trx, own, shown, values)),
      ),
    );
    flash(req, 'Saved.', { undo });
    res.redirect(303, `/groups/${group.id}`);
  };
  await unlessFieldErrors(app, req, failed, () => unlessStale(conflict, save));
}
