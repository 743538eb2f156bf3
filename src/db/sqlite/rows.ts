import type { Piece } from '../dialect.ts';

/** Fewer rows go as they are: to look at them would take as long as it saves. */
const MANY = 8;
/** Letters of which each is a byte, and none is written otherwise in JSON. */
const PLAIN = /^[\w.:+ -]*$/;

type Rows<Column extends string | number> = Record<Column, unknown>[];

/** What a row says in one place of its text. */
type Part<Column extends string | number> = (row: Rows<Column>[number]) => string;

/** What is said of a column: by the statement and a value that all rows share, or by each row. */
interface Shared {
  sql: string;
  values: unknown[];
}

/** Rows of values of these columns, which go along as one value: in JSON, where they are of many kinds. */
export function rowsOf<Column extends string | number>(columns: Column[], rows: Rows<Column>): Piece {
  return (rows.length >= MANY && packed(columns, rows)) || listed(columns, rows);
}

/** A text that all rows have goes along once: to read it out of each row takes longer than to write it. */
function listed<Column extends string | number>(columns: Column[], rows: Rows<Column>): Piece {
  const isShared = (column: Column) => typeof rows.at(0)?.[column] === 'string' && isSameInAll(rows, column);
  const shared = columns.filter(isShared);
  const differing = columns.filter((column) => !shared.includes(column));
  const places = columns.map((one) => (shared.includes(one) ? '?' : `value ->> '$[${differing.indexOf(one)}]'`));
  return {
    sql: `select ${places.join(', ')} from json_each(?)`,
    values: [
      ...shared.map((column) => rows[0][column]),
      JSON.stringify(rows.map((row) => differing.map((column) => row[column]))),
    ],
  };
}

/**
 * Each row as one text in which everything has its place: numbers, flags and texts of one length, and at the end one of any length. To read a
 * value out of a list in a list takes SQLite half as long again as to insert it. Undefined where they are not such rows.
 */
function packed<Column extends string | number>(columns: Column[], rows: Rows<Column>): Piece | undefined {
  const values: unknown[] = [];
  const parts: Part<Column>[] = [];
  let [width, tail]: [number, Column | undefined] = [0, undefined];
  const places: string[] = [];
  for (const column of columns) {
    const shared = sharedBy(rows, column);
    const length = shared ? 0 : widthOf(rows, column);
    const isNumber = typeof rows[0][column] !== 'string';
    if (shared) values.push(...shared.values);
    else if (length === 'any' && tail === undefined) tail = column;
    else if (typeof length !== 'number') return undefined;
    else parts.push(isNumber ? digits(column, length) : (row) => row[column] as string);
    places.push(shared?.sql ?? (column === tail ? '' : placed(width, Number(length), isNumber)));
    if (!shared && column !== tail) width += Number(length);
  }
  if (tail !== undefined) parts.push((row) => row[tail] as string);
  const texts = JSON.stringify(rows.map((row) => textOf(row, parts)));
  // What JSON writes by its number, such as what ends a text in C, is not cut out as it is.
  if (texts.includes('\\u')) return undefined;
  const inPlace = places.map((place) => place || `substr(value, ${width + 1})`);
  return { sql: `select ${inPlace.join(', ')} from json_each(?)`, values: [...values, texts] };
}

/** A loop: one text is made for each row, and nothing else. */
function textOf<Column extends string | number>(row: Rows<Column>[number], parts: Part<Column>[]): string {
  let text = '';
  for (let n = 0; n < parts.length; n++) text += parts[n](row);
  return text;
}

/** Most are as long as the longest. */
function digits<Column extends string | number>(column: Column, length: number): Part<Column> {
  return (row) => {
    const number = String(Number(row[column]));
    return number.length === length ? number : number.padStart(length, '0');
  };
}

function placed(width: number, length: number, isNumber: boolean): string {
  const cut = `substr(value, ${width + 1}, ${length})`;
  return isNumber ? `cast(${cut} as integer)` : cut;
}

function isSameInAll<Column extends string | number>(rows: Rows<Column>, column: Column): boolean {
  const first = rows[0][column];
  return rows.every((row) => row[column] === first);
}

function sharedBy<Column extends string | number>(rows: Rows<Column>, column: Column): Shared | undefined {
  if (!isSameInAll(rows, column)) return undefined;
  const first = rows[0][column] ?? null;
  if (first === null) return { sql: 'null', values: [] };
  if (typeof first === 'boolean') return { sql: String(Number(first)), values: [] };
  if (typeof first === 'string') return { sql: '?', values: [first] };
  return Number.isSafeInteger(first) ? { sql: 'cast(? as integer)', values: [first] } : undefined;
}

/** How many letters a value of the column takes in each row; undefined where they are not all whole numbers, all flags or all texts. */
function widthOf<Column extends string | number>(rows: Rows<Column>, column: Column): number | 'any' | undefined {
  const first = rows[0][column];
  if (typeof first === 'number') return digitsIn(rows, column);
  if (!rows.every((row) => typeof row[column] === typeof first)) return undefined;
  if (typeof first === 'boolean') return 1;
  if (typeof first !== 'string') return undefined;
  const { length } = first;
  const isEven = rows.every((row) => (row[column] as string).length === length && PLAIN.test(row[column] as string));
  return isEven ? length : 'any';
}

/** Of the largest, where all are whole numbers. */
function digitsIn<Column extends string | number>(rows: Rows<Column>, column: Column): number | undefined {
  let largest = 0;
  for (const row of rows) {
    const number = row[column];
    if (!Number.isSafeInteger(number) || (number as number) < 0) return undefined;
    largest = Math.max(largest, number as number);
  }
  return String(largest).length;
}
