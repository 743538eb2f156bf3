import { WARNED } from './contact.ts';

const types = WARNED.map((type) => `'${type}'`).join(', ');

/**
 * Whether a user of the query is linked to a customer or supplier, or to somebody of one: what `warnedAccounts` says of
 * one contact. A contact or company that is deleted is none. Whoever may see the contact: it is said of the user.
 */
export const LINKED_TO_ACCOUNT = `(users.contact_id is not null and exists (
  select 1 from contacts
    left join contacts as company on company.id = contacts.company_id and company.activity = 'active'
    join accounts on accounts.contact_id in (contacts.id, company.id)
  where contacts.id = users.contact_id and contacts.activity = 'active' and accounts.type in (${types})))`;
