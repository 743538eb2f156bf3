import type { Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import type { Row } from '../db/tables.ts';
import type { Act } from '../verbs/act.ts';
import { NotFound } from '../verbs/refusals.ts';
import type { ImportKindName } from './columns.ts';
import type { RawLine } from './file-reader.ts';
import { type Import, type ImportChoices, type ImportCounts, NO_COUNTS } from './import.ts';

export async function createImport(
  trx: Transaction,
  act: Act,
  { kind, name }: { kind: ImportKindName; name: string },
): Promise<number> {
  const [{ id }] = await trx('imports')
    .insert({ kind, file_name: name, created_by: act.by.id, created_at: act.at, state: 'reading' })
    .returning('id');
  return id;
}

export async function keepLines(trx: Transaction, id: number, piece: number, lines: RawLine[]): Promise<void> {
  const cells = lines.map(({ line, cells }) => [line, ...cells]);
  await trx('import_lines').insert({ import_id: id, piece, lines: JSON.stringify(cells) });
}

/** All of its lines are there. Throws NotFound where it was forgotten meanwhile. */
export async function endReading(
  trx: Transaction,
  id: number,
  { heads, separator, ...numbers }: { heads: string[]; separator?: string; lines: number; pieces: number },
): Promise<void> {
  const read = { ...numbers, heads: JSON.stringify(heads), choices: JSON.stringify({ separator }) };
  const ended = await trx('imports')
    .where({ id, state: 'reading' })
    .update({ ...read, state: 'read' });
  if (ended === 0) throw new NotFound('It took so long to take in the file that it was given up. Import it in parts.');
}

/** The lines of one piece. */
export async function findLines(db: Reader, id: number, piece: number): Promise<RawLine[]> {
  const row = await db('import_lines').where({ import_id: id, piece }).first('lines');
  const lines: [number, ...RawLine['cells']][] = JSON.parse(row?.lines ?? '[]');
  return lines.map(([line, ...cells]) => ({ line, cells }));
}

/** Throws NotFound for an unknown one. */
export async function findImport(db: Reader, id: number): Promise<Import> {
  const row = await db('imports').where({ id }).first();
  if (!row) throw new NotFound('There is no such import. A file that nobody imports is kept for a day.');
  return importOf(row);
}

/** Whose lines are in, the newest first. */
export async function findImportsOf(
  db: Reader,
  { userId, kind }: { userId: number; kind: ImportKindName },
  limit: number,
): Promise<Import[]> {
  const query = db('imports').where({ kind, created_by: userId }).whereNot('state', 'reading');
  return (await query.orderBy('id', 'desc').limit(limit)).map(importOf);
}

/** The one that waits longest for its dry run. */
export async function findPlanning(db: Reader): Promise<Import | undefined> {
  const row = await db('imports').where('state', 'planning').orderBy('id').first();
  return row && importOf(row);
}

/** Says what its columns mean; whatever was found out before is forgotten. Whether it could still be said. */
export async function beginPlanning(trx: Transaction, id: number, choices: ImportChoices): Promise<boolean> {
  const row = await trx('imports').where({ id }).first('choices');
  const { separator } = JSON.parse(row?.choices ?? '{}');
  const said = JSON.stringify({ ...choices, separator });
  const begun = await trx('imports')
    .where({ id })
    .whereIn('state', ['read', 'planned', 'planning'])
    .update({ state: 'planning', choices: said, counts: '{}', done: 0, problem: '' });
  if (begun === 1) await trx('import_keys').where('import_id', id).delete();
  return begun === 1;
}

/** Whether nobody else went through this piece meanwhile: then it counts as done. */
export async function takePiece(trx: Transaction, { id, done }: Import): Promise<boolean> {
  const taken = await trx('imports')
    .where({ id, done, state: 'planning' })
    .update({ done: done + 1 });
  return taken === 1;
}

export async function keepCounts(trx: Transaction, id: number, counts: ImportCounts): Promise<void> {
  await trx('imports')
    .where({ id })
    .update({ counts: JSON.stringify(counts) });
}

export async function endPlanning(trx: Transaction, id: number): Promise<void> {
  await trx('imports').where({ id, state: 'planning' }).update({ state: 'planned' });
}

/** It cannot be found out what it comes to. */
export async function stopPlanning(trx: Transaction, id: number, problem: string): Promise<void> {
  await trx('imports').where({ id, state: 'planning' }).update({ state: 'read', done: 0, problem });
}

/** Of any number of attempts to apply it one is told true. */
export async function claimImport(trx: Transaction, id: number): Promise<boolean> {
  return (await trx('imports').where({ id, state: 'planned' }).update({ state: 'applied' })) === 1;
}

/** By which operation it is done. */
export async function keepOperationId(trx: Transaction, id: number, operationId: number): Promise<void> {
  await trx('imports').where({ id }).update({ operation_id: operationId });
}

/** Those of these keys that several lines have, with the first of these lines. */
export async function findShared(db: Reader, id: number, keys: string[]): Promise<Map<string, string>> {
  const query = db('import_keys').where('import_id', id).where('times', '>', 1).select('key', 'lines');
  const rows: { key: string; lines: string }[] = await whereIdIn(query, 'key', keys);
  return new Map(rows.map(({ key, lines }) => [key, lines]));
}

/** How many lines have each of these keys that any has. */
export async function countLines(db: Reader, id: number, keys: string[]): Promise<Map<string, number>> {
  const query = db('import_keys').where('import_id', id).select('key', 'times');
  const rows: { key: string; times: number }[] = await whereIdIn(query, 'key', keys);
  return new Map(rows.map(({ key, times }) => [key, Number(times)]));
}

/** One that began before that, and that nobody needs any more; those that were applied are kept longer, those of which the lines never came in less long. */
export async function findForgettable(
  db: Reader,
  { before, appliedBefore, readingBefore }: Record<'before' | 'appliedBefore' | 'readingBefore', Instant>,
): Promise<number | undefined> {
  const row = await db('imports')
    .where((query) => query.whereNot('state', 'applied').where('created_at', '<', before))
    .orWhere((query) => query.where('state', 'reading').where('created_at', '<', readingBefore))
    .orWhere((query) => query.where('state', 'applied').where('created_at', '<', appliedBefore))
    .orderBy('id')
    .first('id');
  return row?.id;
}

/** Forgets some of its lines; whether there was nothing left of them. */
export async function forgetLines(trx: Transaction, id: number, limit: number): Promise<boolean> {
  const lines = () => trx('import_lines').where('import_id', id);
  const pieces = await lines()
    .whereIn(
      'piece',
      lines()
        .limit(Math.ceil(limit / 500))
        .select('piece'),
    )
    .delete();
  const keys = () => trx('import_keys').where('import_id', id);
  const deleted = await keys().whereIn('key', keys().limit(limit).select('key')).delete();
  return pieces + deleted === 0;
}

export async function forgetImport(trx: Transaction, id: number): Promise<void> {
  await trx('imports').where({ id }).delete();
}

function importOf(row: Row<'imports'>): Import {
  // What stands in the file by itself is kept beside what was said of it.
  const { separator = ',', ...choices }: { separator?: string } & Partial<ImportChoices> = JSON.parse(row.choices);
  return {
    id: row.id,
    kind: row.kind,
    fileName: row.file_name,
    createdBy: row.created_by,
    createdAt: row.created_at,
    state: row.state,
    heads: JSON.parse(row.heads),
    separator,
    lines: row.lines,
    pieces: row.pieces,
    done: row.done,
    choices: 'by' in choices ? (choices as ImportChoices) : undefined,
    counts: { ...NO_COUNTS, ...JSON.parse(row.counts) },
    problem: row.problem,
    operationId: row.operation_id,
  };
}
