import { fold, identityKey } from '../text.ts';

/** What the table keeps of a user's names: as they were typed, and made from them the keys, the sort and the search texts. */
export function nameColumns(user: { name: string; email: string }, contactName: string | null) {
  return {
    name: user.name,
    name_key: identityKey(user.name),
    sort_name: fold(user.name),
    email: user.email,
    email_key: identityKey(user.email),
    search_text: fold([user.name, user.email, contactName ?? ''].join(' ')),
    contact_name: contactName,
    contact_sort: contactName === null ? null : fold(contactName),
  };
}
