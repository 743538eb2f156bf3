import { parse } from 'csv-parse/sync';
import { isDay } from '../../clock.ts';
import { spokenDay } from '../spoken-day.ts';
import { fold } from '../text.ts';
import { wholeLines } from '../whole-lines.ts';
import { addressesIn, mailboxesIn } from './addresses.ts';
import { type PeopleRead, pastedPerson } from './pasted-person.ts';
import { headColumns, type PeopleColumn } from './people-columns.ts';
import { readLines } from './people-lines.ts';
import { personName } from './person-name.ts';

type Columns = (PeopleColumn | undefined)[];

interface Line {
  cells: string[];
  line: number;
}

const SEPARATORS = ['\t', ';', ',', '|'];
/** So far down a line of heads is looked for. */
const LINES_ABOVE = 20;
const LONGEST_HEAD_LINE = 2_000;

interface Cells extends PeopleRead {
  isGuessed: boolean;
  /** What the columns are called of which nothing is read: by their heads, or as they begin. */
  unread: string[];
}

/** A table out of a spreadsheet or a file, with a head line or without one; undefined for a text of another kind. */
export function readCells(text: string): Cells | undefined {
  const headed = readHeadedCells(text);
  if (headed) return headed;
  const separator = SEPARATORS.find((one) => isTable(text, one));
  if (!separator) return undefined;
  const lines = cellsOf(text, separator);
  const columns = guessedColumns(lines);
  const [first, ...others] = lines;
  const inPlace = first.cells[columns.indexOf('email')] ?? '';
  // Heads that are called as nobody knows.
  const isHead = inPlace !== '' && !inPlace.includes('@') && others.some(({ cells }) => cells.join().includes('@'));
  const { people, puzzling } = tableOf(isHead ? others : lines, columns);
  const head = isHead
    ? [{ line: first.line, text: first.cells.join(' · '), reason: 'It was taken for the heads.' }]
    : [];
  const unread = unreadColumns(isHead ? others : lines, columns, isHead ? first.cells : []);
  return { people, puzzling: [...head, ...puzzling], isGuessed: true, unread };
}

/** A table with a line that says what its columns are: the first, or one behind a title or a few words. */
export function readHeadedCells(text: string): Cells | undefined {
  let [place, number, tried] = [0, 0, 0];
  for (const line of wholeLines(text, LINES_ABOVE)) {
    const isFirst = line.trim() !== '' && tried++ === 0;
    const found = line.trim() === '' ? undefined : headOf(line.slice(0, LONGEST_HEAD_LINE), isFirst);
    if (found) {
      const above = isFirst ? { people: [], puzzling: [] } : readLines(text.slice(0, place).split('\n'));
      const [head, ...lines] = cellsOf(text.slice(place), found.separator);
      const { people, puzzling } = tableOf(lines, found.columns, number);
      return {
        people: [...above.people, ...people],
        puzzling: [...above.puzzling, ...puzzling],
        isGuessed: false,
        unread: unreadColumns(lines, found.columns, head.cells),
      };
    }
    place += line.length;
    number += line.split('\n').length - 1;
  }
  return undefined;
}

/** Of a line in the midst of others more is asked: many words are heads of something. */
function headOf(line: string, isFirst: boolean): { separator: string; columns: Columns } | undefined {
  for (const separator of SEPARATORS) {
    if (!line.includes(separator)) continue;
    const columns = headColumns(cellsOf(line, separator)[0]?.cells ?? []);
    if (columns && (isFirst || columns.includes('email'))) return { separator, columns };
  }
  return undefined;
}

/** Whether each line has as many cells as the others, and one of them is one address. */
function isTable(text: string, separator: string): boolean {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (separator === '\t') return lines.filter((line) => line.trim().includes('\t')).length * 2 > lines.length;
  const numberIn = (line: string) => line.replace(/"[^"]*"/g, '').split(separator).length - 1;
  const number = numberIn(lines[0] ?? '');
  return (
    number > 0 &&
    lines.every((line) => !line.includes('<') && line.split('@').length === 2 && numberIn(line) === number)
  );
}

function cellsOf(text: string, delimiter: string): Line[] {
  const options = { delimiter, info: true, trim: true, relax_column_count: true, skip_empty_lines: true } as const;
  const read = (quote: string | false) =>
    (
      parse(text, { ...options, quote, relax_quotes: true }) as unknown as {
        record: string[];
        info: { lines: number };
      }[]
    ).map(({ record, info }) => ({
      cells: record.map((cell) => cell.replace(/\s+/g, ' ').trim()),
      // Where it begins: line ends within quotes are lines as well.
      line: info.lines - record.join('').split('\n').length + 1,
    }));
  try {
    return read('"');
  } catch {
    // A quote that nobody closed: then it is a letter like others.
    return read(false);
  }
}

/** Columns that mean nothing here, but for those in which nothing stands. */
function unreadColumns(lines: Line[], columns: Columns, heads: string[]): string[] {
  const width = lines.reduce((most, { cells }) => Math.max(most, cells.length), 0);
  return Array.from({ length: width }, (_, n) => n).flatMap((n) => {
    const first = columns[n] === undefined && lines.find(({ cells }) => cells[n])?.cells[n];
    return first ? [heads[n] || `“${first}” …`] : [];
  });
}

/** `above` is how many lines stand before those that are numbered here. */
function tableOf(lines: Line[], columns: Columns, above = 0): PeopleRead {
  const read: PeopleRead = { people: [], puzzling: [] };
  for (const { cells, line: below } of lines) {
    const line = above + below;
    const cell = (column: PeopleColumn) => {
      const at = columns.indexOf(column);
      return at === -1 ? '' : (cells[at] ?? '');
    };
    const [mailbox] = mailboxesIn(cell('email'));
    const email = addressesIn(cell('email'))[0] ?? cell('email');
    const name = personName(cell('name')) || personName(`${cell('firstName')} ${cell('lastName')}`);
    const person = pastedPerson(line, {
      name: name || personName(mailbox?.name ?? ''),
      email,
      login: cell('login'),
      groups: several(cell('groups')),
      tags: several(cell('tags')),
      startsAt: spokenDay(cell('startsAt')),
      leavesAt: spokenDay(cell('leavesAt')),
    });
    if (person.name || person.email || person.login) read.people.push(person);
    else if (cells.some(Boolean))
      read.puzzling.push({
        line,
        text: cells.filter(Boolean).join(' · '),
        reason: 'There is neither a name nor an email address in it.',
      });
  }
  return read;
}

/** Of a table without a head: the address is known by its look, names stand before it, and a group may follow. */
function guessedColumns(lines: Line[]): Columns {
  const width = Math.max(0, ...lines.slice(0, 100).map(({ cells }) => cells.length));
  const most = (test: (cell: string) => boolean, column: number) =>
    lines.filter(({ cells }) => test(cells[column] ?? '')).length * 2 > lines.length;
  const columns: Columns = Array.from({ length: width }, () => undefined);
  const email = columns.findIndex((_, n) => most((cell) => cell.includes('@'), n));
  if (email === -1) return columns.map((_, n) => (['name', 'email'] as const)[n]);
  columns[email] = 'email';
  const days = columns.findIndex((_, n) => most((cell) => isDay(spokenDay(cell).slice(0, 10)), n));
  if (days !== -1) columns[days] = 'leavesAt';
  const texts = columns.flatMap((column, n) =>
    column === undefined && most((cell) => /\p{L}/u.test(cell) && !/^[\w-]+:\/\//.test(cell), n) ? [n] : [],
  );
  const before = texts.filter((n) => n < email);
  const [name, second] = before.length > 0 ? before : texts;
  if (name === undefined) return columns;
  if (before.length < 2) columns[name] = 'name';
  else
    Object.assign(
      columns,
      isFamilyFirst(lines, name, second, email)
        ? { [name]: 'lastName', [second]: 'firstName' }
        : { [name]: 'firstName', [second]: 'lastName' },
    );
  const group = texts.find((n) => n > email && columns[n] === undefined);
  if (group !== undefined) columns[group] = 'groups';
  return columns;
}

/** By the addresses, which begin with the first name as a rule. */
function isFamilyFirst(lines: Line[], one: number, other: number, email: number): boolean {
  const votes = lines.map(({ cells }) => {
    const address = cells[email] ?? '';
    const begins = (cell = '') => cell !== '' && fold(address).startsWith(fold(cell).split(' ')[0]);
    return Number(begins(cells[other])) - Number(begins(cells[one]));
  });
  return votes.reduce((sum, vote) => sum + vote, 0) > 0;
}

function several(cell: string): string[] {
  return [...new Set(cell.split(/[,;|]/).map((one) => one.trim()))].filter(Boolean);
}
