import { type Request, type Response, Router } from 'express';
import { maySeeLinkOf } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { findBulkAction } from '../../bulk-operations/actions/bulk-subjects.ts';
import { checkedChoices } from '../../bulk-operations/actions/checked-choices.ts';
import { performDirectly } from '../../bulk-operations/actions/execution.ts';
import { type Choices, offeredBy } from '../../bulk-operations/asking-action.ts';
import { canBeLater } from '../../bulk-operations/schedulable.ts';
import type { Transaction } from '../../db/database.ts';
import { type Errors, FieldErrors, typedFields } from '../../forms/form.ts';
import { ANSWERED_PROGRAMS } from '../../leaving/actions/answered-programs.ts';
import { leftInShort } from '../../leaving/actions/left-in-short.ts';
import { OPEN_INVITATIONS } from '../../leaving/actions/open-invitations.ts';
import { findInvitedBy } from '../../one-time-links/open-links.ts';
import { isWeightyAction } from '../../permissions/weighty-givings.ts';
import { keptByProgram } from '../../provisioning/provisioned-fields.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { confirmed } from '../../sessions/pages/confirmed.ts';
import type { Format } from '../../text/format.ts';
import { LONGEST_IDENTITY } from '../../text/identity-key.ts';
import { idsIn } from '../../text/record-id.ts';
import type { Act } from '../../verbs/act.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { flash } from '../../web/flash.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { currentPage, isHtmx, render } from '../../web/render.ts';
import { INVITATION_WITHDRAWAL } from '../actions/invitation-withdrawal.ts';
import { orphansOf } from '../actions/owned-programs.ts';
import { type UserAction, wordsFor } from '../actions/user-action.ts';
import { judgeUsers, performOnUsers, USER_ACTIONS } from '../actions/user-actions.ts';
import type { Subject, User } from '../user.ts';
import { subjectOf } from './addressed-user.ts';

/** What says whether somebody is let in: a program that keeps them says it as well. */
const OF_ACTIVITY = ['activate', 'deactivate', 'delete'];

/** What of it the page asks about in a way of its own. */
const ASKED_HERE = [ANSWERED_PROGRAMS.name, OPEN_INVITATIONS.name];

/** Every page but those in which a row shows what was done to a user. */
const ELSEWHERE = /^\/(?!(users|invitations)(\?|$))/;

/** Each action has a page that says what it does, and an address that does it. */
export function userActionsController(app: AppContext): Router {
  const router = Router();
  const write = requireRight('users', 'write');
  for (const action of USER_ACTIONS) {
    router.get(`/users/:id/${action.path}/${action.page}`, write, (req, res) => showAction(app, req, res, action));
    const weighs = async (req: Request) =>
      isWeightyAction(app.db.read, actOf(app, req), action, [await subjectOf(app, req)]);
    const guards = action.demandsProof ? [write, confirmed(app, weighs)] : [write];
    router[action.method](`/users/:id/${action.path}`, guards, (req: Request, res: Response) =>
      obey(app, req, res, action),
    );
  }
  return router;
}

async function showAction(
  app: AppContext,
  req: Request,
  res: Response,
  action: UserAction,
  { newOwner = '', errors = {} }: { newOwner?: string; errors?: Errors } = {},
): Promise<void> {
  const user = await subjectOf(app, req);
  // By mail, where there is any: who may not see the link may send it.
  const act = { ...actOf(app, req), channel: app.mail ? ('mail' as const) : ('copy' as const) };
  const [{ refusal }] = await judgeUsers(app.db.read, act, action, [user.id]);
  if (refusal?.kind === 'forbidden') throw new Forbidden(`${user.name} ${refusal.reason}.`);
  if (refusal) throw new Conflict(`${user.name} ${refusal.reason}.`);
  const { button } = wordsFor(action, user);
  const left = action.endsAccess ? await leftInShort(app.db.read, user.id, act.at) : [];
  const locals = {
    title: `${button}: ${user.name}`,
    user,
    button,
    isDangerous: action.isDangerous ?? false,
    // An invitation has an address of its own already.
    later: canBeLater(action.name) && action.makes === undefined ? action.name : undefined,
    consequences: action.consequences(user, { at: act.at, format: formatOf(req) }),
    action: `/users/${user.id}/${action.path}`,
    method: action.method,
    offersDeactivation: action.instead?.isFor(user) ?? false,
    invited: action.endsAccess ? await findInvitedBy(app.db.read, [user.id], act.at) : [],
    owned: action.endsAccess ? await orphansOf(app.db.read, [user]) : [],
    leavesBehind: left.length > 0,
    // The others stand beside what can be done with them here.
    left: left.filter(({ name }) => !ASKED_HERE.includes(name)),
    kept: OF_ACTIVITY.includes(action.name) ? await keptByProgram(app.db.read, user.id) : undefined,
    typed: { newOwner },
    errors,
    makesLink: action.makes !== undefined,
    mayMail: app.mail !== undefined,
    mailOnly: action.makes !== undefined && !maySeeLinkOf(req.viewer!, user),
  };
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  render(req, res, 'users/action', locals, { status, fragments: { 'dialog-body': 'users/_action' } });
}

async function obey(app: AppContext, req: Request, res: Response, action: UserAction): Promise<void> {
  const newOwner = action.endsAccess ? newOwnerIn(req.body) : '';
  const failed = (errors: Errors) => showAction(app, req, res, action, { newOwner, errors });
  await unlessFieldErrors(app, req, failed, () => carryOut(app, req, res, action, newOwner));
}

async function carryOut(
  app: AppContext,
  req: Request,
  res: Response,
  action: UserAction,
  newOwner: string,
): Promise<void> {
  const user = await subjectOf(app, req);
  const act = actOf(app, req);
  const withdrawn = withdrawnBy(req.body);
  const { operationId, outcomes } = await app.db.write(async (trx) => {
    const choices = newOwner
      ? await succession(trx, act, action, { user, newOwner, format: formatOf(req) })
      : undefined;
    const direct = { subjectType: 'user' as const, action: action.name, ids: [user.id], choices };
    const done = await performDirectly(trx, act, direct);
    if (action.endsAccess && !done.outcomes[0].refusal) await withdraw(trx, act, user, withdrawn);
    return done;
  });
  const [{ refusal, written }] = outcomes;
  const canBeUndone = action.bulk?.lasting === undefined && Object.keys(written?.after ?? {}).length > 0;
  if (refusal?.kind === 'forbidden') throw new Forbidden(`${user.name} ${refusal.reason}.`);
  const path = `/users/${user.id}`;
  if (refusal) flash(req, `Nothing changed: ${user.name} ${refusal.reason}.`, { path, isNothing: true });
  else tellDone(req, action, user, { ...act, ...(canBeUndone && { undo: operationId }) });
  // Above a list the dialog takes what the record says; every other page gives way to the record itself.
  if (isHtmx(req) && ELSEWHERE.test(currentPage(req))) res.set('HX-Redirect', path).status(204).end();
  else res.redirect(303, path);
}

async function succession(
  trx: Transaction,
  act: Act,
  action: UserAction,
  { user, newOwner, format }: { user: Subject; newOwner: string; format: Format },
): Promise<Choices | undefined> {
  const offers = offeredBy(findBulkAction('user', action.name)!);
  if (!offers) return undefined;
  const choices = await checkedChoices(trx, act, offers, { newOwner }, format);
  if (choices.ownerId === user.id) throw new FieldErrors({ newOwner: `${user.name} goes: name somebody else.` });
  return choices;
}

/** Who is to answer for the programs of somebody who goes. */
function newOwnerIn(body: unknown): string {
  return typedFields(body, ['newOwner']).newOwner.trim().slice(0, LONGEST_IDENTITY);
}

function tellDone(req: Request, action: UserAction, user: Subject, { channel, undo }: Act & { undo?: number }): void {
  const said = wordsFor(action, user).done(user);
  const { makes: purpose } = action;
  const path = `/users/${user.id}`;
  if (purpose && channel === 'mail') flash(req, `${said} It goes to ${user.email}.`, { path, undo });
  else flash(req, said, { path, undo, showLink: purpose && { purpose, userId: user.id } });
}

/** Of the invitations that somebody who is leaving made, those that were ticked on the page (R37). */
async function withdraw(trx: Transaction, act: Act, creator: User, ids: number[]): Promise<void> {
  const invited = await findInvitedBy(trx, [creator.id], act.at);
  const meant = invited.map((user) => user.id).filter((id) => ids.includes(id));
  await performOnUsers(trx, act, INVITATION_WITHDRAWAL, meant);
}

function withdrawnBy(body: unknown): number[] {
  const { withdraw } = typedFields(body, [], ['withdraw']);
  return idsIn([withdraw].flat());
}
