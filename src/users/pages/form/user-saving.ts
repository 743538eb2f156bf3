import type { Request, Response } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { unlessFieldErrors } from '../../../audit/pages/refusal-recording.ts';
import { keepAsOperation, keptOutcomes } from '../../../bulk-operations/actions/kept-operation.ts';
import { inviteLater } from '../../../bulk-operations/actions/scheduling.ts';
import { instant, minuteOf } from '../../../clock.ts';
import { findContactViewer } from '../../../contacts/contact-viewer.ts';
import { type Errors, FieldErrors, type Typed } from '../../../forms/form.ts';
import { savingEffects } from '../../../permissions/group-effects.ts';
import type { EndedLink } from '../../../permissions/outgrown-links.ts';
import { actOf } from '../../../sessions/pages/act.ts';
import type { Channel } from '../../../verbs/act.ts';
import { writtenOfMade } from '../../../verbs/facts.ts';
import { renewalOf } from '../../../web/channel.ts';
import { flash } from '../../../web/flash.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { unlessStale } from '../../../web/stale-form.ts';
import { createUserFromForm, saveUserForm } from '../../actions/changing/user-form-saving.ts';
import { INVITATION } from '../../actions/invitation.ts';
import { invitationAt } from '../../actions/invitation-times.ts';
import { renewLinks } from '../../actions/renewed-links.ts';
import { performOnUsers } from '../../actions/user-actions.ts';
import type { Subject } from '../../user.ts';
import { checkUser, typedUser, type UserValues } from '../../user-form.ts';
import { findSubjects } from '../../user-store.ts';
import {
  accessOf,
  proposedEmail,
  showConflict,
  showFieldCheck,
  showMistakes,
  showUserForm,
  typedNow,
} from './user-form-page.ts';

/** New User was sent: the form again, or a user more. */
export async function createFromForm(app: AppContext, req: Request, res: Response): Promise<void> {
  const typed = typedUser(req.body);
  const access = accessOf(app, typed);
  if (typed.step === 'check') return showFieldCheck(app, req, res, typed);
  if (typed.step) return showUserForm(app, req, res, { typed: await proposed(app, req, typed) });
  const failed = (errors: Errors) => showMistakes(app, req, res, { typed, errors });
  const { values, errors } = checkUser(typed, formatOf(req));
  const email = errors?.newContactEmail ? undefined : await proposal(app, req, typed);
  if (email) {
    typed.email = email;
    return failed({ ...errors, email: `${email} is proposed from the contact. Check it and send the form again.` });
  }
  if (errors) return failed(errors);
  await unlessFieldErrors(app, req, failed, () => create(app, req, res, { values, access }));
}

async function create(
  app: AppContext,
  req: Request,
  res: Response,
  { values, access }: { values: UserValues; access: Channel | 'later' },
): Promise<void> {
  const format = formatOf(req);
  const startsLater = invitationAt(values.startsAt, instant(app.clock()), format);
  const inviteAt = access === 'mail' && !values.apiOnly ? startsLater : undefined;
  if (startsLater && access === 'copy' && !values.apiOnly) throw new FieldErrors({ startsAt: NO_LINK_YET });
  const id = await app.db.write(async (trx) => {
    const act = actOf(app, req);
    let created = 0;
    await keepAsOperation(trx, act, { subjectType: 'user', action: 'create' }, async (own) => {
      created = await createUserFromForm(trx, own, values);
      if (inviteAt) await inviteLater(trx, act, [created], inviteAt);
      else if (access !== 'later') await performOnUsers(trx, { ...own, channel: access }, INVITATION, [created]);
      const [subject] = await findSubjects(trx, [created], minuteOf(act.at));
      return [{ subject, written: writtenOfMade(subject.activity) }];
    });
    return created;
  });
  const isInvited = access !== 'later' && !values.apiOnly;
  const goesOut = inviteAt ? ` on ${format.moment(inviteAt)}` : '';
  const onItsWay = isInvited && access === 'mail' ? ` An invitation goes to ${values.email}${goesOut}.` : '';
  flash(req, `${values.name} was created.${onItsWay}`, {
    path: `/users/${id}`,
    showLink: isInvited && access === 'copy' ? { purpose: 'invitation', userId: id } : undefined,
  });
  res.redirect(303, `/users/${id}`);
}

const NO_LINK_YET = 'No link works before the start: send the invitation by mail, or choose later.';

/** Edit was sent: the form again, with what saving would do where it does more than it shows; or the user changed. */
export async function saveFromForm(app: AppContext, req: Request, res: Response, user: Subject): Promise<void> {
  const typed = typedUser(req.body);
  if (typed.step === 'check') return showFieldCheck(app, req, res, typed, user);
  if (typed.step && typed.step !== 'save')
    return showUserForm(app, req, res, { typed: await proposed(app, req, typed), user });
  // A request that does not show the groups says nothing about them: it never means "remove all" (R62).
  if (!typed.groupsShown) typed.groups = (await typedNow(app.db.read, user, formatOf(req))).groups;
  const failed = (errors: Errors) => showMistakes(app, req, res, { typed, errors, user });
  const { values, errors } = checkUser(typed, formatOf(req), user);
  if (errors) return failed(errors);
  const untold = await untoldEffects(app, req, { user, typed, values });
  if (untold) return showUserForm(app, req, res, { ...untold, user });
  const conflict = () => showConflict(app, req, res, { typed, user });
  const work = () => save(app, req, res, { user, version: Number(typed.version), values });
  await unlessFieldErrors(app, req, failed, () => unlessStale(conflict, work));
}

/** What saving does to rights and links, where it was not told before; then the form remembers that it was. */
async function untoldEffects(
  app: AppContext,
  req: Request,
  { user, typed, values }: { user: Subject; typed: Typed; values: UserValues },
): Promise<{ typed: Typed; effects: string[]; endsLinks: boolean } | undefined> {
  const seen = JSON.stringify([values.groups, values.email, values.apiOnly]);
  if (typed.step !== 'save' || typed.seen === seen) return undefined;
  const { effects, endsLinks } = await savingEffects(app, req.viewer!, user, values);
  return effects.length > 0 ? { typed: { ...typed, seen }, effects, endsLinks } : undefined;
}

async function save(
  app: AppContext,
  req: Request,
  res: Response,
  { user, version, values }: { user: Subject; version: number; values: UserValues },
): Promise<void> {
  const renewal = renewalOf(app, req.body);
  const saved = await app.db.write(async (trx) => {
    const act = actOf(app, req);
    let linksEnded: EndedLink[] = [];
    const undo = await keepAsOperation(trx, act, { subjectType: 'user', action: 'edit' }, async (own) => {
      const changed = await saveUserForm(trx, own, { id: user.id, version }, values);
      linksEnded = changed.linksEnded;
      return keptOutcomes(changed);
    });
    return { undo, linksEnded, renewed: renewal ? await renewLinks(trx, act, linksEnded) : [] };
  });
  tellSaved(req, user, values, { ...saved, renewal });
  res.redirect(303, `/users/${user.id}`);
}

/** With the new link, where one was asked for in the place of one that ended; else it is offered. */
function tellSaved(
  req: Request,
  user: Subject,
  { apiOnly, email }: Pick<UserValues, 'apiOnly' | 'email'>,
  saved: { undo?: number; linksEnded: EndedLink[]; renewed: EndedLink[]; renewal?: Channel },
): void {
  const { undo, linksEnded, renewed, renewal } = saved;
  const path = `/users/${user.id}`;
  if (renewed.length > 0 && renewal === 'mail') flash(req, `Saved. A new link goes to ${email}.`, { path, undo });
  else if (renewed.length > 0) flash(req, 'Saved. Here is the new link.', { path, undo, showLink: renewed[0] });
  else
    flash(req, linksEnded.length > 0 ? 'Saved. Open links of this user ended with this change.' : 'Saved.', {
      undo,
      offerInvitation:
        linksEnded.length > 0 && !user.hasPassword && user.passwordSetAt === null && !apiOnly ? user.id : undefined,
    });
}

async function proposed(app: AppContext, req: Request, typed: Typed): Promise<Typed> {
  return { ...typed, email: (await proposal(app, req, typed)) ?? typed.email };
}

async function proposal(app: AppContext, req: Request, typed: Typed): Promise<string | undefined> {
  const viewer = await findContactViewer(app.db.read, req.viewer!, minuteOf(app.clock()));
  return proposedEmail(app.db.read, viewer, typed);
}
