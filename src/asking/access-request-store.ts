import type { Knex } from 'knex';
import { DAY, type Instant, instant } from '../clock.ts';
import { type Lately, whereLately } from '../db/conditions.ts';
import { type Reader, type Transaction, violatedUnique } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { preparedInForms } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { FieldErrors } from '../forms/form.ts';
import type { AccessRequest, Answer, Asked } from './access-request.ts';

/** So long what was answered is shown; the audit keeps it. */
const KEPT = 180 * DAY;

type Found = Row<'access_requests'> & { user_name: string };

/**
 * Open ones of active users, those that were asked first before the others; not those of one user, and where groups are said only what
 * asks for one of these, or for a right.
 */
export async function findOpenRequests(
  db: Reader,
  { exceptOf, groupIds }: { exceptOf: number | null; groupIds?: number[] },
  limit: number,
): Promise<AccessRequest[]> {
  const form = { exceptsOne: exceptOf !== null, isOfSome: groupIds !== undefined };
  return (await selectOpen(db, form, { exceptOf, groupIds: groupIds ?? [], limit })).map(requestOf);
}

type OpenForm = { exceptsOne: boolean; isOfSome: boolean };
type OpenValues = { exceptOf: number | null; groupIds: number[]; limit: number };

const selectOpen = preparedInForms<OpenForm, OpenValues, Found>((db, form, { exceptOf, groupIds, limit }) => {
  const open = selectRequests(db).where('answer', '').where('users.activity', 'active');
  if (form.exceptsOne) open.whereNot('user_id', exceptOf);
  if (form.isOfSome) open.where((either) => whereIdIn(either, 'group_id', groupIds).orWhereNot('level', ''));
  return open.orderBy(['asked_at', 'access_requests.id']).limit(limit);
});

/** What somebody asked for, the newest first: the open ones, and so many in all. */
export async function findOwnRequests(db: Reader, userId: number, limit: number): Promise<AccessRequest[]> {
  const own = selectRequests(db).where('user_id', userId).orderBy('access_requests.id', 'desc');
  return (await own.limit(limit)).map(requestOf);
}

export async function findRequest(db: Reader, id: number): Promise<AccessRequest | undefined> {
  const row = await selectRequests(db).where('access_requests.id', id).first();
  return row && requestOf(row);
}

/** How many of somebody are open, and how many they asked so lately. */
export async function countRequests(
  db: Reader,
  userId: number,
  lately: Lately,
): Promise<{ open: number; lately: number }> {
  const of = (query: Knex.QueryBuilder) => query.count('* as number').first();
  const open = await of(db('access_requests').where({ user_id: userId, answer: '' }));
  const asked = await of(whereLately(db('access_requests').where('user_id', userId), 'asked_at', lately));
  return { open: Number(open.number), lately: Number(asked.number) };
}

/** Returns the id. Throws FieldErrors where the same is asked for already. */
export async function insertRequest(
  trx: Transaction,
  {
    userId,
    asked,
    reason,
    untilAt,
    askedAt,
  }: Pick<AccessRequest, 'userId' | 'asked' | 'reason' | 'untilAt' | 'askedAt'>,
): Promise<number> {
  const columns = 'groupId' in asked ? { group_id: asked.groupId } : asked;
  try {
    const [{ id }] = await trx('access_requests')
      .insert({ user_id: userId, ...columns, reason, until_at: untilAt, asked_at: askedAt })
      .returning('id');
    return id;
  } catch (error) {
    if (violatedUnique(error)) throw new FieldErrors({ asked: 'You have asked for this already.' });
    throw error;
  }
}

/** Answers it unless somebody did: whoever is first wins. */
export async function answerRequest(
  trx: Transaction,
  id: number,
  answered: { answer: Answer; at: Instant; by: number | null; words?: string; givenGroupId?: number },
): Promise<boolean> {
  const columns = {
    answer: answered.answer,
    answered_at: answered.at,
    answered_by: answered.by,
    words: answered.words ?? '',
    given_group_id: answered.givenGroupId ?? null,
  };
  return (await trx('access_requests').where({ id, answer: '' }).update(columns)) === 1;
}

/** Answered ones are forgotten after a while. */
export async function pruneRequests(trx: Transaction, now: number): Promise<void> {
  await trx('access_requests')
    .whereNot('answer', '')
    .where('answered_at', '<', instant(now - KEPT))
    .delete();
}

function selectRequests(db: Reader): Knex.QueryBuilder<Found, Found[]> {
  return db('access_requests')
    .join('users', 'users.id', 'access_requests.user_id')
    .select('access_requests.*', 'users.name as user_name');
}

function requestOf(row: Found): AccessRequest {
  const asked: Asked =
    row.level === '' ? { groupId: row.group_id! } : { application: row.application, level: row.level };
  return {
    id: row.id,
    userId: row.user_id,
    userName: row.user_name,
    asked,
    reason: row.reason,
    untilAt: row.until_at,
    askedAt: row.asked_at,
    answer: row.answer || null,
    answeredAt: row.answered_at,
    answeredBy: row.answered_by,
    words: row.words,
    givenGroupId: row.given_group_id,
  };
}
