import { findContactOfAnyOwner } from '../contacts/contact-store.ts';
import type { Transaction } from '../db/database.ts';
import { nameColumns } from '../users/user-columns.ts';
import { linkedName } from './linked-contact.ts';

/** Writes what the rows of the users who are linked to it, deleted ones included, keep of the contact. */
export async function retellLinkedUsers(trx: Transaction, contactId: number): Promise<void> {
  const contact = await findContactOfAnyOwner(trx, contactId);
  const users = await trx('users').where('contact_id', contactId).select('id', 'name', 'email');
  for (const { id, name, email } of users) {
    const columns = nameColumns({ name, email }, linkedName(contact));
    await trx('users').where({ id }).update(columns);
  }
}
