import { ACCOUNT_TYPES } from '../../../src/contacts/contact.ts';
import { ACTIVITIES, type ContactQuery, KINDS } from '../../../src/contacts/contact-list-query.ts';
import type { Reader } from '../../../src/db/database.ts';
import { idsAmong } from '../../../src/lists/list-query.ts';
import { all, any, holding, Sql } from '../../support/plain-sql.ts';

/** Who asks: a user with or without the right to read contacts. */
export interface Asking {
  id: number;
  readsContacts: boolean;
}

export interface PlainContacts {
  /** All that are meant, in order, each with what it is sorted by. */
  rows: { id: number; value: string | number | null }[];
  activity: Map<string, number>;
  kind: Map<string, number>;
  account: Map<string, number>;
  owner: Map<string, number>;
  /** How many a tag would leave, and how many have it that are not deleted. */
  tags: Map<number, number>;
  tagSizes: Map<number, number>;
}

type Facet = 'activity' | 'kind' | 'account' | 'owner' | 'tag';

const FROM = `contacts
  left join users linked on linked.contact_id = contacts.id and linked.activity <> 'deleted'
  left join groups owning on owning.id = contacts.owner_group_id`;

const BITS = `(select coalesce(sum(case type ${ACCOUNT_TYPES.map((type, n) => `when '${type}' then ${1 << n}`).join(' ')} end), 0)
  from accounts where accounts.contact_id = contacts.id)`;

const VALUES: Record<ContactQuery['sort'], string> = {
  name: 'contacts.sort_name',
  email: 'contacts.email_key',
  accounts: BITS,
  owner:
    "case when owner_user_id is not null then '1' when owner_group_id is not null then '2' || owning.name_key else '0' end",
  user: 'linked.sort_name',
  added: 'contacts.created_at',
};

const PUBLIC = 'contacts.owner_user_id is null and contacts.owner_group_id is null';

/** Whether whoever asks may see the contact. */
function visible({ id, readsContacts }: Asking, at: string): Sql {
  if (!readsContacts) return any([]);
  const groups = `select memberships.group_id from memberships join groups on groups.id = memberships.group_id
    where memberships.user_id = ? and groups.activity = 'active'
    and (memberships.until_at is null or memberships.until_at > ?)`;
  return any([
    new Sql('contacts.owner_user_id = ?', [id]),
    new Sql(`contacts.owner_group_id in (${groups})`, [id, at]),
    new Sql(`${PUBLIC} and not (select no_shared_data from users viewer where viewer.id = ?)`, [id]),
  ]);
}

function ownedBy(owner: string, { id }: Asking): Sql {
  if (owner === 'public') return new Sql(PUBLIC);
  if (owner === 'private') return new Sql('contacts.owner_user_id = ?', [id]);
  return new Sql('contacts.owner_group_id = ?', [Number(owner)]);
}

const withAccount = (type: string) =>
  new Sql('exists (select 1 from accounts where accounts.contact_id = contacts.id and type = ?)', [type]);
const withTag = (id: number) =>
  new Sql('exists (select 1 from contact_tags where contact_tags.contact_id = contacts.id and tag_id = ?)', [id]);
const orAll = (parts: Sql[]) => (parts.length > 0 ? any(parts) : all([]));

/** What the list is, by plain statements. */
export async function plainContacts(
  db: Reader,
  query: ContactQuery,
  asking: Asking,
  at: string,
): Promise<PlainContacts> {
  const sees = visible(asking, at);
  const activities = query.activity.length > 0 ? query.activity : ['active'];
  const conditions: Record<Facet, Sql> = {
    activity: orAll(activities.map((one) => new Sql('contacts.activity = ?', [one]))),
    kind: orAll(query.kind.map((one) => new Sql('contacts.kind = ?', [one]))),
    account: orAll(query.account.map(withAccount)),
    owner: orAll(query.owner.map((one) => ownedBy(one, asking))),
    tag: orAll(idsAmong(query.tag).map(withTag)),
  };
  const always = all([
    sees,
    orAll(idsAmong(query.company).map((id) => new Sql('contacts.company_id = ?', [id]))),
    ...query.q
      .split(' ')
      .filter(Boolean)
      .map((word) => holding('contacts.search_text', word)),
  ]);
  const under = (but?: Facet) =>
    all([always, ...Object.entries(conditions).flatMap(([facet, one]) => (facet === but ? [] : [one]))]);
  const run = (select: string, where: Sql, rest = '') =>
    db.raw(`select ${select} from ${FROM} where ${where.text} ${rest}`, where.values as never[]);
  const count = async <T>(facet: Facet, values: readonly T[], holds: (value: T) => Sql) => {
    const counts = new Map<T, number>();
    for (const value of values)
      counts.set(value, (await run('count(*) as number', all([under(facet), holds(value)])))[0].number);
    return counts;
  };
  const tagCounts = async (where: Sql) => {
    const rows = await db.raw(
      `select tag_id as id, count(*) as number from contact_tags
        where contact_id in (select contacts.id from ${FROM} where ${where.text}) group by 1`,
      where.values as never[],
    );
    return new Map<number, number>(rows.map((row: { id: number; number: number }) => [row.id, row.number]));
  };
  const order = query.descending ? 'desc' : 'asc';
  const value = VALUES[query.sort];
  const isBegun = (text: string) => holding('contacts.search_text', text);
  const ranked = [
    any([isBegun(`\n${query.q}\n`), isBegun(`\t${query.q}\t`)]),
    isBegun(`\n${query.q}`),
    isBegun(`\t${query.q}`),
  ];
  const isByFit = query.q !== '' && !query.sortGiven;
  const rank = isByFit ? `case ${ranked.map(({ text }, n) => `when ${text} then ${n}`).join(' ')} else 3 end` : 'null';
  const meant = under();
  const values = [...(isByFit ? ranked.flatMap((one) => one.values) : []), ...meant.values];
  const rows: { id: number; value: string | null; place: number | null }[] = await db.raw(
    `select contacts.id as id, ${value} as value, ${rank} as place from ${FROM} where ${meant.text}
      order by place, ${value} is null, ${value} ${order}, contacts.id ${order}`,
    values as never[],
  );
  const groups: number[] = await db('groups').pluck('id');
  return {
    rows: rows.map(({ place, ...row }) => ({ ...row, rank: place ?? undefined })),
    activity: await count('activity', ACTIVITIES, (one) => new Sql('contacts.activity = ?', [one])),
    kind: await count('kind', KINDS, (one) => new Sql('contacts.kind = ?', [one])),
    account: await count('account', ACCOUNT_TYPES, withAccount),
    owner: await count('owner', ['public', 'private', ...groups.map(String)], (one) => ownedBy(one, asking)),
    tags: await tagCounts(under('tag')),
    tagSizes: await tagCounts(all([sees, new Sql("contacts.activity = 'active'")])),
  };
}
