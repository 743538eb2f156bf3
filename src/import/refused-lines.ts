import type { Reader } from '../db/database.ts';
import { BYTE_ORDER_MARK, csvLines, joinedCell } from '../text/csv.ts';
import { type Cell, OWN_ID, type RawLine } from './file-reader.ts';
import type { Import } from './import.ts';
import { findPlanned, type PlannedLine } from './import-plan-store.ts';
import { findLines } from './import-store.ts';

const AT_ONCE = 500;
const OWN_HEADS = ['line', 'reason'];

/** The refused lines as they stood in the file, each with its reason: to be mended and imported. Piece by piece of text. */
export async function* refusedLines(db: Reader, { id, heads, counts }: Import): AsyncGenerator<string> {
  // What was refused and came back mended says its line and reason already: those of then.
  const own = OWN_HEADS.every((head, n) => heads[n] === head) ? OWN_HEADS.length : 0;
  yield BYTE_ORDER_MARK + csvLines([[...OWN_HEADS, ...heads.slice(own)]]);
  let written = 0;
  let piece: { number: number; lines: Map<number, RawLine> } | undefined;
  for (let after = 0; ; ) {
    const refused = await findPlanned(db, id, { kind: 'refused', after }, AT_ONCE);
    const rows: (string | number)[][] = [];
    for (const one of refused) {
      if (piece?.number !== one.piece) piece = { number: one.piece, lines: await linesIn(db, id, one) };
      written += 1;
      const { cells } = piece.lines.get(one.line)!;
      const isLast = written === counts.refused;
      rows.push([
        one.line,
        one.reason,
        ...heads.slice(own).map((_, n) => inCsv(cells[own + n], isLast ? counts.refused : undefined)),
      ]);
    }
    yield csvLines(rows);
    if (refused.length < AT_ONCE) return;
    after = refused.at(-1)!.line;
  }
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
