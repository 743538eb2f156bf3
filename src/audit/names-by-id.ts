import { type ContactViewer, maySee } from '../contacts/contact.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';

/** What records are called now, deleted ones included, by their ids. */
export async function findNamesById(
  db: Reader,
  table: 'users' | 'groups' | 'tokens',
  ids: number[],
): Promise<Map<number, string>> {
  return byId(await selectNames(db, { table }, { ids }));
}

/** The same of contacts, of those that the viewer may see. */
export async function findContactNamesById(
  db: Reader,
  viewer: ContactViewer,
  ids: number[],
): Promise<Map<number, string>> {
  const contacts = await selectContacts(db, { ids });
  return byId(
    contacts.filter((one) => maySee(viewer, { ownerUserId: one.owner_user_id, ownerGroupId: one.owner_group_id })),
  );
}

interface Named {
  id: number;
  name: string;
}

const selectNames = preparedInForms<{ table: 'users' | 'groups' | 'tokens' }, { ids: number[] }, Named>(
  (db, { table }, { ids }) => whereIdIn(db(table), 'id', ids).select('id', 'name'),
);

const selectContacts = prepared<
  { ids: number[] },
  Pick<Row<'contacts'>, 'id' | 'name' | 'owner_user_id' | 'owner_group_id'>
>((db, { ids }) => whereIdIn(db('contacts'), 'id', ids).select('id', 'name', 'owner_user_id', 'owner_group_id'));

function byId(rows: Named[]): Map<number, string> {
  return new Map(rows.map(({ id, name }) => [id, name]));
}
