import type { Knex } from 'knex';
import { holds } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import { WARNED } from './contact.ts';

/**
 * Whether a user of the query is linked to a customer or supplier, or to somebody of one: what `warnedAccounts` says of
 * one contact. A contact or company that is deleted is none. Whoever may see the contact: it is said of the user.
 */
export function linkedToAccount(db: Reader): Knex.Raw {
  const linked = db('contacts')
    .leftJoin('contacts as company', (join) =>
      join.on('company.id', 'contacts.company_id').onVal('company.activity', 'active'),
    )
    .join('accounts', (join) => join.onIn('accounts.contact_id', [db.ref('contacts.id'), db.ref('company.id')]))
    .where('contacts.id', db.ref('users.contact_id'))
    .where('contacts.activity', 'active')
    .whereIn('accounts.type', WARNED)
    .select('contacts.id');
  return holds(db, (where) => where.whereNotNull('users.contact_id').whereExists(linked));
}
