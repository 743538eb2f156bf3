import type { Knex } from 'knex';
import { type ContactViewer, seesPublic } from '../contacts/contact.ts';
import { whereOwnVisible } from '../contacts/contact-viewer.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { wherePast } from '../db/keyset.ts';
import type { Cursor } from '../lists/list-query.ts';

/** The part of a sorted list that is asked for. */
export interface Walk {
  /** Whether those are meant who have no value, who stand by id; else those with one, by that. */
  nulls: boolean;
  descending: boolean;
  from: Cursor | undefined;
  /** Only these users. */
  among: number[] | undefined;
}

/** The ids of users along the names of their contacts, as this viewer sees them: public ones by the index of users, their own beside it. */
export function walkByContact(db: Reader, viewer: ContactViewer, walk: Walk): Knex.QueryBuilder {
  const order = walk.descending ? 'desc' : 'asc';
  const past = walk.descending ? '<' : '>';
  const restricted = (query: Knex.QueryBuilder, value: string) => {
    if (walk.among) whereIdIn(query, 'users.id', walk.among);
    if (walk.from && walk.nulls) query.where('users.id', past, walk.from.id);
    else if (walk.from) wherePast(query, { value, id: 'users.id' }, { descending: walk.descending, from: walk.from });
    return query;
  };
  if (walk.nulls) {
    const users = db('users').select('users.id').whereNotExists(ownLinked(db, viewer)).orderBy('users.id', order);
    if (seesPublic(viewer)) users.whereNull('users.contact_sort');
    return restricted(users, '');
  }
  const own = linkedToOwn(db, viewer).select('users.id as id', 'contacts.sort_name as value');
  const all = restricted(own, 'contacts.sort_name');
  if (seesPublic(viewer)) {
    const shared = db('users')
      .whereNotNull('users.contact_sort')
      .select('users.id as id', 'users.contact_sort as value');
    all.unionAll(restricted(shared, 'users.contact_sort'));
  }
  return all.orderBy([
    { column: 'value', order },
    { column: 'id', order },
  ]);
}

/** The name by which the viewer finds the user in that order. */
export async function findContactSort(db: Reader, viewer: ContactViewer, userId: number): Promise<string | null> {
  const shared = seesPublic(viewer) ? await db('users').where('id', userId).first('contact_sort as value') : undefined;
  const own = linkedToOwn(db, viewer).where('users.id', userId);
  return shared?.value ?? (await own.first('contacts.sort_name as value'))?.value ?? null;
}

/** Users with their contacts, of those that are not public but the viewer's own or their groups'. */
function linkedToOwn(db: Reader, viewer: ContactViewer): Knex.QueryBuilder {
  const linked = db('contacts').join('users', 'users.contact_id', 'contacts.id').where('contacts.activity', 'active');
  return whereOwnVisible(linked, viewer);
}

function ownLinked(db: Reader, viewer: ContactViewer): Knex.QueryBuilder {
  const linked = db('contacts').where('contacts.id', db.ref('users.contact_id')).where('contacts.activity', 'active');
  return whereOwnVisible(linked, viewer).select('contacts.id');
}
