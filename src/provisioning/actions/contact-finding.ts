import { may } from '../../access/viewer.ts';
import { minuteOf } from '../../clock.ts';
import { warnedAccounts } from '../../contacts/contact.ts';
import { findPersonsByEmail } from '../../contacts/contact-search.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { identityKey } from '../../text/identity-key.ts';
import type { Judge } from '../../verbs/action.ts';

/**
 * The person whom this address means, where there is exactly one who may be linked; nobody is not refused for it: the address book may
 * follow later. Customers and suppliers are linked by people only, who were warned.
 */
export async function contactMeant(db: Reader, by: Judge, email: string | undefined): Promise<number | undefined> {
  if (email === undefined || !may(by.by, 'contacts', 'read')) return undefined;
  const viewer = await findContactViewer(db, by.by, minuteOf(by.at));
  const contact = (await findPersonsByEmail(db, viewer, [email])).get(identityKey(email));
  if (!contact || contact.userId !== null || warnedAccounts(contact).length > 0) return undefined;
  return contact.id;
}
