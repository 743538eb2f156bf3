import type { Knex } from 'knex';
import { holds, whereCounted } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { WARNED } from './contact.ts';

/**
 * Whether a user of the query is linked to a customer or supplier, or to somebody of one: what `warnedAccounts` says of
 * one contact. A contact or company that is deleted is none. Whoever may see the contact: it is said of the user.
 */
export function linkedToAccount(db: Reader): Knex.Raw {
  const those = () =>
    db('contacts').where('contacts.id', db.ref('users.contact_id')).where('contacts.activity', 'active').count('*');
  const own = those().join('accounts', 'accounts.contact_id', 'contacts.id').whereIn('accounts.type', WARNED);
  const ofCompany = those()
    .join('contacts as company', (join) =>
      join.on('company.id', 'contacts.company_id').onVal('company.activity', 'active'),
    )
    .join('accounts', 'accounts.contact_id', 'company.id')
    .whereIn('accounts.type', WARNED);
  return holds(db, (where) => whereCounted(where.whereNotNull('users.contact_id'), [own, ofCompany]));
}
