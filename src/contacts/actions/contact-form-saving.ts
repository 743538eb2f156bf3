import { may } from '../../access/viewer.ts';
import { minuteOf } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { FieldErrors, RefusedFields } from '../../forms/form.ts';
import { requireDone } from '../../forms/required-outcome.ts';
import { findGroupByName } from '../../groups/group-store.ts';
import { identityKey } from '../../text/identity-key.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import type { Act } from '../../verbs/act.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { type ContactViewer, NOT_YOURS_TO_GIVE, type Ownership, PUBLIC, requireEditable } from '../contact.ts';
import type { ContactValues } from '../contact-form.ts';
import { findContact, findMadeBy } from '../contact-store.ts';
import { findContactViewer } from '../contact-viewer.ts';
import { type ChangedContacts, changeContacts } from './changing-contacts.ts';
import type { ContactChange } from './contact-choices.ts';
import { createContact } from './contact-creation.ts';
import { judgeChange } from './planned-change.ts';

/** A contact as the form was filled in; one that was made by the same form already is that one. Throws FieldErrors or Forbidden. */
export async function createContactFromForm(
  trx: Transaction,
  act: Act,
  values: ContactValues,
): Promise<{ id: number; isNew: boolean }> {
  if (!may(act.by, 'contacts', 'write')) throw new Forbidden('You may not create contacts.');
  const made = values.formKey ? await findMadeBy(trx, values.formKey) : undefined;
  if (made && made.createdBy === act.by.id) return { id: made.id, isNew: false };
  const viewer = await findContactViewer(trx, act.by, minuteOf(act.at));
  const change = await resolved(trx, viewer, values);
  const { kind, name, tags, formKey } = values;
  const id = await createContact(trx, act, { ...change, kind, name, tags, formKey: made ? null : formKey });
  return { id, isNew: true };
}

/** Replaces what *Edit* shows. Throws NotFound, Forbidden, Conflict, StaleVersion or FieldErrors. */
export async function saveContactForm(
  trx: Transaction,
  act: Act,
  { id, version }: { id: number; version: number },
  values: ContactValues,
): Promise<ChangedContacts> {
  const viewer = await findContactViewer(trx, act.by, minuteOf(act.at));
  requireEditable(viewer, await findContact(trx, viewer, id));
  const versions = new Map([[id, version]]);
  requireDone(await judgeChange(trx, viewer, [id], versions));
  const changed = await changeContacts(trx, act, [id], await resolved(trx, viewer, values), versions);
  requireDone(changed.outcomes);
  return changed;
}

/** The form as a change: whom it names is looked up. */
async function resolved(trx: Transaction, viewer: ContactViewer, values: ContactValues): Promise<ContactChange> {
  const { name, emails, phones, address, position, description, companyId, accounts, tags } = values;
  const owner = await ownerNamed(trx, viewer, values);
  return { name, emails, phones, address, position, description, companyId, accounts, tags, owner };
}

/** Whose it is to be. Those who may not look at users or groups learn nothing of them here. */
export async function ownerNamed(
  db: Reader,
  viewer: ContactViewer,
  values: Pick<ContactValues, 'owner' | 'ownerUser' | 'ownerGroup'>,
): Promise<Ownership> {
  if (values.owner === 'public') return PUBLIC;
  if (values.owner === 'private') {
    if (values.ownerUser === '' || identityKey(values.ownerUser) === identityKey(viewer.name))
      return { ...PUBLIC, ownerUserId: viewer.id };
    // Before anybody is looked up: the answer must not tell who exists.
    if (!may(viewer, 'contacts', 'write')) throw new RefusedFields({ owner: NOT_YOURS_TO_GIVE });
    const user = may(viewer, 'users', 'read') ? await findUserByIdentifier(db, values.ownerUser) : undefined;
    if (!user) throw new FieldErrors({ ownerUser: 'There is no user with this name or email.' });
    return { ...PUBLIC, ownerUserId: user.id };
  }
  const group = await findGroupByName(db, values.ownerGroup);
  if (!group || !(viewer.groupIds.has(group.id) || may(viewer, 'groups', 'read')))
    throw new FieldErrors({ ownerGroup: 'There is no group of this name.' });
  return { ...PUBLIC, ownerGroupId: group.id };
}
