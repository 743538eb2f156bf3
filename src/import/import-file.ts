import { parse } from 'csv-parse/sync';
import { BYTE_ORDER_MARK, splitCell, unmarked } from '../text/csv.ts';
import { counted, grouped } from '../text/text.ts';
import { type ColumnKey, columnCalled, LIST_COLUMNS } from './user-columns.ts';

/** More is refused before anything of it is read. */
export const MOST_BYTES = 64 * 1024 * 1024;
export const MOST_ROWS = 100_000;
const LONGEST_CELL = 20_000;

/** Why a file is refused as a whole, in a sentence. */
export class UnreadableFile extends Error {}

export type ImportedValue = string | string[];

/** One line of a file, by the columns that mean something. */
export interface ImportedRow {
  line: number;
  values: Partial<Record<ColumnKey, ImportedValue>>;
  /** The mark of the installation that wrote it, and the id that the record has there. */
  from?: { mark: string; id: number };
}

export interface ImportFile {
  columns: ColumnKey[];
  /** Heads that mean nothing here. */
  ignored: string[];
  rows: ImportedRow[];
}

/** Reads a file of users, as CSV or JSON Lines, in whichever encoding and with whichever separator. Throws UnreadableFile. */
export function readImportFile(bytes: Uint8Array): ImportFile {
  if (bytes.length > MOST_BYTES) throw new UnreadableFile('The file is larger than 64 MB. Import it in parts.');
  const text = decoded(bytes);
  if (text.trim() === '') throw new UnreadableFile('The file is empty.');
  return text.trimStart().startsWith('{') ? readJsonLines(text) : readCsv(text);
}

/** UTF-8 and UTF-16 as they say or show it; what is neither is taken for Windows-1252, in which old spreadsheets write. */
function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const is16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const encoding = is16 ? (first === 0xff ? 'utf-16le' : 'utf-16be') : (guessed16(bytes) ?? 'utf-8');
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes).replace(BYTE_ORDER_MARK, '');
  } catch {
    if (encoding !== 'utf-8') throw new UnreadableFile('The file is no text: its encoding is damaged.');
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Latin letters in two bytes have a zero in every other one. */
function guessed16(bytes: Uint8Array): string | undefined {
  const some = bytes.subarray(0, 64);
  const zeros = (odd: number) => some.filter((byte, n) => n % 2 === odd && byte === 0).length;
  if (some.length >= 8 && zeros(1) > some.length / 4) return 'utf-16le';
  return some.length >= 8 && zeros(0) > some.length / 4 ? 'utf-16be' : undefined;
}

const SEPARATORS = [',', ';', '\t'];

function readCsv(text: string): ImportFile {
  const [firstLine] = text.split(/\r?\n|\r/, 1);
  const delimiter = SEPARATORS.toSorted((a, b) => firstLine.split(b).length - firstLine.split(a).length)[0];
  const options = {
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: LONGEST_CELL * 50,
    to: MOST_ROWS + 2,
  };
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, options) as never;
  } catch (error) {
    throw new UnreadableFile(`The file is no CSV: ${(error as Error).message}.`);
  }
  const [head, ...lines] = records;
  const columns = columnsIn(head.record);
  if (lines.length > MOST_ROWS) throw tooMany();
  let ends = false;
  let isOurs = false;
  const rows = lines.map(({ record, info }): ImportedRow => {
    if (record[0]?.startsWith('THIS FILE IS INCOMPLETE')) throw unfinished();
    const own = columns.includes('roster_id') ? idIn(record[columns.indexOf('roster_id')] ?? '') : undefined;
    if (own) isOurs = true;
    if (own?.isLast) ends = true;
    const values: ImportedRow['values'] = {};
    for (const [n, key] of columns.entries()) {
      if (!key || key === 'roster_id') continue;
      const cell = unmarked((record[n] ?? '').trim());
      if (cell.length > LONGEST_CELL) throw new UnreadableFile(`A cell in line ${info.lines} is too long.`);
      values[key] = LIST_COLUMNS.has(key) ? listIn(cell, own !== undefined) : cell;
    }
    return { line: info.lines, values, ...(own && { from: { mark: own.mark, id: own.id } }) };
  });
  // Ours say in their last line that it is the last one; lines may have been taken out or put elsewhere since.
  if (isOurs && !ends) throw unfinished();
  return whole(columns, head.record, rows);
}

/** Lists of ours are written with a backslash before what would end one; people write commas as well. */
function listIn(cell: string, isOurs: boolean): string[] {
  if (isOurs) return splitCell(cell);
  return cell
    .split(/[;,\n]/)
    .map((one) => one.trim())
    .filter(Boolean);
}

function idIn(cell: string): { mark: string; id: number; isLast: boolean } | undefined {
  const [, mark, id, last] = /^([a-z]{16}):user:(\d{1,15})(:last of \d+)?$/.exec(cell.trim()) ?? [];
  return mark === undefined ? undefined : { mark, id: Number(id), isLast: last !== undefined };
}

function readJsonLines(text: string): ImportFile {
  const lines = text.split(/\r?\n/);
  if (lines.length > MOST_ROWS + 3) throw tooMany();
  let mark: string | undefined;
  let isComplete = true;
  const seen = new Set<ColumnKey>();
  const ignored = new Set<string>();
  const rows: ImportedRow[] = [];
  for (const [n, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const record = objectIn(line, n + 1);
    if (typeof record.roster === 'string' && rows.length === 0) {
      mark = record.roster;
      isComplete = false;
      continue;
    }
    if ('complete' in record && record.name === undefined) {
      isComplete = record.complete === true;
      continue;
    }
    const row: ImportedRow = { line: n + 1, values: {} };
    for (const [field, value] of Object.entries(record)) {
      const key = columnCalled(field);
      if (field === 'id' && mark && typeof value === 'number') row.from = { mark, id: value };
      else if (!key || key === 'roster_id') ignored.add(field);
      else {
        seen.add(key);
        row.values[key] = LIST_COLUMNS.has(key) ? listOf(value) : textOf(value);
      }
    }
    rows.push(row);
  }
  if (!isComplete) throw unfinished();
  return whole([...seen], [], rows, [...ignored]);
}

function objectIn(line: string, number: number): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {}
  throw new UnreadableFile(`Line ${number} is no JSON object.`);
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf) : listIn(textOf(value), false);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function columnsIn(head: string[]): (ColumnKey | undefined)[] {
  const columns = head.map((cell) => columnCalled(unmarked(cell.trim())));
  const known = columns.filter((key) => key !== undefined);
  const twice = known.find((key, n) => known.indexOf(key) !== n);
  if (twice) throw new UnreadableFile(`Two columns mean the same: ${twice}.`);
  return columns;
}

function whole(
  columns: (ColumnKey | undefined)[],
  head: string[],
  rows: ImportedRow[],
  ignored = head.filter((_, n) => columns[n] === undefined),
): ImportFile {
  const known = columns.filter((key) => key !== undefined);
  if (!known.includes('email') && !known.includes('name'))
    throw new UnreadableFile('The first line names no column that is known: at least one is called Name or Email.');
  if (rows.length === 0) throw new UnreadableFile('The file has no lines but its head.');
  return { columns: known, ignored, rows };
}

function tooMany(): UnreadableFile {
  return new UnreadableFile(`The file has more than ${counted(MOST_ROWS, 'line')}. Import it in parts.`);
}

function unfinished(): UnreadableFile {
  return new UnreadableFile('The file is unfinished: it was broken off when it was exported, or cut since.');
}

export const SIZES = `${grouped(MOST_ROWS)} lines, 64 MB`;
