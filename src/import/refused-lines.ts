import type { Reader } from '../db/database.ts';
import { type CsvCell, joinedCell } from '../text/csv.ts';
import { Conflict } from '../verbs/refusals.ts';
import type { Cell } from './cell.ts';
import { OWN_ID, type RawLine } from './file-reader.ts';
import type { Import } from './import.ts';
import { findPlanned, type PlannedLine } from './import-plan-store.ts';
import { findLines } from './import-store.ts';

const AT_ONCE = 500;
const OWN_HEADS = ['line', 'reason'];
/** Of files that are tables; by another one a table would not be opened. */
const ENDING = /\.(csv|txt|tsv|tab)$/i;

export function refusedColumns({ heads }: Pick<Import, 'heads'>): string[] {
  return [...OWN_HEADS, ...heads.slice(ownAmong(heads))];
}

/** As the file was that they came in, so that the same program opens it in the same way. */
export function refusedShape({ fileName, separator }: Pick<Import, 'fileName' | 'separator'>) {
  return { separator, ending: ENDING.exec(fileName)?.[1].toLowerCase() };
}

/** How many of the columns are our own: what was refused and came back mended says its line and reason already, those of then. */
function ownAmong(heads: string[]): number {
  return OWN_HEADS.every((head, n) => heads[n] === head) ? OWN_HEADS.length : 0;
}

/** The refused lines as they stood in the file, each with its reason: to be mended and imported. Piece by piece. */
export async function* refusedLines(db: Reader, { id, heads, counts }: Import): AsyncGenerator<CsvCell[][]> {
  const own = ownAmong(heads);
  let written = 0;
  let piece: { number: number; lines: Map<number, RawLine> } | undefined;
  for (let after = 0; ; ) {
    const refused = await findPlanned(db, id, { kind: 'refused', after }, AT_ONCE);
    const rows: CsvCell[][] = [];
    for (const one of refused) {
      if (piece?.number !== one.piece) piece = { number: one.piece, lines: await linesIn(db, id, one) };
      written += 1;
      const { cells } = piece.lines.get(one.line)!;
      const lastOf = written === counts.refused ? counts.refused : undefined;
      // Cells that have come out of their columns as well: without them the others would do, in the wrong ones.
      const width = Math.max(heads.length, cells.length);
      const given = Array.from({ length: width - own }, (_, n) => inCsv(cells[own + n], lastOf));
      rows.push([one.line, one.reason, ...given]);
    }
    yield rows;
    if (refused.length < AT_ONCE) break;
    after = refused.at(-1)!.line;
  }
  // It may be forgotten, or gone through anew, while it is read.
  if (written !== counts.refused) throw new Conflict('It is not what it was when this began.');
}

async function linesIn(db: Reader, id: number, { piece }: PlannedLine): Promise<Map<number, RawLine>> {
  return new Map((await findLines(db, id, piece)).map((raw) => [raw.line, raw]));
}

/** Files of ours say in their last line that they are whole, and so does what is left of them. */
function inCsv(cell: Cell = '', lastOf: number | undefined): string {
  if (Array.isArray(cell)) return joinedCell(cell);
  const own = OWN_ID.exec(cell);
  return own ? `${own[1]}:${own[2]}:${own[3]}${lastOf === undefined ? '' : `:last of ${lastOf}`}` : cell;
}
