import { DAY, dayOf, instant } from '../../../src/clock.ts';
import type { Reader } from '../../../src/db/database.ts';
import { fold } from '../../../src/text/text.ts';
import type { ListQuery } from '../../../src/users/list/user-list-query.ts';
import type { StateLimits } from '../../../src/users/user-state.ts';
import { all, any, Sql } from '../../support/plain-sql.ts';
import { AGENTS } from './changes.ts';

/** Who asks: a user with or without the right to read contacts. */
export interface Asking {
  id: number;
  readsContacts: boolean;
  readsGroups: boolean;
}

export interface PlainList {
  /** All that are meant, in order, each with what it is sorted by. */
  rows: { id: number; value: string | number | null; rank?: number }[];
  activity: Record<string, number>;
  states: number[];
  tags: Map<number, number>;
  groups: Map<number, number>;
  groupless: number;
  contactless: number;
  starts: number[];
  leaves: number[];
  addresses: Map<string, number>;
  rights: Map<string, number>;
}

type Facet = 'activity' | 'state' | 'tag' | 'group' | 'contact' | 'starts' | 'leaves' | 'address' | 'right';

const FROM = `users
  left join lockouts on lockouts.user_id = users.id
  left join contacts on contacts.id = users.contact_id and contacts.activity = 'active'
  left join contacts company on company.id = contacts.company_id and company.activity = 'active'
  left join links on links.user_id = users.id and links.purpose = 'invitation'
    and links.used_at is null and links.ended_at is null
  left join second_factors on second_factors.user_id = users.id
  left join outbox on outbox.link_id = links.id and outbox.kind = 'invitation'`;

/** From when on the user was there to be active, or to be confirmed. */
const BEGUN = 'case when users.starts_at > users.created_at then users.starts_at else users.created_at end';

/** The conditions of the states, in their order, said once more and only in SQL. */
function stateConditions({ now, staleDays, confirmDays }: StateLimits): Sql[] {
  const at = instant(now);
  const waits = `users.activity = 'active' and users.password_hash is null and users.password_set_at is null and not users.api_only`;
  const program = `users.activity = 'active' and users.api_only`;
  return [
    new Sql(`users.activity = 'active' and users.starts_at > ?`, [at]),
    new Sql(`${waits} and links.id is null`),
    new Sql(`${waits} and links.expires_at > ?`, [at]),
    new Sql(`${waits} and outbox.failed_at is not null`),
    new Sql(`${waits} and links.expires_at <= ?`, [at]),
    new Sql(`users.activity = 'active' and users.password_hash is not null and users.last_login_at is null`),
    new Sql(`users.activity = 'active' and users.password_hash is null and users.password_set_at is not null
      and not users.api_only`),
    new Sql(`users.activity = 'active' and users.password_hash is not null and not users.api_only
      and second_factors.confirmed_at is null`),
    new Sql(`users.activity = 'active' and lockouts.locked_until > ?`, [at]),
    new Sql(`users.activity = 'active' and users.leaves_at <= ?`, [at]),
    new Sql(`users.activity = 'active' and coalesce(users.last_activity_at, ${BEGUN}) < ?`, [
      instant(now - staleDays * DAY),
    ]),
    new Sql(`users.activity = 'active' and coalesce(users.access_confirmed_at, ${BEGUN}) < ?`, [
      instant(now - confirmDays * DAY),
    ]),
    new Sql('users.api_only'),
    new Sql(
      `${program} and not exists (select 1 from users owner where owner.id = users.api_only_owner_id
      and owner.activity = 'active' and (owner.leaves_at is null or owner.leaves_at > ?))`,
      [at],
    ),
    new Sql(`${program} and users.api_only_review_on <= ?`, [dayOf(now)]),
    new Sql(`${program} and coalesce(users.last_activity_at, ${BEGUN}) < ?`, [instant(now - staleDays * DAY)]),
    new Sql(
      `${program} and not exists (select 1 from tokens where tokens.user_id = users.id and tokens.ended_at is null
      and tokens.expires_at > ?)`,
      [at],
    ),
    new Sql(`exists (select 1 from accounts where accounts.contact_id in (contacts.id, company.id)
      and accounts.type in ('customer', 'supplier'))`),
  ];
}

/** Whether the viewer sees the linked contact. */
function visible(asking: Asking, at: string): Sql {
  if (!asking.readsContacts) return new Sql('1 = 0');
  const groups = `select memberships.group_id from memberships join groups on groups.id = memberships.group_id
    where memberships.user_id = ? and groups.activity = 'active'
    and (memberships.until_at is null or memberships.until_at > ?)`;
  return new Sql(
    `contacts.id is not null and (contacts.owner_user_id = ?
      or (contacts.owner_user_id is null and contacts.owner_group_id in (${groups}))
      or (contacts.owner_user_id is null and contacts.owner_group_id is null
        and not (select viewer.no_shared_data from users viewer where viewer.id = ?)))`,
    [asking.id, asking.id, at, asking.id],
  );
}

/** Whether the user has the right, of an administrator by the words of the product. */
function has(right: string, at: string): Sql {
  const through = (application: string, levels: string[], end: string) =>
    new Sql(
      `exists (select 1 from memberships join groups on groups.id = memberships.group_id
        join group_permissions on group_permissions.group_id = groups.id
        where memberships.user_id = users.id and groups.activity = 'active' and ${end}
        and application = ? and level in (${levels.map((level) => `'${level}'`).join(', ')}))`,
      [application],
    );
  if (right === 'administrator')
    return all([
      new Sql(
        `users.activity = 'active' and users.password_hash is not null and not users.api_only
        and users.leaves_at is null and (users.starts_at is null or users.starts_at <= ?)`,
        [at],
      ),
      through('users', ['write'], 'memberships.until_at is null'),
      through('groups', ['write'], 'memberships.until_at is null'),
    ]);
  const [application, level] = right.split('.');
  if (level !== 'read' && level !== 'write') return any([]);
  const levels = level === 'read' ? ['read', 'write'] : ['write'];
  return through(application, levels, `(memberships.until_at is null or memberships.until_at > '${at}')`);
}

function soonIn(column: 'starts_at' | 'leaves_at', days: string[], now: number): Sql {
  return days.length > 0 ? any(days.map((one) => isSoon(column, one, now))) : all([]);
}

/** Whether the user starts, or leaves, within so many days. */
function isSoon(column: 'starts_at' | 'leaves_at', days: string, now: number): Sql {
  if (days !== '7' && days !== '30') return any([]);
  return new Sql(`users.activity = 'active' and users.${column} > ? and users.${column} <= ?`, [
    instant(now),
    instant(now + Number(days) * DAY),
  ]);
}

/** Whether the last sign-in was from there. */
function isFrom(value: string): Sql {
  const last = (
    column: string,
  ) => `(select ${column} from login_attempts where user_id = users.id and outcome = 'signed in'
    order by id desc limit 1)`;
  if (!/[.:]/.test(value)) {
    const begins = (device: string) => device.toLowerCase().startsWith(value.toLowerCase());
    const words = (device: string) => device.split(' ').map((_, n, all) => all.slice(n).join(' '));
    const meant = /^\d/.test(value) ? [] : Object.keys(AGENTS).filter((agent) => words(AGENTS[agent]).some(begins));
    return any(meant.map((agent) => new Sql(`${last('agent')} = ?`, [agent])));
  }
  // Whole, or a beginning: in the proof only what ends so is one.
  return new Sql(`${last('address')} like ?`, [/[.:]$/.test(value) ? `${value}%` : value]);
}

function idIn(table: string, ids: number[]): Sql {
  return ids.length > 0 ? new Sql(`${table}.id in (${ids.join(', ')})`) : any([]);
}

/** Both ways in which somebody who has no key for the letters of a name may type it. */
function bothWays(name: string): string[] {
  const text = name.replaceAll('’', "'");
  const writtenOut = text.toLowerCase().replaceAll('ö', 'oe').replaceAll('ä', 'ae').replaceAll('å', 'aa');
  return [fold(text), fold(writtenOut)];
}

/** What the list is, by one plain statement for each of its parts. */
export async function plainList(
  db: Reader,
  query: ListQuery,
  states: readonly string[],
  limits: StateLimits,
  asking: Asking,
  rights: readonly string[],
): Promise<PlainList> {
  const at = instant(limits.now);
  const inState = stateConditions(limits);
  const sees = visible(asking, at);
  const isMember = (column: string) =>
    `memberships.user_id = users.id and memberships.group_id = ${column}
      and (memberships.until_at is null or memberships.until_at > '${at}')`;
  const inNoGroup = new Sql(`not exists (select 1 from memberships join groups on groups.id = memberships.group_id
    where groups.activity <> 'deleted' and ${isMember('groups.id')})`);
  const noContact = asking.readsContacts ? new Sql(`not coalesce((${sees.text}), false)`, sees.values) : any([]);
  const conditions: Record<Facet, Sql> = {
    activity: any(
      (query.activity.length > 0 ? query.activity : ['active', 'deactivated']).map(
        (activity) => new Sql('users.activity = ?', [activity]),
      ),
    ),
    state: query.state.length > 0 ? any(query.state.map((one) => inState[states.indexOf(one)])) : all([]),
    tag:
      query.tag.length > 0
        ? any(
            query.tag.map(
              (id) =>
                new Sql('exists (select 1 from user_tags where user_tags.user_id = users.id and tag_id = ?)', [id]),
            ),
          )
        : all([]),
    group:
      query.group.length > 0
        ? any(
            query.group.map((id) =>
              id === 'none'
                ? inNoGroup
                : new Sql(
                    `exists (select 1 from memberships join groups on groups.id = memberships.group_id
                      where groups.activity <> 'deleted' and ${isMember('?')})`,
                    [id],
                  ),
            ),
          )
        : all([]),
    contact:
      query.contact.length > 0 ? any(query.contact.map((one) => (one === 'none' ? noContact : any([])))) : all([]),
    starts: soonIn('starts_at', query.starts, limits.now),
    leaves: soonIn('leaves_at', query.leaves, limits.now),
    address: query.address.length > 0 ? any(query.address.map(isFrom)) : all([]),
    right:
      query.right.length > 0 ? any(query.right.map((one) => (asking.readsGroups ? has(one, at) : any([])))) : all([]),
  };
  const people: { id: number; name: string; email: string | null }[] = await db('users').select('id', 'name', 'email');
  const contacts: { id: number; name: string }[] = await db('contacts').select('id', 'name');
  const written = {
    users: people.map(({ id, name, email }) => ({
      id,
      names: bothWays(name),
      texts: [name, email ?? ''].flatMap(bothWays),
    })),
    contacts: contacts.map(({ id, name }) => ({ id, names: bothWays(name), texts: bothWays(name) })),
  };
  const holding = (table: keyof typeof written, isMeant: (texts: string[]) => boolean) => {
    const ids = written[table].filter(({ texts }) => isMeant(texts)).map(({ id }) => id);
    return idIn(table, ids);
  };
  const named = (table: keyof typeof written, isMeant: (texts: string[]) => boolean) => {
    const ids = written[table].filter(({ names }) => isMeant(names)).map(({ id }) => id);
    return idIn(table, ids);
  };
  const words = query.q
    .split(' ')
    .map((word) => bothWays(word))
    .filter(([plain]) => plain !== '');
  const holds = (texts: string[], word: string[]) => texts.some((text) => word.some((way) => text.includes(way)));
  const isNothing = query.q !== '' && words.length === 0;
  const listed = query.q.startsWith('#') ? query.q.match(/\d+/g) : null;
  const search = listed
    ? idIn('users', listed.map(Number))
    : isNothing
      ? any([])
      : all(
          words.map((word) =>
            any([
              holding('users', (texts) => holds(texts, word)),
              all([sees, holding('contacts', (texts) => holds(texts, word))]),
            ]),
          ),
        );
  const under = (but?: Facet) =>
    all([search, ...Object.entries(conditions).flatMap(([facet, one]) => (facet === but ? [] : [one]))]);
  const run = (select: string, where: Sql, values: unknown[] = [], rest = '') =>
    db.raw(`select * from (select ${select} from ${FROM} where ${where.text}) as found ${rest}`, [
      ...values,
      ...where.values,
    ] as never[]);

  const value: Sql = {
    name: new Sql('users.sort_name'),
    email: new Sql('users.email_key'),
    last_login: new Sql('users.last_login_at'),
    groups: new Sql(`(select count(*) from memberships join groups on groups.id = memberships.group_id
      where memberships.user_id = users.id and groups.activity <> 'deleted')`),
    no_shared_data: new Sql('users.no_shared_data'),
    leaves: new Sql('users.leaves_at'),
    created: new Sql('users.created_at'),
    contact: new Sql(`case when ${sees.text} then contacts.sort_name end`, sees.values),
  }[query.sort];
  const terms = bothWays(query.q);
  const begins = (texts: string[]) => texts.some((text) => terms.some((term) => text.startsWith(term)));
  const ranked = [
    holding('users', (texts) => texts.some((text) => terms.includes(text))),
    named('users', begins),
    holding('users', begins),
  ];
  const rank =
    query.q === '' || query.sortGiven || listed
      ? new Sql('null')
      : new Sql(
          `case ${ranked.map((one, n) => `when ${one.text} then ${n}`).join(' ')} else 3 end`,
          ranked.flatMap((one) => one.values),
        );
  const order = query.descending ? 'desc' : 'asc';
  const rows = await run(
    `users.id as id, ${value.text} as value, ${rank.text} as place`,
    under(),
    [...value.values, ...rank.values],
    `order by place, value is null, value ${order}, id ${order}`,
  );
  const activities = await db.raw(
    `select users.activity as activity, count(*) as number from ${FROM} where ${under('activity').text} group by 1`,
    under('activity').values as never[],
  );
  const [stateCounts] = await run(
    inState.map((one, n) => `count(case when ${one.text} then 1 end) as s${n}`).join(', '),
    under('state'),
    inState.flatMap((one) => one.values),
  );
  const tags = await db.raw(
    `select tag_id as id, count(*) as number from user_tags where user_id in
      (select users.id from ${FROM} where ${under('tag').text}) group by 1`,
    under('tag').values as never[],
  );
  const groups = await db.raw(
    `select group_id as id, count(*) as number from memberships where (until_at is null or until_at > ?) and user_id in
      (select users.id from ${FROM} where ${under('group').text}) group by 1`,
    [at, ...under('group').values] as never[],
  );
  const count = async (facet: Facet, one: Sql): Promise<number> =>
    (await run('count(*) as number', all([under(facet), one])))[0].number;
  const ofAddresses = new Map<string, number>();
  for (const one of query.address) ofAddresses.set(one, await count('address', isFrom(one)));
  const ofRights = new Map<string, number>();
  for (const right of rights) ofRights.set(right, await count('right', has(right, at)));
  const numbers = (found: { id: number; number: number }[]) => new Map(found.map(({ id, number }) => [id, number]));
  return {
    rows: rows.map(({ id, value, place }: { id: number; value: string; place: number | null }) => ({
      id,
      value,
      rank: place ?? undefined,
    })),
    activity: Object.fromEntries(
      activities.map((one: { activity: string; number: number }) => [one.activity, one.number]),
    ),
    states: states.map((_, n) => stateCounts[`s${n}`]),
    tags: numbers(tags),
    groups: numbers(groups),
    groupless: await count('group', inNoGroup),
    contactless: await count('contact', noContact),
    starts: [
      await count('starts', isSoon('starts_at', '7', limits.now)),
      await count('starts', isSoon('starts_at', '30', limits.now)),
    ],
    leaves: [
      await count('leaves', isSoon('leaves_at', '7', limits.now)),
      await count('leaves', isSoon('leaves_at', '30', limits.now)),
    ],
    addresses: ofAddresses,
    rights: ofRights,
  };
}
