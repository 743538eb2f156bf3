import type { Activity } from '../access/activity.ts';
import { findPotentialRights } from '../access/granted-rights.ts';
import { NO_RIGHTS } from '../access/rights.ts';
import type { Instant } from '../clock.ts';
import { bulkInsertUnlessTaken } from '../db/bulk-insert.ts';
import { whereNotDeleted } from '../db/conditions.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { pieces, whereIdIn } from '../db/ids.ts';
import { prepared, preparedInForms } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import type { Errors } from '../forms/form.ts';
import type { DateStyle } from '../text/format.ts';
import type { Act } from '../verbs/act.ts';
import { NotFound } from '../verbs/refusals.ts';
import type { Subject, User } from './user.ts';
import { keyColumns, type LinkedName, nameColumns } from './user-columns.ts';
import { type Found, selectUsers, userOf } from './user-row.ts';
import { type Columns, type NewRow, takenAmong, unlessTaken } from './user-uniqueness.ts';

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
  // They were read for this alone; a copy of so many columns would take as long as to read them.
  return users.map((user) =>
    Object.assign(user, {
      rights: rights.get(user.id) ?? NO_RIGHTS,
      hasSession: signedIn.has(user.id),
      hasPasskey: withPasskey.has(user.id),
    }),
  );
}

export async function findSubject(db: Reader, id: number, now: Instant): Promise<Subject> {
  const [subject] = await findSubjects(db, [id], now);
  return subject;
}

export async function findUserNames(db: Reader, ids: (number | null)[]): Promise<Map<number, string>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  return new Map((await selectNames(db, { ids: wanted })).map((row) => [row.id, row.name]));
}

const selectNames = prepared<{ ids: number[] }, { id: number; name: string }>((db, { ids }) =>
  whereIdIn(db('users'), 'id', ids).select('id', 'name'),
);

/** Who is linked to this contact, deleted ones left out. */
export async function findLinkedUser(db: Reader, contactId: number): Promise<number | undefined> {
  const query = db('users').where('contact_id', contactId).modify(whereNotDeleted);
  return (await query.first('id'))?.id;
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

/** Everybody who was erased, with when they were made: together with the id it tells them from others in another copy of the data. */
export async function findErased(db: Reader): Promise<{ id: number; createdAt: Instant; erasedAt: Instant }[]> {
  const erased = db('users').whereNotNull('erased_at').orderBy(['erased_at', 'id']);
  return erased.select('id', 'created_at as createdAt', 'erased_at as erasedAt');
}

/** The ids of the saved views that they have pinned, in their order. */
export async function findPins(db: Reader, userId: number): Promise<number[]> {
  const { pinned_views } = await db('users').where('id', userId).first('pinned_views');
  return JSON.parse(pinned_views ?? '[]');
}

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

/** Writes what differs of each, those of whom the same does at once. Throws FieldErrors where a name, email or contact is another's. */
export async function keepUsers(trx: Transaction, changes: { id: number; columns: Columns }[]): Promise<void> {
  for (const alike of Map.groupBy(changes, ({ columns }) => JSON.stringify(columns)).values()) {
    const { columns } = alike[0];
    await unlessTaken(columns, () => update(trx, idsOf(alike), columns));
  }
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

/** Whoever is linked to these contacts, deleted ones included, keeps what each is called now. */
export async function retellContacts(trx: Transaction, names: Map<number, LinkedName | null>): Promise<void> {
  const linked = whereIdIn(trx('users'), 'contact_id', [...names.keys()]);
  for (const { id, name, email, contact_id } of await linked.select('id', 'name', 'email', 'contact_id'))
    await trx('users')
      .where({ id })
      .update(nameColumns({ name, email }, names.get(contact_id) ?? null));
}

/** Somebody said that the access of these is still needed: no change of what their forms show. */
export async function confirmAccess(trx: Transaction, act: Pick<Act, 'by' | 'at'>, users: User[]): Promise<void> {
  const confirmed = { access_confirmed_at: act.at, access_confirmed_by: act.by.id };
  await whereIdIn(trx('users'), 'id', idsOf(users)).update(confirmed);
}

/** When the access of somebody was confirmed, and by whom. */
export interface Confirmation {
  at: Instant | null;
  by: number | null;
}

/** Takes confirmations back: what was said before them of each, by whom, stands again. */
export async function restoreConfirmations(trx: Transaction, before: ReadonlyMap<number, Confirmation>): Promise<void> {
  for (const alike of Map.groupBy(before, ([, confirmed]) => JSON.stringify(confirmed)).values())
    await updateConfirmation(trx, { ids: alike.map(([id]) => id), ...alike[0][1] });
}

const updateConfirmation = prepared<Confirmation & { ids: number[] }, never>((db, { ids, at, by }) =>
  whereIdIn(db('users'), 'id', ids).update({ access_confirmed_at: at, access_confirmed_by: by }),
);

/** The emails that stand there are theirs. */
export async function confirmEmails(trx: Transaction, ids: number[]): Promise<void> {
  await whereIdIn(trx('users'), 'id', ids).update({ confirmed_email: null });
}

/** What their forms show is another by now, although it stands elsewhere. */
export async function outdate(trx: Transaction, userIds: number[]): Promise<void> {
  await whereIdIn(trx('users'), 'id', userIds).increment('version');
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

export async function setPasswordHash(trx: Transaction, userId: number, hash: string, at: Instant): Promise<void> {
  await update(trx, [userId], { password_hash: hash, password_set_at: at });
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

/** Nobody signs in with them any more. When they were set stays: it tells those who have to choose a new one from those who never had one. */
export async function forgetPasswords(trx: Transaction, userIds: number[]): Promise<void> {
  await update(trx, userIds, { password_hash: null });
}

/** The user came in, which is no change that the audit tells. */
export async function noteLogin(trx: Transaction, userId: number, at: Instant): Promise<void> {
  await trx('users').where('id', userId).update({ last_login_at: at, last_activity_at: at });
}

/** Somebody signed in was seen again, which is no change that the audit tells. */
export async function noteActivity(trx: Transaction, userId: number, at: Instant): Promise<void> {
  await trx('users').where('id', userId).update({ last_activity_at: at });
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

export async function setPins(trx: Transaction, userId: number, viewIds: number[]): Promise<void> {
  await trx('users')
    .where('id', userId)
    .update({ pinned_views: JSON.stringify(viewIds) });
}

/** Forms that were opened before it are stale. */
async function update(trx: Transaction, ids: number[], change: object): Promise<void> {
  await updateColumns(trx, { columns: Object.keys(change) }, { ...change, ids });
}

/** By their names. */
type Values = Record<string, unknown> & { ids: number[] };

const updateColumns = preparedInForms<{ columns: string[] }, Values, never>((db, { columns }, values) =>
  whereIdIn(db('users'), 'id', values.ids)
    .update(Object.fromEntries(columns.map((column) => [column, values[column]])))
    .increment('version'),
);

function idsOf(users: { id: number }[]): number[] {
  return users.map((user) => user.id);
}
