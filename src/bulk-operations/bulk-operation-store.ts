import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import type { Act } from '../verbs/act.ts';
import { NotFound } from '../verbs/refusals.ts';
import type { BulkOperation, SubjectType, Tally } from './bulk-operation.ts';
import { forgetPieces, keepPieces } from './bulk-piece-store.ts';
import { forgetSchedule } from './schedule-store.ts';
import { NOTHING_YET } from './tally.ts';

export interface Draft {
  subjectType: SubjectType;
  action: string;
  ids: number[];
  /** Numbers that stand in the place of ids, of what makes its subjects or finds them by itself. */
  lines?: number[];
  choices?: BulkOperation['choices'];
  undoes?: number;
  partOf?: number;
  /** What is done with it, behind it, and belongs to it. */
  parts?: Omit<Draft, 'parts'>[];
  /** The list it was begun on; with what it showed where all of it were meant. */
  view?: Pick<BulkOperation, 'view' | 'shown' | 'shownChange' | 'frozenChange' | 'excepted'> &
    Partial<Pick<BulkOperation, 'movedByTime'>>;
}

/** Freezes the set, in the order of the ids, or of the lines as they are given. Nothing is done to anybody yet. */
export async function createDraft(trx: Transaction, act: Act, draft: Draft): Promise<number> {
  const [{ id }] = await trx('bulk_operations')
    .insert({
      subject_type: draft.subjectType,
      action: draft.action,
      choices: JSON.stringify(draft.choices ?? {}),
      created_by: act.by.id,
      created_at: act.at,
      address: act.address,
      channel: act.channel ?? 'copy',
      view: draft.view?.view,
      shown: draft.view?.shown,
      shown_change: draft.view?.shownChange,
      frozen_change: draft.view?.frozenChange,
      excepted: draft.view?.excepted,
      moved_by_time: draft.view?.movedByTime && JSON.stringify(draft.view.movedByTime),
      undoes: draft.undoes,
      part_of: draft.partOf,
      token_id: act.tokenId,
      size: (draft.lines ?? draft.ids).length,
    })
    .returning('id');
  await keepPieces(trx, id, draft);
  for (const part of draft.parts ?? []) await createDraft(trx, act, { ...part, partOf: id });
  return id;
}

/** The set of a draft is another from now on, and none of what a list shows any more. */
export async function keepSet(trx: Transaction, id: number, ids: number[]): Promise<void> {
  await forgetPieces(trx, [id]);
  await keepPieces(trx, id, { ids });
  const unseen = { shown: null, shown_change: null, frozen_change: null };
  await trx('bulk_operations')
    .where({ id })
    .update({ size: ids.length, tally: '{}', ...unseen });
}

/** Whoever acts answers from now on for what is left of it. */
export async function keepAuthor(trx: Transaction, operation: Authored, act: Act): Promise<void> {
  await trx('bulk_operations').where('id', operation.id).whereNull('finished_at').update(authorColumns(operation, act));
}

type Authored = Pick<BulkOperation, 'id' | 'createdBy' | 'begunBy'>;

function authorColumns({ createdBy, begunBy }: Authored, { by, at, address, tokenId }: Act) {
  const author = { created_by: by.id, address, token_id: tokenId ?? null };
  return createdBy === by.id ? author : { ...author, begun_by: begunBy ?? createdBy, taken_over_at: at };
}

/** Says what was asked for besides the action, of a draft. */
export async function keepChoices(trx: Transaction, id: number, choices: BulkOperation['choices']): Promise<void> {
  await trx('bulk_operations')
    .where({ id })
    .whereNull('executed_at')
    .update({ choices: JSON.stringify(choices), tally: '{}' });
}

/** Throws NotFound for an unknown one. */
export async function findOperation(db: Reader, id: number): Promise<BulkOperation> {
  const [row] = await selectById(db, { id });
  if (!row) throw new NotFound('There is no such operation.');
  return operationOf(row);
}

const selectById = prepared<{ id: number }, Row<'bulk_operations'>>((db, { id }) =>
  db('bulk_operations').where({ id }),
);

/** Of an operation, what says who may look at its report. */
export type KeptOperation = Pick<BulkOperation, 'id' | 'subjectType' | 'createdBy'>;

/** Those of these that are kept, and were executed. Without what was said of them, which may be a list of hundreds of people. */
export async function findKeptOperations(db: Reader, ids: number[]): Promise<KeptOperation[]> {
  const rows = await selectKept(db, { ids });
  return rows.map((row) => ({ id: row.id, subjectType: row.subject_type, createdBy: row.created_by }));
}

const selectKept = prepared<{ ids: number[] }, Pick<Row<'bulk_operations'>, 'id' | 'subject_type' | 'created_by'>>(
  (db, { ids }) =>
    whereIdIn(db('bulk_operations').whereNotNull('executed_at'), 'id', ids).select('id', 'subject_type', 'created_by'),
);

export interface ListedOperation extends BulkOperation {
  creator?: string;
  beginner?: string;
}

/** The newest operations that were executed on any of these types, older than one of them where it is given. */
export async function findExecuted(
  db: Reader,
  types: SubjectType[],
  limit: number,
  beforeId?: number,
): Promise<ListedOperation[]> {
  const query = db('bulk_operations')
    .leftJoin('users', 'users.id', 'bulk_operations.created_by')
    .leftJoin('users as beginners', 'beginners.id', 'bulk_operations.begun_by')
    .whereNotNull('executed_at')
    .whereNull('part_of')
    .where((is) => is.whereIn('subject_type', types).orWhereIn('bulk_operations.id', wholesWith(db, types)))
    .orderBy('bulk_operations.id', 'desc')
    .limit(limit)
    .select('bulk_operations.*', 'users.name as creator', 'beginners.name as beginner');
  if (beforeId !== undefined) query.where('bulk_operations.id', '<', beforeId);
  const rows: (Row<'bulk_operations'> & Record<'creator' | 'beginner', string | null>)[] = await query;
  return rows.map((row) => ({
    ...operationOf(row),
    creator: row.creator ?? undefined,
    beginner: row.beginner ?? undefined,
  }));
}

/** The newest operations on users that somebody began, and that ended. */
export async function findBegunBy(db: Reader, userId: number, limit: number): Promise<BulkOperation[]> {
  const rows: Row<'bulk_operations'>[] = await db('bulk_operations')
    .where({ created_by: userId, subject_type: 'user' })
    .whereNotNull('finished_at')
    .orderBy('id', 'desc')
    .limit(limit);
  return rows.map(operationOf);
}

/** Of any number of attempts to execute it one is told true (R65). It is not to be done later any more, and whoever does it answers for it. */
export async function claimOperation(trx: Transaction, operation: Authored, act: Act): Promise<boolean> {
  const { id } = operation;
  const claimed = await trx('bulk_operations')
    .where({ id })
    .whereNull('executed_at')
    .update({
      ...authorColumns(operation, act),
      executed_at: act.at,
      channel: act.channel ?? 'copy',
      tally: '{}',
    });
  if (claimed === 1) await forgetSchedule(trx, id);
  return claimed === 1;
}

/** How many it turned out to be, of one whose subjects were not there before it. */
export async function keepSize(trx: Transaction, id: number, size: number): Promise<void> {
  await trx('bulk_operations').where({ id }).update({ size });
}

export async function keepTally(trx: Transaction, id: number, tally: Tally): Promise<void> {
  await updateTally(trx, { id, tally: JSON.stringify(tally) });
}

const updateTally = prepared<{ id: number; tally: string }, never>((db, { id, tally }) =>
  db('bulk_operations').where({ id }).update({ tally }),
);

/** The same of a draft, unless it is none any more, or something else was chosen meanwhile. */
export async function keepJudged(trx: Transaction, { id, choices }: BulkOperation, tally: Tally): Promise<void> {
  await trx('bulk_operations')
    .where({ id, choices: JSON.stringify(choices) })
    .whereNull('executed_at')
    .update({ tally: JSON.stringify(tally) });
}

/** What is left of its set is let go. */
export async function finishOperation(trx: Transaction, id: number, at: Instant): Promise<void> {
  await trx('bulk_operations').where({ id }).update({ finished_at: at, paused_at: null, paused_for: '' });
  await forgetPieces(trx, [id]);
}

/** Whether it was running till now. */
export async function pauseOperation(trx: Transaction, id: number, at: Instant, why: string): Promise<boolean> {
  const paused = await underWay(trx).where({ id }).whereNull('paused_at').update({ paused_at: at, paused_for: why });
  return paused === 1;
}

/** Whether it was paused till now. */
export async function resumeOperation(trx: Transaction, id: number): Promise<boolean> {
  const resumed = await underWay(trx)
    .where({ id })
    .whereNotNull('paused_at')
    .update({ paused_at: null, paused_for: '' });
  return resumed === 1;
}

/** What is done stays; whether it was under way till now. */
export async function cancelOperation(trx: Transaction, id: number, at: Instant): Promise<boolean> {
  const cancelled = await underWay(trx).where({ id }).update({ cancelled_at: at });
  if (cancelled === 1) await finishOperation(trx, id, at);
  return cancelled === 1;
}

/** Whatever acts by itself waits, after a restore, until somebody has seen it. */
export async function pauseAll(trx: Transaction, at: Instant, why: string): Promise<void> {
  await underWay(trx).whereNull('paused_at').update({ paused_at: at, paused_for: why });
}

/** Those that were begun and have not ended, in the order of their beginning; paused ones among them. */
export async function findUnderWay(db: Reader): Promise<BulkOperation[]> {
  const rows: Row<'bulk_operations'>[] = await underWay(db).orderBy('executed_at').orderBy('id');
  return rows.map(operationOf);
}

/** Large drafts of which it is not known yet what they would come to. */
export async function findUnjudged(db: Reader, atOnce: number): Promise<BulkOperation[]> {
  const rows: Row<'bulk_operations'>[] = await db('bulk_operations')
    .whereNull('executed_at')
    .where('size', '>', atOnce)
    .orderBy('id', 'desc');
  return rows.map(operationOf).filter(({ tally, size }) => tally.judged < size);
}

/** Where the feed of users stood when the oldest list was shown of which there is a draft. */
export async function findOldestShown(db: Reader, subjectType: SubjectType): Promise<number | undefined> {
  const drafts = db('bulk_operations').whereNull('executed_at').where('subject_type', subjectType);
  const [{ change }]: { change: number | null }[] = await drafts.min('shown_change as change');
  return change ?? undefined;
}

/** By operation, which one it takes back, of those that were executed after that one. */
export async function findUndoings(db: Reader, sinceId: number): Promise<Map<number, number>> {
  const rows: { id: number; undoes: number }[] = await db('bulk_operations')
    .where('id', '>', sinceId)
    .whereNotNull('undoes')
    .whereNotNull('executed_at')
    .select('id', 'undoes');
  return new Map(rows.map(({ id, undoes }) => [id, undoes]));
}

export async function forgetDraft(trx: Transaction, id: number): Promise<void> {
  const parts: number[] = await trx('bulk_operations').where('part_of', id).pluck('id');
  await forgetPieces(trx, [id, ...parts]);
  await trx('bulk_operations')
    .whereIn('id', [id, ...parts])
    .whereNull('executed_at')
    .delete();
}

/** Drafts that nobody executed within a day, and that are not to be done later, are forgotten. */
export async function pruneDrafts(trx: Transaction, before: Instant): Promise<void> {
  const forgotten = trx('bulk_operations')
    .whereNull('executed_at')
    .where('created_at', '<', before)
    .whereNotIn('id', trx('scheduled_operations').select('operation_id'));
  await forgetPieces(trx, await forgotten.clone().pluck('id'));
  await forgotten.delete();
}

/** The first operation that ended before that. */
export async function findEndedBefore(db: Reader, before: Instant): Promise<number | undefined> {
  return (await db('bulk_operations').where('finished_at', '<', before).orderBy('id').first('id'))?.id;
}

/** It is kept no longer, and no more said to be taken back by another one; what belonged to it is forgotten next. */
export async function forgetOperation(trx: Transaction, id: number): Promise<void> {
  await trx('bulk_operations').where('undoes', id).update({ undoes: null });
  await trx('bulk_operations').where('part_of', id).update({ part_of: null });
  await trx('bulk_operations').where({ id }).delete();
}

/** Those to which something belongs that was done to one of these types. */
function wholesWith(db: Reader, types: SubjectType[]) {
  return db('bulk_operations').whereNotNull('part_of').whereIn('subject_type', types).select('part_of');
}

function underWay(db: Reader) {
  return db('bulk_operations').whereNotNull('executed_at').whereNull('finished_at');
}

export function operationOf(row: Row<'bulk_operations'>): BulkOperation {
  return {
    id: row.id,
    subjectType: row.subject_type,
    action: row.action,
    choices: JSON.parse(row.choices),
    createdBy: row.created_by,
    begunBy: row.begun_by,
    takenOverAt: row.taken_over_at,
    createdAt: row.created_at,
    tokenId: row.token_id,
    view: row.view,
    shown: row.shown,
    shownChange: row.shown_change,
    frozenChange: row.frozen_change,
    excepted: row.excepted,
    movedByTime: row.moved_by_time === null ? { joined: [], left: [] } : JSON.parse(row.moved_by_time),
    undoes: row.undoes,
    partOf: row.part_of,
    channel: row.channel,
    address: row.address,
    size: row.size,
    tally: { ...NOTHING_YET, ...JSON.parse(row.tally) },
    executedAt: row.executed_at,
    pausedAt: row.paused_at,
    pausedFor: row.paused_for,
    cancelledAt: row.cancelled_at,
    finishedAt: row.finished_at,
  };
}
