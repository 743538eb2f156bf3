import { minuteOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import type { BulkAction, Judge } from '../../verbs/action.ts';
import { forbidden, inapplicable, type Refusal } from '../../verbs/outcome.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { type Contact, mayEdit, maySee } from '../contact.ts';
import { findContactsOfAnyOwner } from '../contact-store.ts';
import { findContactViewer } from '../contact-viewer.ts';

/** A contact of an operation, as far as whoever acts may know it: meanwhile it may have become somebody else's. */
export interface ContactSubject extends Contact {
  isSeen: boolean;
  isEditable: boolean;
}

/** What stands in the place of the name where the viewer may not see the contact. */
const UNSEEN = 'A contact that you may not see';

export const ONLY_SEEN = forbidden('is public: you may look at public contacts but not change them');

/** In the order of the ids. Throws NotFound where one is unknown to everybody. */
export async function findContactSubjects(db: Reader, ids: number[], { by, at }: Judge): Promise<ContactSubject[]> {
  const viewer = await findContactViewer(db, by, minuteOf(at));
  const contacts = await findContactsOfAnyOwner(db, ids);
  return ids.map((id) => {
    const contact = contacts.get(id);
    if (!contact) throw new NotFound('There is no such contact.');
    const isSeen = maySee(viewer, contact);
    const name = isSeen ? contact.name : UNSEEN;
    return { ...contact, name, isSeen, isEditable: mayEdit(viewer, contact) };
  });
}

/** A rule for those that the viewer may see and change; all others are refused first. */
export function editable(
  rule: (contact: ContactSubject) => Refusal | undefined,
): BulkAction<ContactSubject>['refusalOf'] {
  return (_viewer, contact) => {
    if (!contact.isSeen) return inapplicable('belongs to somebody else by now');
    return contact.isEditable ? rule(contact) : ONLY_SEEN;
  };
}
