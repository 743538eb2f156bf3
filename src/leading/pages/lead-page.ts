import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { minuteOf } from '../../clock.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import { keeping } from '../../forms/moments.ts';
import { findDeputy } from '../../groups/deputy-store.ts';
import type { Group } from '../../groups/group.ts';
import { listMembers } from '../../memberships/list/member-list.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { flash } from '../../web/flash.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { endDeputyOf, handLeadOver, nameDeputyOf, requireOwnLead } from '../actions/lead.ts';
import { checkDeputy, checkSuccessor, typedLead } from '../lead-form.ts';

/** So many names are suggested. */
const SUGGESTED = 100;

/** Who leads the group: its deputy, and the hand-over. For its leader alone. */
export async function showLead(
  app: AppContext,
  req: Request,
  res: Response,
  { group, typed, errors = {} }: { group: Group; typed?: Typed; errors?: Errors },
): Promise<void> {
  requireOwnLead(req.viewer!.id, group);
  const now = minuteOf(app.clock());
  const { members } = await listMembers(app, group.id, { per: SUGGESTED });
  const deputy = await findDeputy(app.db.read, group.id, now);
  const stands = { deputy: deputy?.name ?? '', untilAt: formatOf(req).typedEnd(deputy?.untilAt ?? null) };
  const page = {
    title: `Who leads ${group.name}`,
    group,
    deputy,
    typed: typed ?? { ...typedLead({}), ...stands },
    errors,
    names: members.filter(
      ({ activity, userId, isOver }) => activity === 'active' && !isOver && userId !== req.viewer!.id,
    ),
  };
  render(req, res, 'leading/lead', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
}

export async function saveDeputy(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const typed = typedLead(req.body);
  const failed = (errors: Errors) => showLead(app, req, res, { group, typed, errors });
  const deputy = await findDeputy(app.db.read, group.id, minuteOf(app.clock()));
  const { values, errors } = checkDeputy(typed, keeping(formatOf(req), deputy?.untilAt));
  if (errors) return failed(errors);
  await unlessFieldErrors(app, req, failed, async () => {
    const user = await app.db.write((trx) => nameDeputyOf(trx, actOf(app, req), group.id, values));
    flash(req, `${user.name} is deputy leader of ${group.name}.`);
    res.redirect(303, `/led-groups/${group.id}`);
  });
}

export async function endDeputy(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  // What no form of ours sends is refused here as well.
  typedLead(req.body);
  const isDone = await app.db.write((trx) => endDeputyOf(trx, actOf(app, req), group.id));
  flash(req, isDone ? `${group.name} has no deputy any more.` : `${group.name} has no deputy.`);
  res.redirect(303, `/led-groups/${group.id}`);
}

export async function handOver(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const typed = typedLead(req.body);
  const failed = (errors: Errors) => showLead(app, req, res, { group, typed, errors });
  const { values, errors } = checkSuccessor(typed);
  if (errors) return failed(errors);
  await unlessFieldErrors(app, req, failed, async () => {
    const user = await app.db.write((trx) => handLeadOver(trx, actOf(app, req), group.id, values.leader));
    flash(req, `${user.name} leads ${group.name} now.`);
    res.redirect(303, '/me');
  });
}
