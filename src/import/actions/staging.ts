import type { Database } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import { COLUMNS, type ImportKindName } from '../columns.ts';
import { FileReader, type RawLine } from '../file-reader.ts';
import { createImport, endReading, keepLines } from '../import-store.ts';
import { forgetWhole } from './forgetting.ts';

/** So many pieces are kept in one transaction. */
const PIECES_AT_ONCE = 10;

export interface StagedFile {
  /** Where it lies. */
  path: string;
  /** What its owner calls it. */
  name: string;
  kind: ImportKindName;
  /** Takes it away where it is a copy: on a full disk its room is what its lines can be forgotten in. */
  remove?(): Promise<void>;
}

/**
 * Takes in the lines of a file as they stand there, in as little memory for many as for few. Returns the import. Throws UnreadableFile, and
 * then nothing is kept of it.
 */
export async function stageFile(
  db: Database,
  act: Act,
  { path, name, kind, remove }: StagedFile,
  mostLines: number,
): Promise<number> {
  const id = await db.write((trx) => createImport(trx, act, { kind, name }));
  const reader = new FileReader(path, mostLines, COLUMNS[kind]);
  let [lines, pieces] = [0, 0];
  let waiting: RawLine[][] = [];
  const keep = async () => {
    // It is begun anew where the database was lost in the middle of it.
    await db.writePiece(async (trx) => {
      for (const [n, piece] of waiting.entries()) await keepLines(trx, id, pieces + n, piece);
    });
    pieces += waiting.length;
    waiting = [];
  };
  try {
    for await (const piece of reader.pieces()) {
      lines += piece.length;
      waiting.push(piece);
      if (waiting.length === PIECES_AT_ONCE) await keep();
    }
    await keep();
    await db.write((trx) => endReading(trx, id, { heads: reader.heads, separator: reader.separator, lines, pieces }));
    return id;
  } catch (error) {
    await remove?.();
    // Where not even that can be written it is forgotten later; why the file was not taken in is told all the same.
    await forgetWhole(db, id).catch(() => undefined);
    throw error;
  }
}
