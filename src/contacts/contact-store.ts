import type { Act } from '../audit/audit-event.ts';
import { recordChanges } from '../audit/audit-store.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { fold } from '../text.ts';

export type AccountType = 'customer' | 'supplier' | 'prospect' | 'competitor' | 'employee';

/** A real person or company in the address book. */
export interface Contact {
  id: number;
  kind: 'person' | 'company';
  name: string;
  email: string | null;
  companyId: number | null;
  companyName: string | null;
  /** The business relationships, those of the person's company included. */
  accounts: AccountType[];
  /** Who signs in as this person; deleted users do not count. */
  userId: number | null;
  userName: string | null;
}

interface Row {
  id: number;
  kind: Contact['kind'];
  name: string;
  email: string | null;
  company_id: number | null;
  company_name: string | null;
  user_id: number | null;
  user_name: string | null;
}

export async function findContact(db: Reader, id: number): Promise<Contact | undefined> {
  return (await withAccounts(db, await selectContacts(db).where('contacts.id', id)))[0];
}

/** Persons whose name or email holds every word, by name. */
export async function searchPersons(db: Reader, text: string, limit: number): Promise<Contact[]> {
  const query = selectContacts(db).where('contacts.kind', 'person').orderBy('contacts.sort_name').limit(limit);
  for (const word of fold(text).split(' '))
    query.whereRaw("instr(contacts.sort_name || ' ' || lower(coalesce(contacts.email, '')), ?) > 0", [word]);
  return withAccounts(db, await query);
}

/** Every contact by name; at most `limit`. */
export async function listContacts(db: Reader, limit: number): Promise<Contact[]> {
  return withAccounts(db, await selectContacts(db).orderBy('contacts.sort_name').limit(limit));
}

export async function createPerson(
  trx: Transaction,
  act: Act,
  values: { name: string; email: string | null },
): Promise<number> {
  const name = values.name.normalize('NFC').trim();
  const [{ id }] = await trx('contacts')
    .insert({ kind: 'person', name, sort_name: fold(name), email: values.email, created_at: act.at })
    .returning('id');
  await recordChanges(trx, act, [
    {
      action: 'contact.created',
      subjectType: 'contact',
      subjectId: id,
      subjectName: name,
      after: { kind: 'person', name, ...(values.email && { email: values.email }) },
    },
  ]);
  return id;
}

/** Login identities are kept apart from these: linking to one is warned about. */
export function warnedAccounts(contact: Contact): AccountType[] {
  return contact.accounts.filter((type) => type === 'customer' || type === 'supplier');
}

function selectContacts(db: Reader) {
  return db('contacts')
    .leftJoin('contacts as company', 'company.id', 'contacts.company_id')
    .leftJoin('users', (join) =>
      join.on('users.contact_id', 'contacts.id').andOn('users.activity', '<>', db.raw("'deleted'")),
    )
    .select(
      'contacts.id',
      'contacts.kind',
      'contacts.name',
      'contacts.email',
      'contacts.company_id',
      'company.name as company_name',
      'users.id as user_id',
      'users.name as user_name',
    );
}

async function withAccounts(db: Reader, rows: Row[]): Promise<Contact[]> {
  const ids = rows.flatMap((row) => (row.company_id === null ? [row.id] : [row.id, row.company_id]));
  const accounts: { contact_id: number; type: AccountType }[] = await db('accounts')
    .whereIn('contact_id', ids)
    .orderBy('type');
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    name: row.name,
    email: row.email,
    companyId: row.company_id,
    companyName: row.company_name,
    userId: row.user_id,
    userName: row.user_name,
    accounts: [
      ...new Set(accounts.filter((a) => a.contact_id === row.id || a.contact_id === row.company_id).map((a) => a.type)),
    ],
  }));
}
