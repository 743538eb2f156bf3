import { splitCell } from '../text/csv.ts';
import type { Cell } from './cell.ts';
import type { ColumnKey, Columns, Meanings } from './columns.ts';
import { OWN_ID, type RawLine } from './file-reader.ts';

export type ImportedValue = string | string[];

/** One line of a file, by the columns that mean something. */
export interface ImportedRow {
  line: number;
  values: Partial<Record<ColumnKey, ImportedValue>>;
  /** The mark of the installation that wrote it, and the id that the record has there. */
  from?: { mark: string; id: number };
  /** Why it is not what its columns say, in a sentence. */
  mistake?: string;
}

export function importedRow({ line, cells }: RawLine, meanings: Meanings, { noun, lists }: Columns): ImportedRow {
  const at = meanings.indexOf('roster_id');
  const [, mark, of, id] = OWN_ID.exec(at === -1 ? '' : textOf(cells[at])) ?? [];
  const isOfKind = mark !== undefined && of === noun;
  const row: ImportedRow = { line, values: {}, ...(isOfKind && { from: { mark, id: Number(id) } }) };
  for (const [n, key] of meanings.entries())
    if (key && key !== 'roster_id')
      row.values[key] = lists.has(key) ? listOf(cells[n], mark !== undefined) : textOf(cells[n]);
  // A separator within a cell, without quotes around it: what follows stands under columns that are not its own.
  if (cells.slice(meanings.length).some((cell) => cell.length > 0))
    row.mistake = `It has ${cells.length} cells, and the file ${meanings.length} columns.`;
  if (Object.values(row.values).some((value) => [value].flat().some((text) => text.includes('\0'))))
    row.mistake ??= 'A text has no NUL character in it.';
  return row;
}

function textOf(cell: Cell = ''): string {
  return Array.isArray(cell) ? cell.join('; ') : cell.trim();
}

/** Lists of ours are written with a backslash before what would end one, and may hold empty texts; people write commas as well. */
function listOf(cell: Cell = '', isOurs: boolean): string[] {
  if (Array.isArray(cell)) return cell;
  if (isOurs) return splitCell(cell);
  return cell
    .split(/[;,\n]/)
    .map((one) => one.trim())
    .filter(Boolean);
}
