import { identityKey } from '../text/identity-key.ts';
import { sortKey } from '../text/sort-key.ts';
import { searchText } from '../text/text.ts';

/** What the table keeps of a contact's names and addresses: as they were typed, and made from them the sort and search texts. */
export function contactColumns(contact: { name: string; emails: string[]; phones: string[] }) {
  const { name, emails, phones } = contact;
  const email = emails[0] ?? null;
  return {
    name,
    sort_name: sortKey(name),
    email,
    email_key: email === null ? null : identityKey(email),
    emails: JSON.stringify(emails),
    phones: JSON.stringify(phones),
    // A number is found however it is grouped.
    search_text: searchText([name], [...emails, ...phones, ...phones.map((phone) => phone.replace(/\D/g, ''))]),
  };
}
