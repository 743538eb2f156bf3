import { type Request, type Response, Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import type { Transaction } from '../../db/database.ts';
import type { Errors } from '../../forms/form.ts';
import type { Group } from '../../groups/group.ts';
import { requireChangeable } from '../../groups/group.ts';
import { groupOf } from '../../groups/pages/addressed-group.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import type { Subject } from '../../users/user.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { takeKept } from '../../web/kept-form.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { endMemberships, setUntil } from '../actions/membership-editing.ts';
import { checkMembers, typedMembers } from '../member-form.ts';
import { keepMemberships } from './kept-memberships.ts';
import { addFromForm, showAdditionForm } from './member-addition.ts';
import { tellOutcomes } from './member-report.ts';
import { showMemberSheet, showTicked } from './member-sheet.ts';
import { changesWeightyMembers } from './weighty-members.ts';

/** A change of members, how it is told, and what follows where the form will not do. */
interface Change {
  failed: (errors: Errors) => Promise<void>;
  done: string;
  work: (trx: Transaction) => Promise<{ outcomes: Outcome<Subject>[]; operationId: number | undefined }>;
}

/** Who is in a group: adding, ending and setting ends, many at once. */
export function membersController(app: AppContext): Router {
  const router = Router();
  const write = [requireRight('groups', 'write'), requireRight('users', 'write')];
  const weighty = confirmed(app, (req) => changesWeightyMembers(app, req));

  router.get('/groups/:id/members/new', write, async (req: Request, res: Response) =>
    showAdditionForm(app, req, res, { group: await changeable(req), typed: typedMembers(takeKept(req) ?? {}) }),
  );

  router.post('/groups/:id/members', write, weighty, async (req: Request, res: Response) =>
    addFromForm(app, req, res, await changeable(req)),
  );

  router.get('/groups/:id/members/edit', write, async (req: Request, res: Response) =>
    showTicked(app, req, res, await changeable(req)),
  );

  router.patch('/groups/:id/members', write, weighty, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const typed = typedMembers(req.body);
    const failed = (errors: Errors) => showMemberSheet(app, req, res, { group, typed, errors });
    const { values, errors } = checkMembers(typed, formatOf(req));
    if (errors) return failed(errors);
    const { untilAt } = values;
    const work = (trx: Transaction) =>
      keepMemberships(trx, actOf(app, req), { groupId: group.id, untilAt, deed: 'set-membership-end' }, (act) =>
        setUntil(trx, act, { groupId: group.id, userIds: values.ids }, untilAt),
      );
    await change(req, res, group, { failed, done: 'given this end in', work });
  });

  router.delete('/groups/:id/members', write, weighty, async (req: Request, res: Response) => {
    const group = await changeable(req);
    const typed = typedMembers(req.body);
    const failed = (errors: Errors) => showMemberSheet(app, req, res, { group, typed, errors });
    const meant = { groupId: group.id, userIds: [typed.ids].flat().map(Number) };
    const work = (trx: Transaction) =>
      keepMemberships(trx, actOf(app, req), { groupId: group.id, untilAt: null, deed: 'remove-from-group' }, (act) =>
        endMemberships(trx, act, meant),
      );
    await change(req, res, group, { failed, done: 'removed from', work });
  });

  /** Does it, and says on the record what it came to. */
  async function change(req: Request, res: Response, group: Group, { failed, done, work }: Change): Promise<void> {
    await unlessFieldErrors(app, req, failed, async () => {
      const { outcomes, operationId: undo } = await app.db.write(work);
      await tellOutcomes(app, req, { group, outcomes, done }, { undo });
      res.redirect(303, `/groups/${group.id}`);
    });
  }

  async function changeable(req: Request): Promise<Group> {
    const group = await groupOf(app, req);
    requireChangeable({ by: req.viewer! }, group);
    return group;
  }

  return router;
}
