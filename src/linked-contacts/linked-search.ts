import type { Knex } from 'knex';
import { may } from '../access/viewer.ts';
import { type ContactViewer, seesPublic } from '../contacts/contact.ts';
import { selvesOf } from '../contacts/contact-viewer.ts';
import type { Reader } from '../db/database.ts';
import { idsAsJson, whereIdIn } from '../db/ids.ts';
import { type Stretch, wherePast } from '../db/keyset.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import type { Along } from '../facets/orders/along.ts';
import type { Cursor } from '../lists/list-query.ts';

type Form = Pick<Stretch, 'nulls' | 'descending'> & {
  isFromStart: boolean;
  isAmongSome: boolean;
  /** Of contacts: none, their own, or the public ones as well. */
  sees: 'none' | 'own' | 'all';
};

/** Of the viewer, what decides which contacts are their own. */
interface Own {
  selfIds: number[];
  groupIds: number[];
}

interface Values extends Own {
  value: Cursor['value'];
  id: number;
  among: number[];
  limit: number;
}

/** The ids of users, or of these, along the names of their contacts, as this viewer sees them: public ones by the index of users, their own beside it. */
export function alongContacts(db: Reader, viewer: ContactViewer, among?: number[]): Along {
  const own = { selfIds: selvesOf(viewer), groupIds: [...viewer.groupIds] };
  const isSeeing = may(viewer, 'contacts', 'read');
  const sees = seesPublic(viewer) ? 'all' : isSeeing ? 'own' : 'none';
  return {
    isNullable: true,
    async read({ nulls, descending, from }, limit) {
      if (among?.length === 0 || (sees === 'none' && !nulls)) return [];
      const form: Form = {
        ...{ nulls, descending, sees },
        isFromStart: from === undefined,
        isAmongSome: among !== undefined,
      };
      const values = { ...own, value: from?.value ?? null, id: from?.id ?? 0, among: among ?? [], limit };
      const [{ ids }] = await selectAlong(db, form, values);
      return JSON.parse(ids);
    },
    async placeOf(id) {
      if (!isSeeing) return { value: null, id };
      const [place] = await selectPlace(db, { ...own, id });
      return { value: (sees === 'all' ? place.shared : null) ?? place.own, id };
    },
  };
}

const selectAlong = preparedInForms<Form, Values, { ids: string }>((db, form, values) =>
  idsAsJson(db, (form.nulls ? withoutName : alongNames)(db, form, values).limit(values.limit)),
);

const selectPlace = prepared<Own & { id: number }, { shared: string | null; own: string | null }>((db, values) =>
  db('users')
    .where({ id: values.id })
    .select({
      shared: 'contact_sort',
      own: linkedToOwn(db, values).where('users.id', values.id).select('contacts.sort_name'),
    }),
);

function withoutName(db: Reader, form: Form, values: Values): Knex.QueryBuilder {
  const { descending, isFromStart, isAmongSome, sees } = form;
  const users = db('users')
    .select('users.id')
    .orderBy('users.id', descending ? 'desc' : 'asc');
  if (sees !== 'none') users.whereNotExists(ownLinked(db, values));
  if (sees === 'all') users.whereNull('users.contact_sort');
  if (isAmongSome) whereIdIn(users, 'users.id', values.among);
  if (!isFromStart) users.where('users.id', descending ? '<' : '>', values.id);
  return users;
}

function alongNames(db: Reader, form: Form, values: Values): Knex.QueryBuilder {
  const { descending, isFromStart, isAmongSome, sees } = form;
  const restricted = (query: Knex.QueryBuilder, value: string) => {
    query.select('users.id as id', `${value} as value`);
    if (isAmongSome) whereIdIn(query, 'users.id', values.among);
    if (!isFromStart) wherePast(query, { value, id: 'users.id' }, { descending, from: values });
    return query;
  };
  const all = restricted(linkedToOwn(db, values), 'contacts.sort_name');
  if (sees === 'all') all.unionAll(restricted(db('users').whereNotNull('users.contact_sort'), 'users.contact_sort'));
  const order = descending ? 'desc' : 'asc';
  return all.orderBy([
    { column: 'value', order },
    { column: 'id', order },
  ]);
}

/** Users with their contacts, of those that are not public but the viewer's own or their groups'. */
function linkedToOwn(db: Reader, own: Own): Knex.QueryBuilder {
  const linked = db('contacts').join('users', 'users.contact_id', 'contacts.id').where('contacts.activity', 'active');
  return whereOwn(linked, own);
}

function ownLinked(db: Reader, own: Own): Knex.QueryBuilder {
  const linked = db('contacts').where('contacts.id', db.ref('users.contact_id')).where('contacts.activity', 'active');
  return whereOwn(linked, own).select('contacts.id');
}

/** Few as a rule, and found by who owns them. */
function whereOwn(query: Knex.QueryBuilder, { selfIds, groupIds }: Own): Knex.QueryBuilder {
  return query.where((either) => {
    whereIdIn(either, 'contacts.owner_group_id', groupIds);
    either.orWhere((one) => whereIdIn(one, 'contacts.owner_user_id', selfIds));
  });
}
