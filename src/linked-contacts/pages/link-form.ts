import type { Request, Response } from 'express';
import { z } from 'zod';
import { mayAdminister } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { unlessFieldErrors } from '../../audit/pages/refusal-recording.ts';
import { minuteOf } from '../../clock.ts';
import { type Contact, warnedAccounts } from '../../contacts/contact.ts';
import { optional } from '../../forms/fields.ts';
import { checkForm, type Errors, type Typed, typedFields } from '../../forms/form.ts';
import { type Picker, picked, type Searches, soughtIn } from '../../forms/picker.ts';
import { actOf } from '../../sessions/pages/act.ts';
import { findUsersCalled, suggestedByName } from '../../users/list/user-suggestions.ts';
import { stateLimits } from '../../users/user-state.ts';
import { findSubjects } from '../../users/user-store.ts';
import { flash } from '../../web/flash.ts';
import { pickersOf } from '../../web/picker.ts';
import { render } from '../../web/render.ts';
import { linkUser } from '../actions/linking.ts';
import { keepLinking } from './kept-linking.ts';

const fields = z.object({
  /** Name or system email. */
  user: optional(254, 'At most 254 characters.').refine((text) => text.length > 0, 'Name the user.'),
  acceptAccounts: z.string().transform((text) => text !== ''),
});

/** Whom the person is to be linked to was sent: the form again, or the link. */
export async function linkFromForm(app: AppContext, req: Request, res: Response, contact: Contact): Promise<void> {
  const typed = typedLink(req.body);
  const again = (errors: Errors) => showLinkForm(app, req, res, { contact, typed, errors });
  if (typed.step) return again({});
  const { values, errors } = checkForm(fields, typed);
  if (errors) return again(errors);
  await unlessFieldErrors(app, req, again, async () => {
    const link = { user: values.user, isAccepted: values.acceptAccounts };
    const { linking, undo } = await app.db.write((trx) =>
      keepLinking(trx, actOf(app, req), (act) => linkUser(trx, act, contact.id, link)),
    );
    flash(req, `${linking.subject.name} signs in as ${contact.name}.`, { undo });
    res.redirect(303, `/contacts/${contact.id}`);
  });
}

export async function showLinkForm(
  app: AppContext,
  req: Request,
  res: Response,
  { contact, typed = typedLink({}), errors = {} }: { contact: Contact; typed?: Typed; errors?: Errors },
): Promise<void> {
  const picker = await userPicker(app, req, typed, errors);
  const { page: parts, fragments } = pickersOf(req, typed, `/contacts/${contact.id}/link`, [picker]);
  const title = `Link a user to ${contact.name}`;
  const page = { title, ...parts, contact, typed, errors, warned: warnedAccounts(contact) };
  render(req, res, 'contacts/link', page, { status: Object.keys(errors).length > 0 ? 422 : 200, fragments });
}

/** Who is linked to nobody, and may be changed by the viewer. */
async function userPicker(app: AppContext, req: Request, typed: Typed, errors: Errors): Promise<Picker> {
  const viewer = req.viewer!;
  const sought = soughtIn(typed, SEARCHES, 'user', errors);
  const sources = { db: app.db.read, index: app.index, limits: stateLimits(app), viewer };
  const ids = (await findUsersCalled(sources, sought)).filter((one) => one.contactId === null).map((one) => one.id);
  const subjects = await findSubjects(app.db.read, ids, minuteOf(app.clock()));
  return {
    field: 'user',
    search: 'user',
    label: 'User',
    help: 'Name or system email of the user.',
    chosen: [],
    found: suggestedByName(subjects.filter((subject) => mayAdminister(viewer, subject))),
    sought,
    nothing: 'Nobody without a contact is found under',
  };
}

const SEARCHES: Searches = { user: 'user' };

function typedLink(body: unknown): Typed {
  return picked(typedFields(body, ['user', 'acceptAccounts', 'step']), SEARCHES);
}
