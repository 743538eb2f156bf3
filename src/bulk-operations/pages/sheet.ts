import type { Request, Response } from 'express';
import { maySeeLinkOf, type Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { dayOf } from '../../clock.ts';
import type { Group } from '../../groups/group.ts';
import { effectsOf, givenBy } from '../../permissions/effect.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { shortened } from '../../text/text.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Subjected } from '../../verbs/action.ts';
import { allowed } from '../../verbs/outcome.ts';
import { render } from '../../web/render.ts';
import { actionOf } from '../actions/bulk-subjects.ts';
import { judgeOperation } from '../actions/execution.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { findChangedMeanwhile } from '../bulk-operation-store.ts';
import { sheetPage } from './bulk-operation-page.ts';
import { countOutside } from './meant-set.ts';

const NAMES_SHOWN = 10;

/** What executing it would do now. */
export async function showSheet(app: AppContext, req: Request, res: Response, operation: BulkOperation): Promise<void> {
  const mayMail = app.mail !== undefined;
  const act = { ...actOf(app, req), channel: mayMail ? ('mail' as const) : ('copy' as const) };
  const outcomes = await judgeOperation(app.db.read, act, operation);
  const changing = allowed(outcomes);
  const makesLinks = actionOf(operation).makes !== undefined;
  const sheet = sheetPage(operation, outcomes, {
    changedMeanwhile: await findChangedMeanwhile(app.db.read, operation),
    outside: await countOutside(
      app,
      req,
      operation,
      outcomes.map(({ subject }) => subject.id),
    ),
    effects: await effectsOn(app, operation, changing),
  });
  // Without mail there is no way for their links, so they are left out by now.
  const mailOnly = makesLinks ? shortened(await findMailOnly(app, req.viewer!, changing), NAMES_SHOWN) : '';
  const page = { ...sheet, makesLinks, mayMail, mailOnly };
  render(req, res, 'bulk-operations/sheet', page, { fragments: { 'dialog-body': 'bulk-operations/_sheet' } });
}

/** The names of those whose links this viewer may not see. */
async function findMailOnly({ db, clock }: AppContext, viewer: Viewer, changing: Subjected[]): Promise<string[]> {
  const ids = changing.map((subject) => subject.id);
  const subjects = await findSubjects(db.read, ids, dayOf(clock()));
  return subjects.filter((subject) => !maySeeLinkOf(viewer, subject)).map((subject) => subject.name);
}

/** What comes back otherwise than the action is called, and what it means for people that groups come and go. */
async function effectsOn(app: AppContext, operation: BulkOperation, changing: Subjected[]): Promise<string[]> {
  const action = actionOf(operation);
  const said = action.notes?.(changing) ?? [];
  const { becomes } = action;
  if (!becomes) return said;
  const changes = (changing as Group[]).map((group) => ({
    groupId: group.id,
    from: givenBy(group),
    to: givenBy({ ...group, activity: becomes(group) }),
  }));
  return [...said, ...(await effectsOf(app, changes))];
}
