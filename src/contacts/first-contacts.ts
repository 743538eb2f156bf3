import type { Knex } from 'knex';
import type { Reader } from '../db/database.ts';
import type { Contact, ContactViewer } from './contact.ts';
import { whereVisible } from './contact-viewer.ts';

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
