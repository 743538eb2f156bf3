import type { Knex } from 'knex';
import { linkedToAccount } from '../../contacts/warned-accounts.ts';
import { isGiven } from '../../db/conditions.ts';
import type { Reader } from '../../db/database.ts';
import { whereIdIn } from '../../db/ids.ts';
import { preparedInForms } from '../../db/prepared.ts';
import type { Left, Row } from '../../db/tables.ts';
import { type Ids, whereIdMeant } from '../../facets/following/follower.ts';
import { joinInvitation } from '../../one-time-links/standing-links.ts';
import { lastSignInFrom } from '../../sessions/login-attempt-store.ts';
import { lastTokenUntil } from '../user-columns.ts';
import { type FactColumns, factsOf, type StateFacts } from '../user-state.ts';

export type FactRow = Pick<
  Row<'users'>,
  | 'id'
  | 'activity'
  | 'api_only'
  | 'api_only_owner_id'
  | 'starts_at'
  | 'leaves_at'
  | 'last_login_at'
  | 'last_activity_at'
  | 'access_confirmed_at'
  | 'password_set_at'
  | 'created_at'
  | 'api_only_review_on'
> &
  Pick<Left<Row<'lockouts'>>, 'locked_until'> & {
    has_password: number | boolean;
    invitation_expires_at: string | null;
    invitation_failed: number | boolean;
    linked_to_account: number | boolean;
    has_second_factor: number | boolean;
    is_to_lose_rights: number | string;
    contact_id: number | null;
    owner_user_id: number | null;
    owner_group_id: number | null;
    token_until: string | null;
  };

/** What somebody is searched by. */
export type TextRow = Pick<Row<'users'>, 'id' | 'search_text'> & {
  contact_name: string | null;
  last_from: string | null;
};

export interface MembershipFact {
  user_id: number;
  group_id: number;
  until_at: string | null;
}

/** What the index takes in of a user, but for the texts. */
export interface UserFacts {
  row: FactRow;
  state: StateFacts;
  memberships: MembershipFact[];
  tags: number[];
}

/** Whether they are told one by one, or as all between two. */
interface Form {
  areListed: boolean;
}

interface Meant {
  ids: number[];
  after: number;
  upTo: number;
}

/** What an index takes in is nobody's answer: it is read once. */
const ANEW = { isKept: false };

const readRows = preparedInForms<Form, Meant, FactRow>(
  (db, form, meant) => factRows(db, joinContact(restricted(db('users'), 'users.id', form, meant))),
  ANEW,
);

const readTexts = preparedInForms<Form, Meant, TextRow>(
  (db, form, meant) => textRows(db, joinContact(restricted(db('users'), 'users.id', form, meant))),
  ANEW,
);

/** Of those who change one by one, all at once: to read their rows again would take longer than to bring them along. */
const readBoth = preparedInForms<Form, Meant, FactRow & TextRow>((db, form, meant) => {
  const users = joinContact(restricted(db('users'), 'users.id', form, meant));
  return textRows(db, factRows(db, users));
}, ANEW);

const readMemberships = preparedInForms<Form, Meant, MembershipFact>(
  (db, form, meant) =>
    restricted(db('memberships'), 'user_id', form, meant)
      .orderBy(['user_id', 'group_id'])
      .select('user_id', 'group_id', 'until_at'),
  ANEW,
);

const readTags = preparedInForms<Form, Meant, { user_id: number; tag_id: number }>(
  (db, form, meant) =>
    restricted(db('user_tags'), 'user_id', form, meant).orderBy(['user_id', 'tag_id']).select('user_id', 'tag_id'),
  ANEW,
);

function restricted<T extends Knex.QueryBuilder>(query: T, column: string, { areListed }: Form, meant: Meant): T {
  return areListed ? whereIdIn(query, column, meant.ids) : whereIdMeant(query, column, meant);
}

/** Of those users that there are, as they stand in the database now. */
export async function readUserFacts(db: Reader, ids: Ids): Promise<UserFacts[]> {
  return factsOfRows(db, await readRows(db, ...meantBy(ids)), ids);
}

export async function readUserTexts(db: Reader, ids: Ids): Promise<TextRow[]> {
  return readTexts(db, ...meantBy(ids));
}

/** Both, each row of a user with their texts in it. */
export async function readUsers(db: Reader, ids: Ids): Promise<(UserFacts & { row: TextRow })[]> {
  return factsOfRows(db, await readBoth(db, ...meantBy(ids)), ids);
}

function meantBy(ids: Ids): [Form, Meant] {
  const areListed = Array.isArray(ids);
  return [{ areListed }, areListed ? { ids, after: 0, upTo: 0 } : { ids: [], ...ids }];
}

async function factsOfRows<R extends FactRow>(db: Reader, rows: R[], ids: Ids): Promise<(UserFacts & { row: R })[]> {
  const memberships = Map.groupBy(await readMemberships(db, ...meantBy(ids)), (one) => one.user_id);
  const tags = Map.groupBy(await readTags(db, ...meantBy(ids)), (one) => one.user_id);
  return rows.map((row) => ({
    row,
    state: factsOf(columnsOf(row)),
    memberships: memberships.get(row.id) ?? [],
    tags: tags.get(row.id)?.map((one) => one.tag_id) ?? [],
  }));
}

function joinContact(users: ReturnType<Reader>): ReturnType<Reader> {
  return users.leftJoin('contacts as contact', (join) =>
    join.on('contact.id', 'users.contact_id').onVal('contact.activity', 'active'),
  );
}

function textRows(db: Reader, users: Knex.QueryBuilder): Knex.QueryBuilder {
  return (
    users
      .select('users.id', 'users.search_text', 'contact.name as contact_name')
      // Told of by the sign-in itself, which notes its moment among the users.
      .select(lastSignInFrom(db).as('last_from'))
  );
}

function factRows(db: Reader, users: ReturnType<Reader>): Knex.QueryBuilder {
  users
    .leftJoin('lockouts', 'lockouts.user_id', 'users.id')
    .leftJoin('second_factors as factor', 'factor.user_id', 'users.id');
  return joinInvitation(users, 'invitation')
    .leftJoin('outbox', (join) => join.on('outbox.link_id', 'invitation.id').onVal('outbox.kind', 'invitation'))
    .select('users.id', 'users.activity', 'api_only', 'api_only_owner_id')
    .select('invitation.expires_at as invitation_expires_at', 'locked_until', 'last_login_at')
    .select('starts_at', 'leaves_at')
    .select('contact.id as contact_id', 'contact.owner_user_id', 'contact.owner_group_id')
    .select({
      has_password: isGiven(db, 'password_hash'),
      invitation_failed: isGiven(db, 'outbox.failed_at'),
      linked_to_account: linkedToAccount(db),
      token_until: lastTokenUntil(db),
      has_second_factor: isGiven(db, 'factor.confirmed_at'),
      is_to_lose_rights: db('scheduled_users')
        .where('scheduled_users.user_id', db.ref('users.id'))
        .where('ends_rights', true)
        .count('*'),
    })
    .select('last_activity_at', 'access_confirmed_at', 'password_set_at', 'users.created_at', 'api_only_review_on');
}

function columnsOf(row: FactRow): FactColumns {
  return {
    activity: row.activity,
    apiOnly: Boolean(row.api_only),
    hasPassword: Boolean(row.has_password),
    passwordSetAt: row.password_set_at,
    invitationExpiresAt: row.invitation_expires_at,
    invitationFailed: Boolean(row.invitation_failed),
    linkedToAccount: Boolean(row.linked_to_account),
    hasSecondFactor: Boolean(row.has_second_factor),
    lockedUntil: row.locked_until,
    startsAt: row.starts_at,
    leavesAt: row.leaves_at,
    lastLoginAt: row.last_login_at,
    lastActivityAt: row.last_activity_at,
    accessConfirmedAt: row.access_confirmed_at,
    createdAt: row.created_at,
    apiOnlyReviewOn: row.api_only_review_on,
    // Whether somebody answers for a program follows from what is held of whoever does.
    ownerActivity: 'active',
    ownerLeavesAt: null,
    tokenUntil: row.token_until,
  };
}
