import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { findContactIdsByText, whereTextHolds } from '../db/search.ts';
import { identityKey } from '../text/identity-key.ts';
import { sortKey } from '../text/sort-key.ts';
import { ANYTHING, searchedWords } from '../text/text.ts';
import type { Contact, ContactKind, ContactViewer } from './contact.ts';
import { contactsOf, selectContacts } from './contact-row.ts';
import { whereVisible } from './contact-viewer.ts';

/**
 * Contacts of the kind whose name or email holds every word, by name. `freeFor`: only those that this user could be linked to,
 * or with null somebody new, because nobody else is.
 */
export async function searchContacts(
  db: Reader,
  viewer: ContactViewer,
  text: string,
  options: { kind?: ContactKind; freeFor?: number | null; limit: number },
): Promise<Contact[]> {
  const query = selectContacts(db)
    .where('contacts.activity', 'active')
    .orderBy(['contacts.sort_name', 'contacts.id'])
    .limit(options.limit);
  const { kind, freeFor } = options;
  if (kind) query.where('contacts.kind', kind);
  if (freeFor !== undefined) query.where((either) => either.whereNull('users.id').orWhere('users.id', freeFor));
  const words = searchedWords(text) ?? ANYTHING;
  if (words.length === 0) return [];
  const found = await findContactIdsByText(db, words, MOST_FOUND);
  if (found) whereIdIn(query, 'contacts.id', found);
  else whereTextHolds(query, 'contacts.search_text', words);
  return contactsOf(db, await whereVisible(query, viewer), viewer);
}

/** More are found sooner along the names. */
const MOST_FOUND = 5_000;

/** Active persons by their first email address, of those whom the viewer may see; where several have one, it is nobody's. */
export async function findPersonsByEmail(
  db: Reader,
  viewer: ContactViewer,
  emails: string[],
): Promise<Map<string, Contact>> {
  const keys = [...new Set(emails.map(identityKey))];
  const query = selectContacts(db).where('contacts.activity', 'active').where('contacts.kind', 'person');
  const found = await contactsOf(db, await whereVisible(whereIdIn(query, 'contacts.email_key', keys), viewer), viewer);
  const byKey = Map.groupBy(found, ({ email }) => identityKey(email!));
  return new Map([...byKey].flatMap(([key, those]) => (those.length === 1 ? [[key, those[0]]] : [])));
}

/** Active contacts that the viewer may see, which have one of these names, or one of these as their first email. */
export async function findContactsCalled(
  db: Reader,
  viewer: ContactViewer,
  { names, emails }: { names: string[]; emails: string[] },
): Promise<Contact[]> {
  const active = () => whereVisible(selectContacts(db).where('contacts.activity', 'active'), viewer);
  const byEmail = emails.length > 0 ? await whereIdIn(active(), 'contacts.email_key', emails.map(identityKey)) : [];
  const byName = names.length > 0 ? await whereIdIn(active(), 'contacts.sort_name', names.map(sortKey)) : [];
  const found = new Map([...byEmail, ...byName].map((row) => [row.id, row]));
  return contactsOf(db, [...found.values()], viewer);
}
