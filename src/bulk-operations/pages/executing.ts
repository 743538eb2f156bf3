import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { recordRefusal } from '../../audit/pages/refusal-recording.ts';
import { FieldErrors } from '../../forms/form.ts';
import { actOf } from '../../sessions/pages/act.ts';
import type { Act } from '../../verbs/act.ts';
import { Malformed } from '../../verbs/refusals.ts';
import { flash, keepAtHand } from '../../web/flash.ts';
import { HttpError } from '../../web/http-error.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { actionOf, BULK_SUBJECTS, draftPathOf, isToBeChosen } from '../actions/bulk-subjects.ts';
import { executeOperation } from '../actions/execution.ts';
import { isLarge, TO_BE_CHOSEN } from '../bulk-operation.ts';
import { findOperation } from '../bulk-operation-store.ts';
import { findParts } from '../part-store.ts';
import { forbiddenInWords, hasForbidden, summed } from '../tally.ts';
import { doneInWords } from './operation/parts-in-words.ts';
import { visibleOperation } from './operation/visible-operation.ts';

/** Does what the sheet said, or begins it where there are many. */
export async function execute(app: AppContext, req: Request, res: Response): Promise<void> {
  const operation = await visibleOperation(app, req, { acts: true });
  if (draftPathOf(operation)) throw new Malformed('It is begun on the page on which it is worked on.');
  if (isToBeChosen(operation)) throw new Malformed('It was not said yet what exactly is to be done.');
  const act = actOf(app, req);
  if (operation.action === TO_BE_CHOSEN) throw new Malformed('It was not said yet what is to be done.');
  const action = await actionOf(app.db.read, operation);
  if (isLarge(operation) && action.makes && act.channel === 'copy')
    throw new HttpError(422, 'Links for so many go by mail alone.', `/bulk-operations/${operation.id}`);
  const path = `/bulk-operations/${operation.id}`;
  const became = await app.db
    .write((trx) => executeOperation(trx, act, operation))
    .catch((error) => {
      // What only the database could tell, in the moment between the judgement and the deed.
      if (error instanceof FieldErrors) throw new HttpError(422, error.message, path);
      throw error;
    });
  if (became === 'done') await tellOutcomes(app, req, act, operation.id);
  if (became === 'begun') app.operations.wake();
  res.redirect(303, `/bulk-operations/${operation.id}`);
}

async function tellOutcomes(app: AppContext, req: Request, { channel }: Act, id: number): Promise<void> {
  const operation = await findOperation(app.db.read, id);
  const parts = await findParts(app.db.read, operation);
  for (const part of parts)
    if (hasForbidden(part.tally))
      await recordRefusal(app, req, forbiddenInWords(part.tally, BULK_SUBJECTS[part.subjectType].noun));
  const tally = summed(parts.map((part) => part.tally));
  const action = await actionOf(app.db.read, operation, [], formatOf(req));
  const makesLinks = action.makes !== undefined && tally.changed > 0;
  const mailed = makesLinks && channel === 'mail' ? ' The mails are on their way.' : '';
  const said = await doneInWords(app.db.read, parts, formatOf(req));
  if (tally.changed > 0 && !action.bulk.lasting) keepAtHand(req, { operation: id, said });
  flash(req, `${said}${mailed}`, {
    path: `/bulk-operations/${id}`,
    showLinksOf: makesLinks && channel === 'copy' ? id : undefined,
  });
}
