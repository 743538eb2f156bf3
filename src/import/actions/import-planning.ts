import type { Preparation } from '../../bulk-operations/preparation.ts';
import type { Database, Reader } from '../../db/database.ts';
import { countOccurrences } from '../../db/occurrences.ts';
import { giveWay } from '../../process/giving-way.ts';
import type { Judge } from '../../verbs/action.ts';
import { COLUMNS } from '../columns.ts';
import type { Import, ImportChoices, ImportCounts } from '../import.ts';
import { keepPlanned } from '../import-plan-store.ts';
import {
  countLines,
  endPlanning,
  findImport,
  findLines,
  findPlanning,
  findShared,
  keepCounts,
  stopPlanning,
  takePiece,
} from '../import-store.ts';
import { importedRow } from '../imported-row.ts';
import type { Planned } from './import-kind.ts';
import { KINDS } from './import-kinds.ts';

/** The dry run that is next, for the worker that goes through large sets. */
export async function nextImport(db: Database): Promise<Preparation | undefined> {
  const found = await findPlanning(db.read);
  if (!found) return undefined;
  return {
    createdBy: found.createdBy,
    application: KINDS[found.kind].application,
    goOn: (by, until) => planOn(db, by, found.id, until),
    giveUp: (problem) => db.write((trx) => stopPlanning(trx, found.id, problem)),
  };
}

/**
 * Finds out, piece by piece until that moment, what the lines of a file come to: first which of them mean the same, then what each would
 * change. What was found out is kept with how far it has come. Two who do it at once only do it twice.
 */
export async function planOn(db: Database, by: Judge, id: number, until: number): Promise<void> {
  do {
    const one = await findImport(db.read, id);
    if (one.state !== 'planning' || !one.choices) return;
    if (one.done < one.pieces) await lookForShared(db, by, one, one.choices);
    else await planPiece(db, by, one, one.choices);
    await giveWay();
  } while (performance.now() < until);
}

async function lookForShared(db: Database, by: Judge, one: Import, choices: ImportChoices): Promise<void> {
  const rows = await rowsOf(db.read, one, choices, one.done);
  const keys = await KINDS[one.kind].keysOf(db.read, by, rows, choices);
  const occurrences = rows.flatMap((row) => keys.get(row)!.map(({ key }): [string, number] => [key, row.line]));
  await db.writePiece(async (trx) => {
    if (await takePiece(trx, one)) await countOccurrences(trx, one.id, occurrences);
  });
}

async function planPiece(db: Database, by: Judge, one: Import, choices: ImportChoices): Promise<void> {
  const piece = one.done - one.pieces;
  const rows = await rowsOf(db.read, one, choices, piece);
  const planned = await KINDS[one.kind].plan(db.read, by, rows, {
    choices,
    findShared: (keys) => findShared(db.read, one.id, keys),
    countLines: (keys) => countLines(db.read, one.id, keys),
  });
  await db.writePiece(async (trx) => {
    if (!(await takePiece(trx, one))) return;
    await keepPlanned(
      trx,
      one.id,
      planned.map((line) => ({ ...line, piece })),
    );
    await keepCounts(trx, one.id, counted(one.counts, planned));
    if (piece === one.pieces - 1) await endPlanning(trx, one.id);
  });
}

async function rowsOf(db: Reader, one: Import, { meanings }: ImportChoices, piece: number) {
  return (await findLines(db, one.id, piece)).map((raw) => importedRow(raw, meanings, COLUMNS[one.kind]));
}

function counted(before: ImportCounts, planned: Planned[]): ImportCounts {
  const counts = { ...before };
  for (const { kind, newEmail, others } of planned) {
    counts[kind] += 1;
    if (kind !== 'changed' || newEmail === null) continue;
    counts.emails += 1;
    if (others === 0) counts.emailsAlone += 1;
  }
  return counts;
}
