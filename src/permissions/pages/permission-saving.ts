import type { Request, Response } from 'express';
import { covers } from '../../access/rights.ts';
import type { AppContext } from '../../app-context.ts';
import { findApplications } from '../../applications/application-store.ts';
import { keepAsOperation, keptOutcomes } from '../../bulk-operations/actions/kept-operation.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import type { Group } from '../../groups/group.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { renewLinks } from '../../users/actions/renewed-links.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { mailedWords, renewalOf } from '../../web/channel.ts';
import { flash } from '../../web/flash.ts';
import { unlessStale } from '../../web/stale-form.ts';
import { changePermissions } from '../actions/changing-permissions.ts';
import type { EndedLink } from '../outgrown-links.ts';
import { levelsIn, rightsIn, typedPermissions } from '../permission-form.ts';
import type { Levels } from '../permission-store.ts';
import { keysOf, showConflict, showMatrix, showSheet } from './permission-matrix-page.ts';

/** The matrix was sent: again as it is, then what it does to be confirmed, then saved. */
export async function saveMatrix(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const applications = await findApplications(app.db.read);
  const typed = typedPermissions(req.body, keysOf(applications));
  if (typed.step === 'choose') return showMatrix(req, res, { group, applications, typed });
  const rights = rightsIn(typed, group, keysOf(applications));
  if (!covers(req.viewer!.rights, rights)) throw new Forbidden('You cannot give rights that you do not hold.');
  const conflict = () => showConflict(app, req, res, group.id, typed);
  if (typed.version !== String(group.version)) return conflict();
  if (!typed.confirmed) return showSheet(app, req, res, { group, applications, typed });
  await unlessStale(conflict, () =>
    save(app, req, res, { group, version: Number(typed.version), levels: levelsIn(typed, keysOf(applications)) }),
  );
}

async function save(
  app: AppContext,
  req: Request,
  res: Response,
  { group, version, levels }: { group: Group; version: number; levels: Levels },
): Promise<void> {
  const renewal = renewalOf(app, req.body);
  const { undo, renewed } = await app.db.write(async (trx) => {
    const act = actOf(app, req);
    const versions = new Map([[group.id, version]]);
    let linksEnded: EndedLink[] = [];
    const kept = await keepAsOperation(trx, act, { subjectType: 'group', action: 'edit-permissions' }, async (own) => {
      const changed = await changePermissions(trx, own, [group.id], levels, versions);
      requireDone(changed.outcomes);
      linksEnded = changed.linksEnded;
      return keptOutcomes(changed);
    });
    return { undo: kept, renewed: renewal ? await renewLinks(trx, act, linksEnded) : [] };
  });
  const said = `Permissions of ${group.name} are saved. They hold from the next click of each member.`;
  const path = `/groups/${group.id}`;
  if (renewal === 'copy') flash(req, said, { path, undo, showRenewed: renewed });
  else flash(req, [said, mailedWords(renewed.length)].filter(Boolean).join(' '), { undo });
  res.redirect(303, path);
}
