import type { Knex } from 'knex';
import type { Activity } from '../access/activity.ts';
import type { Day, Instant } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { identityKey } from '../text/identity-key.ts';
import { USER_KIND } from './attribute.ts';
import { type Resource, searchedValues } from './resource.ts';

/** A user whom a program keeps here, with what it says of them and what stands in their record. */
export interface ProvisionedUser {
  userId: number;
  provisionerId: number;
  userName: string;
  externalId: string | null;
  /** All that it says besides, as it said it. */
  attributes: Resource;
  /** They were here before, and the program has said nothing of them yet. */
  isNewHere: boolean;
  /** When the program deleted them. */
  endedAt: Instant | null;
  createdAt: Instant;
  modifiedAt: Instant;
  version: number;
  activity: Activity;
  user: {
    name: string;
    email: string | null;
    noSharedData: boolean;
    startsAt: Instant | null;
    leavesAt: Instant | null;
    apiOnly: boolean;
    apiOnlyReason: string | null;
    /** Who answers for it. */
    apiOnlyOwner: { id: number; name: string } | null;
    apiOnlyReviewOn: Day | null;
    version: number;
  };
}

type Found = Row<'provisioned_users'> &
  Pick<Row<'users'>, (typeof RECORD)[number]> & { user_version: number; owner_name: string | null };

/** What SCIM tells of the record itself. */
const RECORD = [
  'name',
  'email',
  'no_shared_data',
  'starts_at',
  'leaves_at',
  'api_only',
  'api_only_reason',
  'api_only_owner_id',
  'api_only_review_on',
] as const;

function selectProvisioned(db: Reader): Knex.QueryBuilder<Found, Found[]> {
  return db('provisioned_users')
    .join('users', 'users.id', 'provisioned_users.user_id')
    .leftJoin('users as owners', 'owners.id', 'users.api_only_owner_id')
    .select(
      'provisioned_users.*',
      ...RECORD.map((column) => `users.${column}`),
      'users.version as user_version',
      'owners.name as owner_name',
    );
}

const selectByIds = prepared<{ ids: number[] }, Found>((db, { ids }) =>
  whereIdIn(selectProvisioned(db), 'provisioned_users.user_id', ids),
);

/** In the order of the ids, whoever keeps them; who is kept by nobody is left out. */
export async function findProvisioned(db: Reader, ids: number[]): Promise<ProvisionedUser[]> {
  const byId = new Map((await selectByIds(db, { ids })).map((row) => [row.user_id, provisionedOf(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** All that this program calls so, those who are deleted included; the newest first. */
export async function findByExternalId(
  db: Reader,
  provisionerId: number,
  externalId: string,
): Promise<ProvisionedUser[]> {
  const rows = await selectProvisioned(db)
    .where('provisioned_users.provisioner_id', provisionerId)
    .where('provisioned_users.external_id', externalId)
    .orderBy('provisioned_users.user_id', 'desc');
  return rows.map(provisionedOf);
}

/** Who of this program's is called so, and is not deleted. */
export async function findByUserName(
  db: Reader,
  provisionerId: number,
  userName: string,
): Promise<ProvisionedUser | undefined> {
  const row = await selectProvisioned(db)
    .where('provisioned_users.provisioner_id', provisionerId)
    .where('provisioned_users.user_name_key', identityKey(userName))
    .whereNot('provisioned_users.activity', 'deleted')
    .first();
  return row && provisionedOf(row);
}

/** Of these users, those whom this program keeps, those who are deleted included. */
export async function findKept(db: Reader, provisionerId: number, userIds: number[]): Promise<Set<number>> {
  const rows = whereIdIn(db('provisioned_users').where({ provisioner_id: provisionerId }), 'user_id', userIds);
  return new Set(await rows.pluck('user_id'));
}

/** Those of these whom any program keeps. */
export async function findKeptByAny(db: Reader, userIds: number[]): Promise<Set<number>> {
  return new Set(await whereIdIn(db('provisioned_users'), 'user_id', userIds).pluck('user_id'));
}

/** How many of a program's users are what, and how often anything of them changed: what was counted before holds until it does. */
export interface Counts extends Record<Activity, number> {
  changes: number;
}

/** Triggers keep count. */
export async function countProvisioned(db: Reader, provisionerId: number): Promise<Counts> {
  const counts: Counts = { active: 0, deactivated: 0, deleted: 0, changes: 0 };
  for (const { activity, number } of await selectCounts(db, { provisionerId })) counts[activity] = Number(number);
  return counts;
}

const selectCounts = prepared<{ provisionerId: number }, { activity: keyof Counts; number: number }>(
  (db, { provisionerId }) =>
    db('provisioned_counts').where({ provisioner_id: provisionerId }).select('activity', 'number'),
);

/** The programs that keep anybody here. */
export async function findProvisionerIds(db: Reader): Promise<number[]> {
  return db('provisioned_counts').distinct('provisioner_id').orderBy('provisioner_id').pluck('provisioner_id');
}

/** What a program says of a user, to be kept. */
export interface Told {
  userName: string;
  externalId: string | null;
  attributes: Resource;
}

export async function insertProvisioned(
  trx: Transaction,
  {
    userId,
    provisionerId,
    activity,
    isNewHere,
  }: Pick<ProvisionedUser, 'userId' | 'provisionerId' | 'activity' | 'isNewHere'>,
  told: Told,
  at: Instant,
): Promise<void> {
  await trx('provisioned_users').where({ user_id: userId }).delete();
  await trx('provisioned_users').insert({
    user_id: userId,
    provisioner_id: provisionerId,
    ...columnsOf(told),
    activity,
    is_new_here: isNewHere,
    created_at: at,
    modified_at: at,
  });
  await keepValues(trx, { userId, provisionerId }, told);
}

/** Writes what it says of them now: they are no more new here, and not deleted by it. */
export async function keepTold(
  trx: Transaction,
  { userId, provisionerId }: Pick<ProvisionedUser, 'userId' | 'provisionerId'>,
  told: Told,
  at: Instant,
): Promise<void> {
  await trx('provisioned_users')
    .where({ user_id: userId })
    .update({ ...columnsOf(told), is_new_here: false, ended_at: null, modified_at: at })
    .increment('version');
  await keepValues(trx, { userId, provisionerId }, told);
}

/** The program deleted them. */
export async function noteEnd(trx: Transaction, userId: number, at: Instant): Promise<void> {
  await trx('provisioned_users')
    .where({ user_id: userId })
    .update({ ended_at: at, modified_at: at })
    .increment('version');
}

async function keepValues(
  trx: Transaction,
  { userId, provisionerId }: Pick<ProvisionedUser, 'userId' | 'provisionerId'>,
  { attributes }: Told,
): Promise<void> {
  await trx('provisioned_values').where({ user_id: userId }).delete();
  const owner = { user_id: userId, provisioner_id: provisionerId };
  const values = searchedValues(USER_KIND, attributes).map((one) => ({ ...owner, ...one }));
  await bulkInsert(trx, 'provisioned_values', values);
}

function columnsOf({ userName, externalId, attributes }: Told) {
  return {
    user_name: userName,
    user_name_key: identityKey(userName),
    external_id: externalId,
    attributes: JSON.stringify(attributes),
  };
}

function provisionedOf(row: Found): ProvisionedUser {
  return {
    userId: row.user_id,
    provisionerId: row.provisioner_id,
    userName: row.user_name,
    externalId: row.external_id,
    attributes: JSON.parse(row.attributes),
    isNewHere: Boolean(row.is_new_here),
    endedAt: row.ended_at,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
    version: row.version,
    activity: row.activity,
    user: {
      name: row.name,
      email: row.email,
      noSharedData: Boolean(row.no_shared_data),
      startsAt: row.starts_at,
      leavesAt: row.leaves_at,
      apiOnly: Boolean(row.api_only),
      apiOnlyReason: row.api_only_reason,
      apiOnlyOwner: row.owner_name === null ? null : { id: row.api_only_owner_id!, name: row.owner_name },
      apiOnlyReviewOn: row.api_only_review_on,
      version: row.user_version,
    },
  };
}
