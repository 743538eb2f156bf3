import type { Knex } from 'knex';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { withPlainLines } from '../text/text.ts';
import { type Contact, type ContactViewer, maySee } from './contact.ts';

/** What is read of a contact, and what other tables say of it. A company counts only while it is not deleted. */
export type Found = Omit<Row<'contacts'>, 'sort_name' | 'email_key' | 'search_text' | 'account_bits' | 'form_key'> & {
  company_name: string | null;
  company_owner_user_id: number | null;
  company_owner_group_id: number | null;
  owner_user_name: string | null;
  owner_group_name: string | null;
  user_id: number | null;
  user_name: string | null;
};

export function selectContacts(db: Reader): Knex.QueryBuilder<Found, Found[]> {
  return db('contacts')
    .leftJoin('contacts as company', (join) =>
      join.on('company.id', 'contacts.company_id').onVal('company.activity', 'active'),
    )
    .leftJoin('users as owner', 'owner.id', 'contacts.owner_user_id')
    .leftJoin('groups as owning', 'owning.id', 'contacts.owner_group_id')
    .leftJoin('users', (join) => join.on('users.contact_id', 'contacts.id').andOnNull('users.deleted_from'))
    .select(
      'contacts.id',
      'contacts.kind',
      'contacts.name',
      'contacts.activity',
      'contacts.email',
      'contacts.emails',
      'contacts.phones',
      'contacts.address',
      'contacts.position',
      'contacts.description',
      'company.id as company_id',
      'company.name as company_name',
      'company.owner_user_id as company_owner_user_id',
      'company.owner_group_id as company_owner_group_id',
      'contacts.owner_user_id',
      'contacts.owner_group_id',
      'owner.name as owner_user_name',
      'owning.name as owner_group_name',
      'users.id as user_id',
      'users.name as user_name',
      'contacts.offer',
      'contacts.version',
      'contacts.created_at',
      'contacts.created_by',
    );
}

export async function contactsOf(db: Reader, rows: Found[], viewer?: ContactViewer): Promise<Contact[]> {
  const ids = rows.flatMap((row) => (row.company_id === null ? [row.id] : [row.id, row.company_id]));
  const accounts = Map.groupBy(await selectAccounts(db, { ids }), (account) => account.contact_id);
  const accountsOf = (id: number | null) => (accounts.get(id ?? 0) ?? []).map((account) => account.type);
  return rows.map((row) => {
    const company = { ownerUserId: row.company_owner_user_id, ownerGroupId: row.company_owner_group_id };
    return {
      id: row.id,
      kind: row.kind,
      name: row.name,
      activity: row.activity,
      deletedFrom: null,
      email: row.email,
      emails: JSON.parse(row.emails),
      phones: JSON.parse(row.phones),
      address: withPlainLines(row.address),
      position: row.position,
      description: withPlainLines(row.description),
      companyId: row.company_id,
      companyName: viewer === undefined || maySee(viewer, company) ? row.company_name : null,
      accounts: accountsOf(row.id),
      companyAccounts: accountsOf(row.company_id),
      ownerUserId: row.owner_user_id,
      ownerGroupId: row.owner_group_id,
      ownerName: row.owner_user_name ?? row.owner_group_name,
      userId: row.user_id,
      userName: row.user_name,
      offer: JSON.parse(row.offer),
      version: row.version,
      createdAt: row.created_at,
      createdBy: row.created_by,
    };
  });
}

const selectAccounts = prepared<{ ids: number[] }, Row<'accounts'>>((db, { ids }) =>
  whereIdIn(db('accounts'), 'contact_id', ids).orderBy('type'),
);
