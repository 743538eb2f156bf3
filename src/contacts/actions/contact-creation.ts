import { may } from '../../access/viewer.ts';
import type { Fields } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import { minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { RefusedFields } from '../../forms/form.ts';
import { changeTags } from '../../tags/tag-store.ts';
import { normalizedAs } from '../../text/text.ts';
import type { Act } from '../../verbs/act.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { type ContactKind, type ContactViewer, firstOwner, mayGive, NOT_YOURS_TO_GIVE } from '../contact.ts';
import { insertContact, setAccounts } from '../contact-store.ts';
import { findContactViewer } from '../contact-viewer.ts';
import { type ContactChange, chosenBy, detailsAfter } from './contact-choices.ts';
import { auditFields, type ContactDetails, columnsOf } from './contact-details.ts';

/** All but kind and name may be left out; it is public then, or the maker's own who sees nothing public. */
export interface NewContact extends ContactChange {
  kind: ContactKind;
  name: string;
  tags?: string[];
  /** Of the form that makes it, which may be sent twice. */
  formKey?: string | null;
}

/** Throws FieldErrors for what only the database can tell, Forbidden where the actor may not create any. */
export async function createContact(
  trx: Transaction,
  act: Act,
  { kind, formKey, ...change }: NewContact,
): Promise<number> {
  if (!may(act.by, 'contacts', 'write')) throw new Forbidden('You may not create contacts.');
  const viewer = await findContactViewer(trx, act.by, minuteOf(act.at));
  const details = detailsAfter({ id: null, kind }, nothingOf(viewer), await chosenBy(trx, viewer, change));
  if (!mayGive(viewer, details.owner)) throw new RefusedFields({ owner: NOT_YOURS_TO_GIVE });
  const made = { form_key: formKey ?? null, created_at: act.at, created_by: act.by.id };
  const id = await insertContact(trx, { kind, ...columnsOf(details), ...made });
  await setAccounts(trx, [id], details.accounts);
  await changeTags(trx, 'contact', [{ id, from: [], to: details.tags }]);
  const after = given({ kind, ...auditFields(details) });
  await recordChanges(trx, act, [
    { action: 'contact.created', subjectType: 'contact', subjectId: id, subjectName: details.name, after },
  ]);
  return id;
}

/** A person with no more than a name and an email, made where a user is. */
export async function createPerson(
  trx: Transaction,
  act: Act,
  { name, email }: { name: string; email: string | null },
): Promise<number> {
  const emails = email === null ? [] : [email];
  return createContact(trx, act, { kind: 'person', name: normalizedAs('NFC', name).trim(), emails });
}

function nothingOf(viewer: ContactViewer): ContactDetails {
  const owner = firstOwner(viewer);
  return {
    name: '',
    emails: [],
    phones: [],
    address: '',
    position: '',
    description: '',
    accounts: [],
    company: undefined,
    owner,
    ownerName: owner.ownerUserId === null ? null : viewer.name,
    tags: [],
  };
}

/** Without what was left empty. */
function given(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
