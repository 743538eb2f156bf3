import type { Instant } from '../../clock.ts';
import { type ContactViewer, maySee } from '../../contacts/contact.ts';
import type { Reader } from '../../db/database.ts';
import { whereIdIn } from '../../db/ids.ts';
import { preparedInForms } from '../../db/prepared.ts';
import type { Left, Row } from '../../db/tables.ts';
import { Kept } from '../../kept.ts';
import { lastSignInFrom } from '../../sessions/login-attempt-store.ts';
import { findTagNames } from '../../tags/tag-store.ts';
import { withPlainLines } from '../../text/text.ts';
import { findTokenUses, type TokenUse } from '../../tokens/token-store.ts';
import type { User } from '../user.ts';
import { badgesAmong, STATES, type State } from '../user-state.ts';
import { type ListedGroups, listedGroupsOf, NO_GROUPS } from './listed-groups.ts';
import { type Origin, originOf } from './sign-in-origins.ts';
import type { UserIndex } from './user-index.ts';
import { COLUMNS, type ColumnKey, USUAL_COLUMNS } from './user-list-columns.ts';

/** What a row says of a user: of what columns have to say, only those that are asked for. */
export interface ListedUser
  extends Pick<User, 'id' | 'name' | 'email' | 'activity' | 'description'>,
    Partial<
      Pick<
        User,
        | 'noSharedData'
        | 'lastLoginAt'
        | 'lastActivityAt'
        | 'startsAt'
        | 'leavesAt'
        | 'createdAt'
        | 'accessConfirmedAt'
        | 'accessConfirmedBy'
        | 'loginAttempts'
        | 'hasSecondFactor'
        | 'apiOnly'
        | 'apiOnlyOwnerId'
        | 'apiOnlyReason'
        | 'apiOnlyReviewOn'
      >
    > {
  /** Where somebody confirmed the access. */
  confirmedByName?: string | null;
  lastSignInFrom?: Origin | null;
  apiOnlyOwnerName?: string | null;
  /** Of those who ever had one. */
  tokens?: TokenUse;
  /** By name. */
  tags?: string[];
  contactId: number | null;
  /** Only where the viewer may see the contact. */
  contactName: string | null;
  badges: readonly State[];
  groups: ListedGroups;
}

/** For whom, and at which moment. */
interface Seen {
  viewer: ContactViewer;
  now: Instant;
}

/** In the order of the ids; without a viewer, for somebody who sees no contacts, and without what other tables say. */
export async function findListed(
  db: Reader,
  index: UserIndex,
  ids: number[],
  columns: readonly ColumnKey[] = USUAL_COLUMNS,
  seen?: Seen,
): Promise<ListedUser[]> {
  // In an order of their own: what is read is the same in whichever they are shown.
  const read = COLUMNS.filter((column) => column in READ && columns.includes(column));
  const rows = await selectRows(db, read, { ids });
  const tags = seen && columns.includes('tags') ? await findTagNames(db, 'user', ids) : undefined;
  const uses = seen && columns.includes('tokens') ? await findTokenUses(db, ids, seen.now) : undefined;
  const contactNames = rows.map((row) => contactNameOf(row, seen?.viewer));
  const make = () => {
    const surroundings = { index, tags, uses, hasGroups: columns.includes('groups') };
    const byId = new Map<number, ListedUser>();
    for (const [n, row] of rows.entries()) byId.set(row.id, listedOf(row, contactNames[n], surroundings));
    return ids.map((id) => byId.get(id)).filter((user) => user !== undefined);
  };
  if (!Object.isFrozen(rows)) return make();
  const { facets } = index.held;
  const kept = keptListed.get(facets) ?? new Kept();
  keptListed.set(facets, kept);
  // What is read is the same rows once more until anybody commits, and of the index nothing else is looked at.
  return kept.get(
    [rows, contactNames, tags, uses, columns, ids, facets.version, index.groups.change],
    () => Object.freeze(make()) as ListedUser[],
  );
}

const keptListed = new WeakMap<object, Kept<ListedUser[]>>();

/** Where the viewer may see the contact. */
function contactNameOf(row: FoundRow, viewer: ContactViewer | undefined): string | null {
  const { contact_name: name = null, owner_user_id: ownerUserId = null, owner_group_id: ownerGroupId = null } = row;
  return name !== null && viewer && maySee(viewer, { ownerUserId, ownerGroupId }) ? name : null;
}

interface Surroundings {
  index: UserIndex;
  hasGroups: boolean;
  tags: Map<number, string[]> | undefined;
  uses: Map<number, TokenUse> | undefined;
}

function listedOf(
  row: FoundRow,
  contactName: string | null,
  { index, hasGroups, tags, uses }: Surroundings,
): ListedUser {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    activity: row.activity,
    description: withPlainLines(row.description),
    noSharedData: Boolean(row.no_shared_data),
    lastLoginAt: row.last_login_at,
    lastActivityAt: row.last_activity_at,
    startsAt: row.starts_at,
    leavesAt: row.leaves_at,
    createdAt: row.created_at,
    accessConfirmedAt: row.access_confirmed_at,
    accessConfirmedBy: row.access_confirmed_by,
    confirmedByName: row.confirmed_by_name,
    loginAttempts: row.attempts ?? 0,
    hasSecondFactor: row.factor_since != null,
    lastSignInFrom: originOf(row.last_from),
    apiOnly: Boolean(row.api_only),
    apiOnlyOwnerId: row.api_only_owner_id,
    apiOnlyOwnerName: row.owner_name,
    apiOnlyReason: row.api_only_reason,
    apiOnlyReviewOn: row.api_only_review_on,
    contactId: row.contact_id ?? null,
    contactName,
    badges: badgesFor(index.statesOf(row.id)),
    groups: hasGroups ? listedGroupsOf(index, row.id) : NO_GROUPS,
    tags: tags && (tags.get(row.id) ?? []),
    tokens: uses?.get(row.id),
  };
}

/** Few lists are shared by all: each is looked through once. */
function badgesFor(states: readonly number[]): readonly State[] {
  let badges = knownBadges.get(states);
  if (!badges) {
    badges = badgesAmong(states.map((n) => STATES[n]));
    knownBadges.set(states, badges);
  }
  return badges;
}

const knownBadges = new WeakMap<readonly number[], readonly State[]>();

const OF_EVERY_ROW = ['id', 'name', 'email', 'activity', 'description'] as const;

/** What columns are read from; the others are read from the index, or are in every row. */
const READ: Partial<Record<ColumnKey, string[]>> = {
  contact: ['users.contact_id', 'contact.name as contact_name', 'contact.owner_user_id', 'contact.owner_group_id'],
  last_login: ['users.last_login_at', 'users.last_activity_at'],
  no_shared_data: ['users.no_shared_data'],
  last_activity: ['users.last_activity_at'],
  starts: ['users.starts_at'],
  leaves: ['users.leaves_at'],
  created: ['users.created_at'],
  confirmed: ['users.access_confirmed_at', 'users.access_confirmed_by', 'confirmer.name as confirmed_by_name'],
  attempts: ['lockouts.attempts'],
  second_factor: ['factor.confirmed_at as factor_since'],
  last_from: [],
  api_only_owner: ['users.api_only_owner_id', 'owner.name as owner_name'],
  api_only_reason: ['users.api_only_reason'],
  tokens: ['users.api_only'],
  api_only_review: ['users.api_only_review_on'],
};

type FurtherColumn =
  | 'contact_id'
  | 'last_login_at'
  | 'last_activity_at'
  | 'no_shared_data'
  | 'starts_at'
  | 'leaves_at'
  | 'created_at'
  | 'access_confirmed_at'
  | 'access_confirmed_by'
  | 'api_only'
  | 'api_only_owner_id'
  | 'api_only_reason'
  | 'api_only_review_on';

type FoundRow = Pick<Row<'users'>, (typeof OF_EVERY_ROW)[number]> &
  Partial<
    Pick<Row<'users'>, FurtherColumn> &
      Pick<Left<Row<'lockouts'>>, 'attempts'> &
      Pick<Left<Row<'contacts'>>, 'owner_user_id' | 'owner_group_id'> &
      Record<'confirmed_by_name' | 'contact_name' | 'factor_since' | 'last_from' | 'owner_name', string | null>
  >;

const selectRows = preparedInForms<ColumnKey[], { ids: number[] }, FoundRow>((db, columns, { ids }) => {
  const further = new Set(columns.flatMap((column) => READ[column] ?? []));
  const rows = db('users')
    .select(OF_EVERY_ROW.map((column) => `users.${column}`))
    .select(...further);
  if (columns.includes('contact'))
    rows.leftJoin('contacts as contact', (join) =>
      join.on('contact.id', 'users.contact_id').onVal('contact.activity', 'active'),
    );
  if (columns.includes('attempts')) rows.leftJoin('lockouts', 'lockouts.user_id', 'users.id');
  if (columns.includes('second_factor')) rows.leftJoin('second_factors as factor', 'factor.user_id', 'users.id');
  if (columns.includes('last_from')) rows.select(lastSignInFrom(db).as('last_from'));
  if (columns.includes('api_only_owner')) rows.leftJoin('users as owner', 'owner.id', 'users.api_only_owner_id');
  if (columns.includes('confirmed')) rows.leftJoin('users as confirmer', 'confirmer.id', 'users.access_confirmed_by');
  return whereIdIn(rows, 'users.id', ids);
});
