import { fold, identityKey } from '../text.ts';

export interface LinkedName {
  name: string;
  isPublic: boolean;
}

/** What the table keeps of a user's names: as they were typed, and made from them the keys, the sort and the search texts. */
export function nameColumns(user: { name: string; email: string }, contact: LinkedName | null) {
  // The list searches and sorts by what is public; what else a viewer may see is looked up in the contacts.
  const shared = contact?.isPublic ? contact.name : null;
  return {
    name: user.name,
    name_key: identityKey(user.name),
    sort_name: fold(user.name),
    email: user.email,
    email_key: identityKey(user.email),
    search_text: fold([user.name, user.email, shared ?? ''].join(' ')),
    contact_name: contact?.name ?? null,
    contact_sort: shared === null ? null : fold(shared),
  };
}
