import type { Reader, Transaction } from '../db/database.ts';
import { pieces, whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { type Contact, type ContactViewer, maySee, type Ownership } from './contact.ts';
import { contactsOf, type Found, selectContacts } from './contact-row.ts';

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

const selectContactsById = prepared<{ ids: number[] }, Found>((db, { ids }) =>
  whereIdIn(selectContacts(db), 'contacts.id', ids),
);

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

/** The contact that was made by the form of this key, and by whom. */
export async function findMadeBy(
  db: Reader,
  formKey: string,
): Promise<{ id: number; createdBy: number | null } | undefined> {
  const row = await db('contacts').where('form_key', formKey).first('id', 'created_by');
  return row && { id: row.id, createdBy: row.created_by };
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

export function ownerColumns({ ownerUserId, ownerGroupId }: Ownership) {
  return { owner_user_id: ownerUserId, owner_group_id: ownerGroupId };
}
