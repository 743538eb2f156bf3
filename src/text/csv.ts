import { counted } from './text.ts';

/** So that spreadsheet programs read the file as UTF-8. */
export const BYTE_ORDER_MARK = '\uFEFF';

/**
 * What a spreadsheet program takes for the beginning of a formula, or may drop and then take for one, in full width as well (R72):
 * it gets a mark. So does what looks as if it had one already: a mark that is taken off again always leaves what was there.
 */
const MARKABLE = /^'*[=+\-@\t\r\0\uFF1D\uFF0B\uFF0D\uFF20]/;
const MARK = "'";

/** Numbers are written as they are; nothing is an empty cell. */
export type CsvCell = string | number | null | undefined;

/**
 * The one way to write CSV, as RFC 4180 has it. By hand: the library took as long over it as the database over everything else, and
 * a million rows are written in between the pages of others.
 */
export function csvLines(rows: readonly (readonly CsvCell[])[], separator = ','): string {
  const cellOf = (cell: CsvCell) => written(cell, separator);
  let lines = '';
  for (const row of rows) lines += `${row.map(cellOf).join(separator)}\r\n`;
  return lines;
}

/** In the place of all lines that are missing in a table of so many columns. */
export function brokenLine(lines: number, width: number, separator?: string): string {
  const note = `THIS FILE IS INCOMPLETE: it was broken off after ${counted(lines, 'line')}.`;
  return csvLines([[note, ...Array.from({ length: width - 1 }, () => '')]], separator);
}

function written(cell: CsvCell, separator: string): string {
  if (typeof cell !== 'string') return cell === null || cell === undefined ? '' : String(cell);
  const text = MARKABLE.test(cell) ? MARK + cell : cell;
  return text !== cell || text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The text of a cell as it was before it was written. */
export function unmarked(cell: string): string {
  return cell.startsWith(MARK) && MARKABLE.test(cell) ? cell.slice(MARK.length) : cell;
}

const SEPARATOR = '; ';

/** Several texts in one cell. What would end one of them stands behind a backslash. */
export function joinedCell(texts: readonly string[]): string {
  return texts.map((text) => text.replaceAll(/[\\;]/g, '\\$&')).join(SEPARATOR);
}

/** The texts that were joined in one cell; none in an empty one. */
export function splitCell(cell: string): string[] {
  if (cell === '') return [];
  const texts = [''];
  for (const [part] of cell.matchAll(/\\[\\;]|; |./gsu))
    if (part === SEPARATOR) texts.push('');
    else texts[texts.length - 1] += part.startsWith('\\') ? part.slice(-1) : part;
  return texts;
}
