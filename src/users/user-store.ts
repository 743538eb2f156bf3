import type { Knex } from 'knex';
import type { Activity } from '../access/activity.ts';
import { findPotentialRights } from '../access/granted-rights.ts';
import { NO_RIGHTS } from '../access/rights.ts';
import type { Instant } from '../clock.ts';
import { linkedToAccount } from '../contacts/warned-accounts.ts';
import { bulkInsertUnlessTaken } from '../db/bulk-insert.ts';
import { isGiven, whereNotDeleted } from '../db/conditions.ts';
import { type Reader, type Transaction, violatedUnique } from '../db/database.ts';
import { pieces, whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Left, Row } from '../db/tables.ts';
import { type Errors, FieldErrors } from '../forms/form.ts';
import { joinInvitation } from '../one-time-links/standing-links.ts';
import type { DateStyle } from '../text/format.ts';
import { hasLookAlikes, identityKey, spelledLike } from '../text/identity-key.ts';
import type { Act } from '../verbs/act.ts';
import { NotFound } from '../verbs/refusals.ts';
import type { Subject, User } from './user.ts';
import { keyColumns, type LinkedName, nameColumns, programColumns } from './user-columns.ts';

/** What is read of a user: their own row but for what nobody is to see, and what other tables say of them. */
type Found = Omit<Row<'users'>, 'password_hash' | 'contact_sort' | 'search_text'> &
  Pick<Left<Row<'lockouts'>>, 'attempts' | 'locked_until'> & {
    has_password: number | boolean;
    owner_activity: Activity | null;
    owner_leaves_at: Instant | null;
    token_until: string | null;
    attempts_at_devices: number | null;
    invitation_expires_at: string | null;
    invitation_failed: number | boolean;
    linked_to_account: number | boolean;
    has_second_factor: number | boolean;
    factor_nonce: string | null;
  };

/** Users with their lock, their open invitation and its mail; the one place that reads them. Never the password hash. */
export function selectUsers(db: Reader): Knex.QueryBuilder<Found, Found[]> {
  return joinInvitation(db('users').leftJoin('lockouts', 'lockouts.user_id', 'users.id'), 'invitation')
    .leftJoin('outbox as invitation_mail', (join) =>
      join.on('invitation_mail.link_id', 'invitation.id').onVal('invitation_mail.kind', 'invitation'),
    )
    .leftJoin('second_factors as factor', 'factor.user_id', 'users.id')
    .select(
      'factor.nonce as factor_nonce',
      'users.id',
      'users.name',
      'users.email',
      'users.confirmed_email',
      'users.activity',
      'users.deleted_from',
      'users.password_set_at',
      'users.no_shared_data',
      'users.starts_at',
      'users.leaves_at',
      'users.description',
      'users.contact_id',
      'users.contact_name',
      'users.api_only',
      'users.api_only_reason',
      'users.api_only_owner_id',
      'users.api_only_review_on',
      'users.last_login_at',
      'users.last_activity_at',
      'users.access_confirmed_at',
      'users.access_confirmed_by',
      'lockouts.attempts',
      'lockouts.locked_until',
      db('device_lockouts').where('user_id', db.ref('users.id')).sum('attempts').as('attempts_at_devices'),
      'invitation.expires_at as invitation_expires_at',
      'users.time_zone',
      'users.erased_at',
      'users.version',
      'users.created_at',
      'users.created_by',
    )
    .select({
      has_password: isGiven(db, 'users.password_hash'),
      invitation_failed: isGiven(db, 'invitation_mail.failed_at'),
      linked_to_account: linkedToAccount(db),
      ...programColumns(db),
      has_second_factor: isGiven(db, 'factor.confirmed_at'),
    });
}

export function userOf(row: Found): User {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    confirmedEmail: row.confirmed_email,
    activity: row.activity,
    deletedFrom: row.deleted_from,
    hasPassword: Boolean(row.has_password),
    passwordSetAt: row.password_set_at,
    noSharedData: Boolean(row.no_shared_data),
    startsAt: row.starts_at,
    leavesAt: row.leaves_at,
    description: row.description,
    contactId: row.contact_id,
    contactName: row.contact_name,
    apiOnly: Boolean(row.api_only),
    apiOnlyReason: row.api_only_reason,
    apiOnlyOwnerId: row.api_only_owner_id,
    apiOnlyReviewOn: row.api_only_review_on,
    ownerActivity: row.owner_activity,
    ownerLeavesAt: row.owner_leaves_at,
    tokenUntil: row.token_until,
    lastLoginAt: row.last_login_at,
    lastActivityAt: row.last_activity_at,
    accessConfirmedAt: row.access_confirmed_at,
    accessConfirmedBy: row.access_confirmed_by,
    loginAttempts: row.attempts ?? 0,
    lockedUntil: row.locked_until,
    attemptsAtKnownDevices: Number(row.attempts_at_devices ?? 0),
    invitationExpiresAt: row.invitation_expires_at,
    invitationFailed: Boolean(row.invitation_failed),
    linkedToAccount: Boolean(row.linked_to_account),
    hasSecondFactor: Boolean(row.has_second_factor),
    isFactorPasskeys: row.factor_nonce === '',
    timeZone: row.time_zone,
    erasedAt: row.erased_at,
    version: row.version,
    createdAt: row.created_at,
    createdBy: row.created_by,
  };
}

const selectById = prepared<{ ids: number[] }, Found>((db, { ids }) => whereIdIn(selectUsers(db), 'users.id', ids));

/** In the order of the ids; unknown ones are left out. */
export async function findUsers(db: Reader, ids: number[]): Promise<User[]> {
  const byId = new Map<number, User>();
  for (const some of pieces(ids)) for (const row of await selectById(db, { ids: some })) byId.set(row.id, userOf(row));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

const selectSignedIn = prepared<{ ids: number[] }, { user_id: number | null }>((db, { ids }) =>
  whereIdIn(db('sessions'), 'user_id', ids).distinct('user_id'),
);

const selectWithPasskey = prepared<{ ids: number[] }, { user_id: number }>((db, { ids }) =>
  whereIdIn(db('passkeys'), 'user_id', ids).distinct('user_id'),
);

/** The users with what their groups grant from now on. Throws NotFound where one is unknown. */
export async function findSubjects(db: Reader, ids: number[], now: Instant): Promise<Subject[]> {
  const users = await findUsers(db, ids);
  if (users.length !== ids.length) throw new NotFound('There is no such user.');
  const rights = await findPotentialRights(db, ids, now);
  const signedIn = new Set((await selectSignedIn(db, { ids })).map((row) => row.user_id));
  const withPasskey = new Set((await selectWithPasskey(db, { ids })).map((row) => row.user_id));
  return users.map((user) => ({
    ...user,
    rights: rights.get(user.id) ?? NO_RIGHTS,
    hasSession: signedIn.has(user.id),
    hasPasskey: withPasskey.has(user.id),
  }));
}

export async function findSubject(db: Reader, id: number, now: Instant): Promise<Subject> {
  const [subject] = await findSubjects(db, [id], now);
  return subject;
}

/** The user who signs in by this name or email address; deleted ones are not found. */
export async function findUserByIdentifier(db: Reader, identifier: string): Promise<User | undefined> {
  const key = identityKey(identifier);
  const column = key.includes('@') ? 'email' : 'name';
  const rows: Found[] = await selectUsers(db)
    .where(`users.${column}_key`, key)
    .modify(whereNotDeleted, 'users')
    .orderBy(`users.${column}_twin`);
  const row = spelledLike(rows, identifier, (one) => one[column] ?? '');
  return row && userOf(row);
}

/**
 * Of these deleted or deactivated users, those whom the database would not let be active again, with what stands in the
 * way: a name, email or contact that an existing user, or an earlier one of the set, has.
 */
export async function findTaken(db: Reader, ids: number[]): Promise<Map<number, string>> {
  const taken = new Map<number, string>();
  const words = { name_key: 'the name', email_key: 'the system email', contact_id: 'the linked contact' };
  for (const [column, what] of Object.entries(words)) {
    const seen = new Set<string | number>();
    for (const some of pieces(ids)) {
      const rows = await db('users as restored')
        .leftJoin('users as other', (join) =>
          join.on(`other.${column}`, `restored.${column}`).andOnNull('other.deleted_from'),
        )
        .whereIn('restored.id', some)
        .where('restored.activity', 'deleted')
        .whereNotNull(`restored.${column}`)
        .select('restored.id', `restored.${column} as value`, 'other.id as other_id');
      for (const { id, value, other_id } of rows) {
        if (other_id !== null || seen.has(value)) taken.set(id, taken.get(id) ?? what);
        else seen.add(value);
      }
    }
  }
  return taken;
}

/** Who is linked to this contact, deleted ones left out. */
export async function findLinkedUser(db: Reader, contactId: number): Promise<number | undefined> {
  const query = db('users').where('contact_id', contactId).modify(whereNotDeleted);
  return (await query.first('id'))?.id;
}

/** A program with whoever answers for it. */
export interface OwnedProgram {
  id: number;
  name: string;
  ownerId: number;
}

/** The active programs that these answer for, by name. */
export async function findOwnedBy(db: Reader, ownerIds: number[]): Promise<OwnedProgram[]> {
  const owned = db('users').where({ activity: 'active', api_only: true }).whereNotNull('api_only_owner_id');
  return whereIdIn(owned, 'api_only_owner_id', ownerIds)
    .orderBy(['sort_name', 'id'])
    .select('id', 'name', 'api_only_owner_id as ownerId');
}

/** Who answers for each of these programs. */
export async function findOwnerIds(db: Reader, ids: number[]): Promise<Map<number, number | null>> {
  const rows = await whereIdIn(db('users').where('api_only', true), 'id', ids).select('id', 'api_only_owner_id');
  return new Map(rows.map((row) => [row.id, row.api_only_owner_id]));
}

/** Users by name or email, each by what was given for them; deleted ones are not found. */
export async function findUserIdsByIdentifier(db: Reader, identifiers: string[]): Promise<Map<string, number>> {
  const keys = identifiers.map(identityKey);
  const rowsOf = new Map<string, { id: number; written: string }[]>();
  for (const column of ['name', 'email']) {
    const query = db('users').modify(whereNotDeleted).orderBy(`${column}_twin`);
    const select = query.select('id', `${column} as written`, `${column}_key as key`);
    for (const row of await whereIdIn(select, `${column}_key`, keys))
      rowsOf.set(row.key, [...(rowsOf.get(row.key) ?? []), row]);
  }
  const found = new Map<string, number>();
  for (const [n, identifier] of identifiers.entries()) {
    const row = spelledLike(rowsOf.get(keys[n]) ?? [], identifier, (one) => one.written);
    if (row) found.set(identifier, row.id);
  }
  return found;
}

/** The user came in, which is no change that the audit tells. */
export async function noteLogin(trx: Transaction, userId: number, at: Instant): Promise<void> {
  await trx('users').where('id', userId).update({ last_login_at: at, last_activity_at: at });
}

/** Somebody signed in was seen again, which is no change that the audit tells. */
export async function noteActivity(trx: Transaction, userId: number, at: Instant): Promise<void> {
  await trx('users').where('id', userId).update({ last_activity_at: at });
}

export async function setPasswordHash(trx: Transaction, userId: number, hash: string, at: Instant): Promise<void> {
  await update(trx, [userId], { password_hash: hash, password_set_at: at });
}

/** Nobody signs in with them any more. When they were set stays: it tells those who have to choose a new one from those who never had one. */
export async function forgetPasswords(trx: Transaction, userIds: number[]): Promise<void> {
  await update(trx, userIds, { password_hash: null });
}

/** Who has had their password the longest, of those who may come in by it. */
export async function findOldestPasswords(
  db: Reader,
  limit: number,
): Promise<{ id: number; name: string; passwordSetAt: Instant }[]> {
  return db('users')
    .where('password_set_at', '>', '')
    .where('activity', 'active')
    .whereNotNull('password_hash')
    .orderBy(['password_set_at', 'id'])
    .limit(limit)
    .select('id', 'name', 'password_set_at as passwordSetAt');
}

/** The same password under a stronger hash; nothing changed for anyone. */
export async function replacePasswordHash(
  trx: Transaction,
  userId: number,
  outdated: string,
  hash: string,
): Promise<void> {
  await trx('users').where({ id: userId, password_hash: outdated }).update({ password_hash: hash });
}

/** How they read moments, which is nobody else's matter and no change that the audit tells; null for what the browser says. */
export async function setTimes(
  trx: Transaction,
  userId: number,
  { zone, dateOrder }: { zone: string | null; dateOrder: DateStyle | null },
): Promise<void> {
  await trx('users').where('id', userId).update({ time_zone: zone, date_order: dateOrder });
}

/** As with the zone, it is nobody else's matter. */
export async function setTheme(trx: Transaction, userId: number, theme: string): Promise<void> {
  await trx('users').where('id', userId).update({ theme });
}

/** Whether somebody wants to be told by mail before they leave. */
export async function setToldOfLeaving(trx: Transaction, userId: number, isTold: boolean): Promise<void> {
  await trx('users').where('id', userId).update({ is_told_of_leaving: isTold });
}

/** Which columns they want of a list; undefined for the usual ones. As with the zone, it is nobody else's matter. */
export async function setListColumns(
  trx: Transaction,
  userId: number,
  list: string,
  columns: readonly string[] | undefined,
): Promise<void> {
  const { list_columns } = await trx('users').where('id', userId).first('list_columns');
  const chosen = { ...JSON.parse(list_columns ?? '{}'), [list]: columns };
  await trx('users')
    .where('id', userId)
    .update({ list_columns: JSON.stringify(chosen) });
}

/** The ids of the saved views that they have pinned, in their order. */
export async function findPins(db: Reader, userId: number): Promise<number[]> {
  const { pinned_views } = await db('users').where('id', userId).first('pinned_views');
  return JSON.parse(pinned_views ?? '[]');
}

export async function setPins(trx: Transaction, userId: number, viewIds: number[]): Promise<void> {
  await trx('users')
    .where('id', userId)
    .update({ pinned_views: JSON.stringify(viewIds) });
}

export async function findUserNames(db: Reader, ids: (number | null)[]): Promise<Map<number, string>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  return new Map((await selectNames(db, { ids: wanted })).map((row) => [row.id, row.name]));
}

const selectNames = prepared<{ ids: number[] }, { id: number; name: string }>((db, { ids }) =>
  whereIdIn(db('users'), 'id', ids).select('id', 'name'),
);

/** What is said of a name or an email that another user has. */
export function takenMessage(field: 'name' | 'email', text: string): string {
  return hasLookAlikes(text)
    ? `This ${field} looks like that of another user: some of its letters are of another alphabet.`
    : `Another user has this ${field} already.`;
}

type Columns = Record<string, unknown>;

/** A row as it is to be inserted, with the keys under which it must be the only one. */
export type NewRow = Columns & { [K in UniqueColumn]?: string | number | null };

/** What became of such a row: its id, or what of it is another's, by field. */
export type Inserted = { id: number; errors?: undefined } | { id?: undefined; errors: Errors };

/** Inserts those of these rows, in their order, of whom nothing is another's: the database is the judge. */
export async function insertUsers(trx: Transaction, rows: NewRow[]): Promise<Inserted[]> {
  const keyOf = (row: { name_key?: unknown; email_key?: unknown }) => JSON.stringify([row.name_key, row.email_key]);
  const made = new Map<string, number>();
  for (const some of pieces(rows)) {
    const inserted = await bulkInsertUnlessTaken<Pick<Row<'users'>, 'id' | 'name_key' | 'email_key'>>(
      trx,
      'users',
      some,
      ['id', 'name_key', 'email_key'],
    );
    for (const row of inserted) made.set(keyOf(row), row.id);
  }
  const ids = rows.map((row) => {
    const id = made.get(keyOf(row));
    // Whoever is called the same further down was refused.
    made.delete(keyOf(row));
    return id;
  });
  const takenOf = await takenAmong(
    trx,
    rows.filter((_, n) => ids[n] === undefined),
  );
  return ids.map((id, n) => (id === undefined ? { errors: takenOf(rows[n]) } : { id }));
}

/** What of these rows, all of which were refused, is another's. */
async function takenAmong(trx: Transaction, refused: NewRow[]): Promise<(row: NewRow) => Errors> {
  const taken = new Map<UniqueColumn, Set<unknown>>();
  for (const column of UNIQUE_COLUMNS) {
    const keys = refused.flatMap((row) => row[column] ?? []);
    const users = trx('users').modify(whereNotDeleted);
    taken.set(column, new Set(keys.length > 0 ? await whereIdIn(users, column, keys).pluck(column) : []));
  }
  return (row) =>
    Object.assign(
      {},
      ...UNIQUE_COLUMNS.filter((column) => taken.get(column)!.has(row[column])).map((column) =>
        takenError(column, row),
      ),
    );
}

/** Writes what differs of each, those of whom the same does at once. Throws FieldErrors where a name, email or contact is another's. */
export async function keepUsers(trx: Transaction, changes: { id: number; columns: Columns }[]): Promise<void> {
  for (const alike of Map.groupBy(changes, ({ columns }) => JSON.stringify(columns)).values()) {
    const { columns } = alike[0];
    await unlessTaken(columns, () => update(trx, idsOf(alike), columns));
  }
}

async function unlessTaken<T>(columns: Columns, write: () => PromiseLike<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const violated = violatedUnique(error);
    const column = UNIQUE_COLUMNS.find((one) => violated === `users.${one}`);
    if (column) throw new FieldErrors(takenError(column, columns));
    throw error;
  }
}

/** What is the only one among those who are not deleted. */
const UNIQUE_COLUMNS = ['name_key', 'email_key', 'contact_id'] as const;
type UniqueColumn = (typeof UNIQUE_COLUMNS)[number];

function takenError(column: UniqueColumn, { name, email }: Columns): Errors {
  if (column === 'name_key') return { name: takenMessage('name', String(name)) };
  if (column === 'email_key') return { email: takenMessage('email', String(email)) };
  return { contactId: 'Another user is linked to this contact already.' };
}

/** Whoever is linked to these contacts, deleted ones included, keeps what each is called now. */
export async function retellContacts(trx: Transaction, names: Map<number, LinkedName | null>): Promise<void> {
  const linked = whereIdIn(trx('users'), 'contact_id', [...names.keys()]);
  for (const { id, name, email, contact_id } of await linked.select('id', 'name', 'email', 'contact_id'))
    await trx('users')
      .where({ id })
      .update(nameColumns({ name, email }, names.get(contact_id) ?? null));
}

/** What becomes of each; what is deleted is remembered for when it comes back. */
export async function setActivity(
  trx: Transaction,
  users: Subject[],
  next: (user: Subject) => Activity,
): Promise<void> {
  const alike = Map.groupBy(users, (user) => `${user.activity} ${next(user)}`);
  for (const group of alike.values()) {
    const activity = next(group[0]);
    const from = group[0].activity;
    // Left out where it stays: naming it has the indexes over whoever is not deleted written anew.
    const crosses = (activity === 'deleted') !== (from === 'deleted');
    const change = { activity, ...(crosses && { deleted_from: activity === 'deleted' ? from : null }) };
    await update(trx, idsOf(group), change);
  }
}

/** What is left of somebody is this name, and when they came and went. */
export async function eraseUser(
  trx: Transaction,
  { id, deletedFrom, apiOnly }: Pick<User, 'id' | 'deletedFrom' | 'apiOnly'>,
  name: string,
  at: Instant,
): Promise<void> {
  const nobody = { name, email: null };
  await update(trx, [id], {
    ...nameColumns(nobody, null),
    ...keyColumns(nobody),
    ...NOTHING_LEFT,
    // A program has a reason; whose it was and when it was to be reviewed is nothing of a person's.
    api_only_reason: apiOnly ? 'erased' : null,
    activity: 'deleted',
    deleted_from: deletedFrom ?? 'active',
    erased_at: at,
  });
}

const NOTHING_LEFT = {
  password_hash: null,
  password_set_at: null,
  no_shared_data: false,
  starts_at: null,
  leaves_at: null,
  description: '',
  contact_id: null,
  last_login_at: null,
  last_activity_at: null,
  access_confirmed_at: null,
  access_confirmed_by: null,
  time_zone: null,
  theme: null,
  date_order: null,
  list_columns: null,
  pinned_views: null,
  confirmed_email: null,
};

/** Everybody who was erased, with when they were made: together with the id it tells them from others in another copy of the data. */
export async function findErased(db: Reader): Promise<{ id: number; createdAt: Instant; erasedAt: Instant }[]> {
  const erased = db('users').whereNotNull('erased_at').orderBy(['erased_at', 'id']);
  return erased.select('id', 'created_at as createdAt', 'erased_at as erasedAt');
}

/** Of these words those by which somebody else is known here by now. */
export async function findNamesInUse(db: Reader, words: string[]): Promise<Set<string>> {
  const keys = [...new Set(words.map(identityKey))];
  const inUse: string[] = [];
  for (const column of ['name_key', 'email_key'])
    inUse.push(...(await whereIdIn(db('users').modify(whereNotDeleted), column, keys).pluck(column)));
  const used = new Set(inUse);
  return new Set(words.filter((word) => used.has(identityKey(word))));
}

/** Somebody said that the access of these is still needed: no change of what their forms show. */
export async function confirmAccess(trx: Transaction, act: Pick<Act, 'by' | 'at'>, users: User[]): Promise<void> {
  const confirmed = { access_confirmed_at: act.at, access_confirmed_by: act.by.id };
  await whereIdIn(trx('users'), 'id', idsOf(users)).update(confirmed);
}

/** The emails that stand there are theirs. */
export async function confirmEmails(trx: Transaction, ids: number[]): Promise<void> {
  await whereIdIn(trx('users'), 'id', ids).update({ confirmed_email: null });
}

/** Takes a confirmation back: what was said before it, by whom, stands again. */
export async function restoreConfirmation(
  trx: Transaction,
  ids: number[],
  { at, by }: { at: Instant | null; by: number | null },
): Promise<void> {
  const confirmed = { access_confirmed_at: at, access_confirmed_by: by };
  await whereIdIn(trx('users'), 'id', ids).update(confirmed);
}

/** What their forms show is another by now, although it stands elsewhere. */
export async function outdate(trx: Transaction, userIds: number[]): Promise<void> {
  await whereIdIn(trx('users'), 'id', userIds).increment('version');
}

/** Forms that were opened before it are stale. */
async function update(trx: Transaction, ids: number[], change: object): Promise<void> {
  await whereIdIn(trx('users'), 'id', ids).update(change).increment('version');
}

function idsOf(users: { id: number }[]): number[] {
  return users.map((user) => user.id);
}
