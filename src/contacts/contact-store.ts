import type { Knex } from 'knex';
import type { Reader, Transaction } from '../db/database.ts';
import { pieces, whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import { findContactIdsByText, whereTextHolds } from '../db/search.ts';
import type { Row } from '../db/tables.ts';
import { identityKey } from '../text/identity-key.ts';
import { sortKey } from '../text/sort-key.ts';
import { fold } from '../text/text.ts';
import { type Contact, type ContactKind, type ContactViewer, maySee, type Ownership } from './contact.ts';
import { whereVisible } from './contact-viewer.ts';

/** More are found sooner along the names. */
const MOST_FOUND = 5_000;

/** What is read of a contact, and what other tables say of it. A company counts only while it is not deleted. */
type Found = Omit<Row<'contacts'>, 'sort_name' | 'email_key' | 'search_text' | 'account_bits' | 'form_key'> & {
  company_name: string | null;
  company_owner_user_id: number | null;
  company_owner_group_id: number | null;
  owner_user_name: string | null;
  owner_group_name: string | null;
  user_id: number | null;
  user_name: string | null;
};

/** A deleted one included; undefined where the viewer may not see it, as where there is none. */
export async function findContact(db: Reader, viewer: ContactViewer, id: number): Promise<Contact | undefined> {
  return (await findContacts(db, viewer, [id]))[0];
}

/** In the order of the ids; those that the viewer may not see are left out. */
export async function findContacts(db: Reader, viewer: ContactViewer, ids: number[]): Promise<Contact[]> {
  const rows = await selectContactsById(db, { ids });
  const seen = rows.filter((row) =>
    maySee(viewer, { ownerUserId: row.owner_user_id, ownerGroupId: row.owner_group_id }),
  );
  const byId = new Map((await contactsOf(db, seen, viewer)).map((contact) => [contact.id, contact]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Whoever may see it: for what is so for everybody, such as the contact that a user is linked to already. */
export async function findContactOfAnyOwner(db: Reader, id: number): Promise<Contact | undefined> {
  return (await findContactsOfAnyOwner(db, [id])).get(id);
}

/** The same for several, by id. */
export async function findContactsOfAnyOwner(db: Reader, ids: number[]): Promise<Map<number, Contact>> {
  const contacts = await contactsOf(db, await selectContactsById(db, { ids }));
  return new Map(contacts.map((contact) => [contact.id, contact]));
}

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
  const words = fold(text).split(' ').filter(Boolean);
  const found = await findContactIdsByText(db, words, MOST_FOUND);
  if (found) whereIdIn(query, 'contacts.id', found);
  else whereTextHolds(query, 'contacts.search_text', words);
  return contactsOf(db, await whereVisible(query, viewer), viewer);
}

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

/** The names of these contacts, of those that the viewer may see and that are not deleted. */
export async function findContactNames(
  db: Reader,
  viewer: ContactViewer,
  ids: (number | null)[],
): Promise<Map<number, string>> {
  const wanted = ids.filter((id) => id !== null);
  if (wanted.length === 0) return new Map();
  const rows = await selectNames(db, { ids: wanted });
  const seen = rows.filter((row) =>
    maySee(viewer, { ownerUserId: row.owner_user_id, ownerGroupId: row.owner_group_id }),
  );
  return new Map(seen.map((row) => [row.id, row.name]));
}

type NamedRow = Pick<Row<'contacts'>, 'id' | 'name' | 'owner_user_id' | 'owner_group_id'>;

const selectNames = prepared<{ ids: number[] }, NamedRow>((db, { ids }) =>
  whereIdIn(db('contacts').where('activity', 'active'), 'id', ids).select(
    'id',
    'name',
    'owner_user_id',
    'owner_group_id',
  ),
);

/** The first persons of a company that the viewer may see, by name, and how many there are. */
export async function findPeopleOf(
  db: Reader,
  viewer: ContactViewer,
  company: Contact,
  limit: number,
): Promise<FirstContacts> {
  if (company.kind !== 'company') return { total: 0, first: [] };
  return findFirst(() => whereVisible(db('contacts').where('contacts.company_id', company.id), viewer), limit);
}

/** The first contacts that a group owns, where the viewer may see them, and how many there are. */
export async function findContactsOf(
  db: Reader,
  viewer: ContactViewer,
  groupId: number,
  limit: number,
): Promise<FirstContacts> {
  return findFirst(() => whereVisible(db('contacts').where('contacts.owner_group_id', groupId), viewer), limit);
}

interface FirstContacts {
  total: number;
  first: { id: number; name: string; position: string }[];
}

async function findFirst(contacts: () => Knex.QueryBuilder, limit: number): Promise<FirstContacts> {
  const listed = () => contacts().where('contacts.activity', 'active');
  const counted = await listed().count('* as total').first();
  const first = await listed().orderBy(['sort_name', 'id']).limit(limit).select('id', 'name', 'position');
  return { total: Number(counted?.total ?? 0), first };
}

/** The private contacts of these users, deleted ones left out. */
export async function findPrivateContacts(db: Reader, ownerIds: number[]): Promise<{ id: number; ownerId: number }[]> {
  const owned = db('contacts').where('activity', 'active');
  return whereIdIn(owned, 'owner_user_id', ownerIds).orderBy('id').select('id', 'owner_user_id as ownerId');
}

export async function countPrivateContacts(db: Reader, ownerIds: number[]): Promise<number> {
  const owned = db('contacts').where('activity', 'active');
  const found = await whereIdIn(owned, 'owner_user_id', ownerIds).count('* as contacts').first();
  return Number(found?.contacts);
}

/** Whose each of these is; null where it is nobody's alone. */
export async function findPrivateOwners(db: Reader, ids: number[]): Promise<Map<number, number | null>> {
  const rows = await whereIdIn(db('contacts'), 'id', ids).select('id', 'owner_user_id');
  return new Map(rows.map((row) => [row.id, row.owner_user_id]));
}

type Columns = Record<string, unknown>;

export async function insertContact(trx: Transaction, columns: Columns): Promise<number> {
  const [{ id }] = await trx('contacts').insert(columns).returning('id');
  return id;
}

/** Writes what differs of each. Forms that were opened before are stale. */
export async function keepContacts(trx: Transaction, changes: { id: number; columns: Columns }[]): Promise<void> {
  for (const alike of Map.groupBy(changes, ({ columns }) => JSON.stringify(columns)).values()) {
    const ids = alike.map((change) => change.id);
    await whereIdIn(trx('contacts'), 'id', ids).update(alike[0].columns).increment('version');
  }
}

/** A statement inserts so many at most. */
const ROWS_AT_ONCE = 400;

/** Makes the business relationships of each of these contacts exactly these. */
export async function setAccounts(trx: Transaction, ids: number[], types: readonly string[]): Promise<void> {
  await whereIdIn(trx('accounts'), 'contact_id', ids).whereNotIn('type', types).delete();
  const rows = ids.flatMap((contact_id) => types.map((type) => ({ contact_id, type })));
  for (const some of pieces(rows, ROWS_AT_ONCE))
    await trx('accounts').insert(some).onConflict(['contact_id', 'type']).ignore();
}

/** What the linked user could take over is offered no more. */
export async function forgetOffer(trx: Transaction, id: number): Promise<void> {
  await trx('contacts').where({ id }).update({ offer: '{}' });
}

/** The contact that was made by the form of this key, and by whom. */
export async function findMadeBy(
  db: Reader,
  formKey: string,
): Promise<{ id: number; createdBy: number | null } | undefined> {
  const row = await db('contacts').where('form_key', formKey).first('id', 'created_by');
  return row && { id: row.id, createdBy: row.created_by };
}

export function ownerColumns({ ownerUserId, ownerGroupId }: Ownership) {
  return { owner_user_id: ownerUserId, owner_group_id: ownerGroupId };
}

function selectContacts(db: Reader): Knex.QueryBuilder<Found, Found[]> {
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

const selectContactsById = prepared<{ ids: number[] }, Found>((db, { ids }) =>
  whereIdIn(selectContacts(db), 'contacts.id', ids),
);

const selectAccounts = prepared<{ ids: number[] }, Row<'accounts'>>((db, { ids }) =>
  whereIdIn(db('accounts'), 'contact_id', ids).orderBy('type'),
);

async function contactsOf(db: Reader, rows: Found[], viewer?: ContactViewer): Promise<Contact[]> {
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
      address: row.address,
      position: row.position,
      description: row.description,
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
