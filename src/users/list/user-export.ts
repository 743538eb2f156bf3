import { ACTIVITIES } from '../../access/activity.ts';
import type { Viewer } from '../../access/viewer.ts';
import { findApplications } from '../../applications/application-store.ts';
import { instant } from '../../clock.ts';
import type { Contact, ContactViewer } from '../../contacts/contact.ts';
import { findContacts } from '../../contacts/contact-store.ts';
import { whereNotDeleted } from '../../db/conditions.ts';
import type { Reader } from '../../db/database.ts';
import { whereIdIn } from '../../db/ids.ts';
import {
  anyOf,
  type ColumnOf,
  type ExportKind,
  isIdIn,
  type Known,
  linesOf,
  type Names,
  nameIn,
  READ_AT_ONCE,
  unknownIn,
} from '../../export/exportable.ts';
import { NONE, sourceIn } from '../../lists/list-query.ts';
import { findMemberships, type Membership } from '../../memberships/membership-store.ts';
import { findTagNames } from '../../tags/tag-store.ts';
import { findTokenUses, type TokenUse } from '../../tokens/token-store.ts';
import type { User } from '../user.ts';
import { SOON_DAYS, STATES, type StateLimits, stateLimits, statesOf } from '../user-state.ts';
import { findUserNames, findUsers } from '../user-store.ts';
import { ADMINISTRATOR } from './derived-sets.ts';
import { isSomeOrigin } from './sign-in-origins.ts';
import type { UserSources } from './user-index.ts';
import { keptColumns, type COLUMNS as LISTED } from './user-list-columns.ts';
import { type ListQuery, listPath, readListPath, readListQuery } from './user-list-query.ts';
import { freezeUsers } from './user-order.ts';
import { withheldFrom } from './withheld-filters.ts';

/** What users are exported from. */
export interface UserExportSources extends UserSources {
  config: { staleDays: number; confirmDays: number };
}

interface ExportedUser {
  user: User;
  limits: StateLimits;
  /** Where the viewer may see it. */
  contact: Contact | undefined;
  /** Those that are over included, as on the record. */
  memberships: Membership[];
  tags: string[];
  names: Names;
  tokens: TokenUse | undefined;
}

const COLUMNS: ColumnOf<ExportedUser>[] = [
  { key: 'name', label: 'Name', of: ({ user }) => user.name },
  { key: 'email', label: 'System email', of: ({ user }) => user.email },
  { key: 'activity', label: 'Activity', of: ({ user }) => user.activity },
  { key: 'contact', label: 'Linked contact', needs: 'contacts', of: ({ contact }) => contact?.name ?? null },
  {
    key: 'contact_email',
    label: 'Linked contact email',
    needs: 'contacts',
    of: ({ contact }) => contact?.email ?? null,
  },
  { key: 'groups', label: 'Groups', of: ({ memberships }) => memberships.map((one) => one.groupName) },
  { key: 'group_ids', label: 'Group ids', of: ({ memberships }) => memberships.map((one) => String(one.groupId)) },
  { key: 'groups_until', label: 'Groups until', of: ({ memberships }) => memberships.map((one) => one.untilAt ?? '') },
  { key: 'tags', label: 'Tags', of: ({ tags }) => tags },
  { key: 'starts', label: 'Starts on', of: ({ user }) => user.startsAt },
  { key: 'leaves', label: 'Leaves on', of: ({ user }) => user.leavesAt },
  { key: 'no_shared_data', label: 'No shared data', of: ({ user }) => user.noSharedData },
  { key: 'api_only', label: 'API-only', of: ({ user }) => user.apiOnly },
  { key: 'api_only_reason', label: 'API-only reason', of: ({ user }) => user.apiOnlyReason },
  { key: 'api_only_owner', label: 'API-only owner', of: ({ user, names }) => nameIn(names, user.apiOnlyOwnerId) },
  { key: 'api_only_review', label: 'Review date', of: ({ user }) => user.apiOnlyReviewOn },
  { key: 'description', label: 'Description', of: ({ user }) => user.description },
  { key: 'states', label: 'States', of: ({ user, limits }) => statesOf(user, limits) },
  { key: 'created', label: 'Created (UTC)', of: ({ user }) => user.createdAt },
  { key: 'last_login', label: 'Last login (UTC)', of: ({ user }) => user.lastLoginAt },
  { key: 'last_activity', label: 'Last activity (UTC)', of: ({ user }) => user.lastActivityAt },
  { key: 'confirmed', label: 'Access confirmed (UTC)', of: ({ user }) => user.accessConfirmedAt },
  { key: 'confirmed_by', label: 'Access confirmed by', of: ({ user, names }) => nameIn(names, user.accessConfirmedBy) },
  { key: 'attempts', label: 'Failed attempts', of: ({ user }) => user.loginAttempts },
  { key: 'second_factor', label: 'Second factor', of: ({ user }) => user.hasSecondFactor },
  { key: 'tokens', label: 'Tokens', of: ({ tokens }) => tokens?.live ?? 0 },
  { key: 'token_used', label: 'Token used last (UTC)', of: ({ tokens }) => tokens?.lastUsedAt ?? null },
];

/** What a column of the list says beside what is called like it. */
const BESIDE: Partial<Record<(typeof LISTED)[number], string>> = {
  last_login: 'last_activity',
  confirmed: 'confirmed_by',
  tokens: 'token_used',
};

const KNOWN: Record<string, Known> = {
  activity: ACTIVITIES,
  state: STATES,
  tag: anyOf('tags'),
  group: async (db, value) => value === NONE || isGroup(db, value),
  contact: [NONE],
  starts: SOON_DAYS.map(String),
  leaves: SOON_DAYS.map(String),
  address: async (_db, value) => isSomeOrigin(value),
  right: isRight,
};

/** Of a deleted one nobody is a member. */
async function isGroup(db: Reader, value: string): Promise<boolean> {
  const group =
    (await isIdIn(db, 'groups', value)) && (await db('groups').where('id', Number(value)).first('activity'));
  return group && group.activity !== 'deleted';
}

async function isRight(db: Reader, value: string): Promise<boolean> {
  return (await findRights(db)).includes(value);
}

async function findRights(db: Reader): Promise<string[]> {
  return [ADMINISTRATOR, ...(await findApplications(db)).flatMap(({ key }) => [`${key}.read`, `${key}.write`])];
}

const queryOf = (view: string) => readListQuery(sourceIn(view));

export const USER_EXPORT: ExportKind<UserExportSources, ContactViewer> = {
  name: 'users',
  noun: 'user',
  application: 'users',
  columns: COLUMNS,
  viewPath: (view) => listPath(queryOf(view), { columnsGiven: false, perGiven: false, allRights: false }),
  listedIn(view, listColumns) {
    const { columns } = readListQuery(sourceIn(view), { columns: keptColumns(listColumns) });
    return ['name', ...columns.flatMap((column) => [column, BESIDE[column] ?? []].flat())];
  },
  problemsIn: (db, view, viewer) =>
    unknownIn(db, sourceIn(view), { query: queryOf(view), known: KNOWN, withheld: withheldFrom(viewer) }),
  freeze: ({ db, index }, viewer, view) => freezeUsers(db.read, index, { query: queryOf(view), viewer }, READ_AT_ONCE),
  async *read(sources, viewer, ids, chosen) {
    const users = await findExported(sources, viewer, ids, chosen);
    yield linesOf(COLUMNS, chosen, users, ({ user }) => user.id);
  },
};

/** What of a view, as its address says it, nobody knows or may not be known by who asks: what died of one that is kept. */
export function problemsOfView(db: Reader, address: string, viewer: Viewer): Promise<string[]> {
  const [, search = ''] = USER_EXPORT.viewPath(address.split('?')[1] ?? '').split('?');
  return USER_EXPORT.problemsIn(db, search, viewer);
}

/** The same of many that are kept, in their order: what all of them name is looked for at once. */
export async function problemsOfViews(db: Reader, addresses: string[], viewer: Viewer): Promise<string[][]> {
  const queries = addresses.map((address) => readListPath(address));
  const numbers = (of: (query: ListQuery) => (number | string)[]) =>
    queries.flatMap((query) => of(query).filter((one) => typeof one === 'number'));
  const groups: number[] = await whereIdIn(
    db('groups').modify(whereNotDeleted),
    'id',
    numbers(({ group }) => group),
  ).pluck('id');
  const tags: number[] = await whereIdIn(
    db('tags'),
    'id',
    numbers(({ tag }) => tag),
  ).pluck('id');
  const known = { ...KNOWN, group: [NONE, ...groups.map(String)], tag: tags.map(String), right: await findRights(db) };
  const withheld = withheldFrom(viewer);
  const plain = { columnsGiven: false, perGiven: false, allRights: false };
  const problems: string[][] = [];
  for (const query of queries) {
    const [, search = ''] = listPath(query, plain).split('?');
    problems.push(await unknownIn(db, sourceIn(search), { query, known, withheld }));
  }
  return problems;
}

/** With what other tables say, where a column says it. */
async function findExported(
  { db: { read: db }, clock, config }: UserExportSources,
  viewer: ContactViewer,
  ids: number[],
  chosen: ReadonlySet<string>,
): Promise<ExportedUser[]> {
  const wants = (...keys: string[]) => keys.some((key) => chosen.has(key));
  const users = await findUsers(db, ids);
  const contactIds = wants('contact', 'contact_email') ? users.flatMap((user) => user.contactId ?? []) : [];
  const contacts = contactIds.length > 0 ? await findContacts(db, viewer, contactIds) : [];
  const contactOf = new Map(contacts.filter(({ activity }) => activity === 'active').map((one) => [one.id, one]));
  const memberships = wants('groups', 'group_ids', 'groups_until') ? await findMemberships(db, ids) : [];
  const membershipsOf = Map.groupBy(memberships, ({ userId }) => userId);
  const tags = wants('tags') ? await findTagNames(db, 'user', ids) : undefined;
  const namedIds = users.flatMap((user) => [user.apiOnlyOwnerId, user.accessConfirmedBy]);
  const names = await findUserNames(db, wants('api_only_owner', 'confirmed_by') ? namedIds : []);
  const uses = wants('tokens', 'token_used') ? await findTokenUses(db, ids, instant(clock())) : undefined;
  const limits = stateLimits({ clock, config });
  return users.map((user) => ({
    user,
    limits,
    contact: contactOf.get(user.contactId ?? 0),
    memberships: membershipsOf.get(user.id) ?? [],
    tags: tags?.get(user.id) ?? [],
    names,
    tokens: uses?.get(user.id),
  }));
}
