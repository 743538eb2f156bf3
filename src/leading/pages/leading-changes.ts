import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import type { Transaction } from '../../db/database.ts';
import type { Errors, Typed } from '../../forms/form.ts';
import type { Group } from '../../groups/group.ts';
import { keepMemberships } from '../../memberships/pages/kept-memberships.ts';
import { tellOutcomes } from '../../memberships/pages/member-report.ts';
import { identityKey } from '../../text/identity-key.ts';
import { withoutAddress } from '../../text/people/people-list.ts';
import { shortened } from '../../text/text.ts';
import { INVITATION } from '../../users/actions/invitation.ts';
import { channelNamed } from '../../web/channel.ts';
import { flash } from '../../web/flash.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { confirmMembers } from '../actions/confirming.ts';
import { keepInvitations, keepLeading } from '../actions/kept-leading.ts';
import { addByEmail, removeMembers, setEnd, unusableNames } from '../actions/leading.ts';
import { type Reinvited, reinviteMembers } from '../actions/reinviting.ts';
import { sendingOf } from '../actions/sent-forms.ts';
import { checkAdditions, checkEnd, checkInvitation, tickedIn, typedLeading } from '../leading-form.ts';
import { actAsLeader } from './addressed-led-group.ts';
import { namesOf, showForm, showSheet } from './leading-form-page.ts';
import { offerUndo } from './leading-operations.ts';

const NAMES_SHOWN = 10;

/** Somebody is invited: the form again, or a user more in the group. */
export async function invite(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const typed = typedLeading(req.body);
  const failed = (errors: Errors) => showForm(app, req, res, 'leading/invitation', { group, typed, errors });
  const { values, errors } = checkInvitation(typed);
  if (errors) {
    const name = (await unusableNames(app.db.read, [String(typed.name)])).get(String(typed.name));
    return failed({ ...(name && { name }), ...errors });
  }
  const channel = channelNamed(app, typed.channel);
  // One is a list of one.
  const failedOne = (errors: Errors) =>
    failed(Object.fromEntries(Object.entries(errors).map(([field, message]) => [field.replace('-0', ''), message])));
  await unlessFieldErrors(app, req, failedOne, async () => {
    const sending = sendingOf(String(typed.form), [values]);
    const work = (trx: Transaction) =>
      keepInvitations(trx, actAsLeader(app, req, group.id), group.id, [values], sending);
    const done = await app.db.write(work);
    const path = `/led-groups/${group.id}`;
    if (!done) return res.redirect(303, path);
    const { ids, undo } = done;
    if (ids.length === 0) flash(req, `${values.email} was added, or is already known here.`, { path });
    else if (channel === 'mail') flash(req, `${values.name} is invited. The mail is on its way.`, { path });
    else flash(req, `${values.name} is invited.`, { path, showInvitationsOf: ids });
    offerUndo(req, undo);
    res.redirect(303, path);
  });
}

/** People who can sign in already come into the group: the form again, or the members. */
export async function add(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const typed = typedLeading(req.body);
  const failed = (errors: Errors) => showForm(app, req, res, 'leading/add-members', { group, typed, errors });
  const { values, errors } = checkAdditions(typed, formatOf(req));
  if (errors) return failed(errors);
  await unlessFieldErrors(app, req, failed, async () => {
    const { emails, untilAt } = values;
    const deed = { groupId: group.id, untilAt, deed: 'add-to-group' } as const;
    const { operationId } = await app.db.write((trx) =>
      keepMemberships(trx, actAsLeader(app, req, group.id), deed, (act) =>
        addByEmail(trx, act, group.id, emails, untilAt),
      ),
    );
    const whoever = emails.length === 1 ? 'this email' : 'one of these emails';
    flash(req, `Whoever has ${whoever} was added, or was in the group already.${passedOver(typed, emails)}`);
    offerUndo(req, operationId);
    res.redirect(303, `/led-groups/${group.id}`);
  });
}

/** What named nobody; who is named twice was not passed over. */
function passedOver({ emails: typed }: Typed, emails: string[]): string {
  const keys = new Set(emails.map(identityKey));
  const texts = withoutAddress(String(typed)).flatMap(({ text }) =>
    keys.has(identityKey(text)) ? [] : [`“${text.slice(0, 60)}”`],
  );
  return texts.length > 0 ? ` Passed over: ${shortened(texts, NAMES_SHOWN)}.` : '';
}

/** Those who are ticked get an end: the sheet again, or the change. */
export async function end(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const typed = typedLeading(req.body);
  const failed = (errors: Errors) => showSheet(app, req, res, { group, typed, errors });
  const { values, errors } = checkEnd(typed, formatOf(req));
  if (errors) return failed(errors);
  await unlessFieldErrors(app, req, failed, async () => {
    const { untilAt } = values;
    const deed = { groupId: group.id, untilAt, deed: 'set-membership-end' } as const;
    const { outcomes, operationId } = await app.db.write((trx) =>
      keepMemberships(trx, actAsLeader(app, req, group.id), deed, (act) =>
        setEnd(trx, act, group.id, tickedIn(typed), untilAt),
      ),
    );
    await tellOutcomes(app, req, { group, outcomes, done: 'given this end in' });
    offerUndo(req, operationId);
    res.redirect(303, `/led-groups/${group.id}`);
  });
}

/** Those who are ticked go. */
export async function removeTicked(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const ids = tickedIn(typedLeading(req.body));
  const deed = { groupId: group.id, untilAt: null, deed: 'remove-from-group' } as const;
  const { outcomes, operationId } = await app.db.write((trx) =>
    keepMemberships(trx, actAsLeader(app, req, group.id), deed, (act) => removeMembers(trx, act, group.id, ids)),
  );
  await tellOutcomes(app, req, { group, outcomes, done: 'removed from' });
  offerUndo(req, operationId);
  res.redirect(303, `/led-groups/${group.id}`);
}

/** The leader says of those who are ticked that their access is still needed. */
export async function confirmTicked(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const ids = tickedIn(typedLeading(req.body));
  const outcomes = await app.db.write((trx) => confirmMembers(trx, actAsLeader(app, req, group.id), group.id, ids));
  await tellOutcomes(app, req, { group, outcomes, done: 'confirmed as still needed in' });
  res.redirect(303, `/led-groups/${group.id}`);
}

/** Those who are ticked get a new invitation, each by the way that is open to this leader. */
export async function reinvite(app: AppContext, req: Request, res: Response, group: Group): Promise<void> {
  const typed = typedLeading(req.body);
  const channel = channelNamed(app, typed.channel);
  const outcomes = await app.db.write(async (trx) => {
    const deed = { groupId: group.id, action: INVITATION.name };
    let done: Reinvited[] = [];
    await keepLeading(trx, actAsLeader(app, req, group.id), deed, async (act) => {
      done = await reinviteMembers(trx, act, group.id, tickedIn(typed));
      return done;
    });
    return done;
  });
  const invited = outcomes.filter((outcome) => !outcome.refusal);
  const [mailed, shown] = [invited.filter((one) => one.isMailedOnly), invited.filter((one) => !one.isMailedOnly)];
  const path = `/led-groups/${group.id}`;
  const showInvitationsOf = channel === 'copy' ? shown.map((outcome) => outcome.subject.id) : [];
  const also = mailed.length > 0 ? `By mail, to the system email: ${namesOf(mailed)}.` : undefined;
  await tellOutcomes(app, req, { group, outcomes, done: 'invited anew into' }, { path, showInvitationsOf, also });
  res.redirect(303, `/led-groups/${group.id}`);
}
