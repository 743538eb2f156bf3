import type { Instant } from '../clock.ts';
import type { FileParts } from '../lists/written-out.ts';
import { BYTE_ORDER_MARK, brokenLine, type CsvCell, csvLines, joinedCell } from '../text/csv.ts';
import type { Cell, Column, KindName, Line } from './exportable.ts';

export const FILE_FORMATS = ['csv', 'jsonl'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** What a file says of itself. */
export interface FileHead {
  /** Of the installation that its ids are of. */
  mark: string;
  kind: KindName;
  /** What a record is called, in the singular. */
  noun: string;
  columns: readonly Pick<Column, 'key' | 'label'>[];
  /** Which records; left out where they were named one by one. */
  view?: string;
  at: Instant;
}

export function fileParts(format: FileFormat, head: FileHead): FileParts<Line> {
  return format === 'csv' ? csvParts(head) : jsonParts(head);
}

/** Of the column in which a line says which record it is of. */
const ID_COLUMN = 'Roster id';

/**
 * A table. Its last line says in the first column that it is the last, and of how many: sorted anew in a spreadsheet program, a file
 * is still known to be whole, and there is no line in it that is no record.
 */
function csvParts({ mark, noun, columns }: FileHead): FileParts<Line> {
  let written = 0;
  let last: Line | undefined;
  const rowOf = ({ id, cells }: Line, note = '') => [`${mark}:${noun}:${id}${note}`, ...cells.map(csvCell)];
  const flushed = (note?: string) => (last ? csvLines([rowOf(last, note)]) : '');
  return {
    head: () => BYTE_ORDER_MARK + csvLines([[ID_COLUMN, ...columns.map(({ label }) => label)]]),
    lines(lines) {
      written += lines.length;
      const before = flushed();
      last = lines.at(-1) ?? last;
      return lines.length === 0 ? '' : before + csvLines(lines.slice(0, -1).map((line) => rowOf(line)));
    },
    end: () => flushed(`:last of ${written}`),
    broken: () => flushed() + brokenLine(written, columns.length + 1),
  };
}

function csvCell(cell: Cell): CsvCell {
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell !== 'object' || cell === null) return cell;
  if (Array.isArray(cell)) return joinedCell(cell);
  return Object.keys(cell).length === 0 ? '' : JSON.stringify(cell);
}

/** An object a line: what the file is, each record, and whether these are all. */
function jsonParts({ mark, kind, columns, view, at }: FileHead): FileParts<Line> {
  const keys = columns.map(({ key }) => key);
  let written = 0;
  const line = (value: object) => `${JSON.stringify(value)}\n`;
  return {
    head: () => line({ roster: mark, kind, at, ...(view !== undefined && { view }), columns: keys }),
    lines(lines) {
      written += lines.length;
      return lines
        .map(({ id, cells }) => line({ id, ...Object.fromEntries(cells.map((cell, n) => [keys[n], cell])) }))
        .join('');
    },
    end: () => line({ complete: true, lines: written }),
    broken: () => line({ complete: false, lines: written }),
  };
}
