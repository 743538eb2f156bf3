import { unmarked } from '../text/csv.ts';
import { isEmailAddress } from '../text/email-address.ts';
import { counted } from '../text/text.ts';
import type { Cell } from './cell.ts';
import type { Columns } from './columns.ts';
import { csvRecords, LONGEST_LINE, requireFewLines } from './csv-records.ts';
import { csvShape, SEPARATORS } from './csv-shape.ts';
import { type FileKind, fileKind, textOf, UnreadableFile } from './encoding.ts';
import { cellOf, isEnd, isFlat, isHead, objectIn } from './json-line.ts';

/** One line with its cells, in the order of the heads. */
export interface RawLine {
  line: number;
  cells: Cell[];
}

/** So many lines are read, kept and looked at together. */
const LINES_IN_PIECE = 500;
/** Or fewer, where they are long: a file of a few endless lines takes no more room than another. */
const LETTERS_IN_PIECE = 1_000_000;
const LONGEST_CELL = 20_000;
const MOST_COLUMNS = 200;
/** Under which our own files say which record a line is of. */
const ID_HEAD = 'Roster id';

/** Of whatever is exported. */
const ANY_ID = /^[a-z]{16}:([a-z]+):\d/;
export const OWN_ID = /^([a-z]{16}):(user|contact):(\d{1,15})(:last of \d+)?$/;

/** What the columns of such files are called, and a record whose ids stand in JSON without it. */
type FileColumns = Pick<Columns, 'noun' | 'called' | 'lists'>;

/** Reads a file as CSV or JSON Lines, in whichever encoding and with whichever separator, a piece at a time. */
export class FileReader {
  /** What stands above the columns. All of them are known when the last piece was read. */
  readonly heads: string[] = [];
  /** What stands between the cells of a CSV, where it would be found again; undefined before its first piece was read, and in JSON. */
  separator?: string;
  readonly #file: string;
  readonly #mostLines: number;
  readonly #kind: FileColumns;
  #isOurs = false;
  #isComplete = true;

  constructor(file: string, mostLines: number, kind: FileColumns) {
    this.#file = file;
    this.#kind = kind;
    this.#mostLines = mostLines;
  }

  /** Throws UnreadableFile, in the middle as well: what came before is of no use then. */
  async *pieces(): AsyncGenerator<RawLine[]> {
    const kind = await fileKind(this.#file);
    const first = kind.beginning.trimStart();
    if (/^\[\s*[{\]]/.test(first))
      throw new UnreadableFile(
        'The file is one JSON list: each record has to stand in a line of its own (JSON Lines).',
      );
    const lines = first.startsWith('{') ? this.#jsonLines(kind.encoding) : this.#csvLines(kind);
    let piece: RawLine[] = [];
    let [number, letters] = [0, 0];
    for await (const line of lines) {
      if (++number > this.#mostLines)
        throw new UnreadableFile(`The file has more than ${counted(this.#mostLines, 'line')}. Import it in parts.`);
      if (line.cells.some((cell) => [cell].flat().some((text) => text.length > LONGEST_CELL)))
        throw new UnreadableFile(`A cell in line ${line.line} is too long.`);
      piece.push(line);
      letters += lettersIn(line);
      if (piece.length < LINES_IN_PIECE && letters < LETTERS_IN_PIECE) continue;
      yield piece;
      piece = [];
      letters = 0;
    }
    if (piece.length > 0) yield piece;
    if (!this.#isComplete) throw unfinished();
    if (number === 0) throw new UnreadableFile('The file has no lines but its head.');
  }

  async *#csvLines({ encoding, beginning }: FileKind): AsyncGenerator<RawLine> {
    const shape = csvShape(beginning, (cell) => this.#kind.called(cell) !== undefined);
    this.separator = SEPARATORS.find((one) => one === shape.separator);
    for await (const { line, cells } of csvRecords(textOf(this.#file, encoding), shape, this.#mostLines)) {
      const record = withoutEmptyEnd(cells).map(meantIn);
      if (this.heads.length === 0) this.#takeHeads(record);
      else if (!this.#isHeads(record)) {
        this.#look(record);
        yield { line, cells: record };
      }
    }
  }

  #takeHeads(record: string[]): void {
    if (record.length > MOST_COLUMNS) throw tooManyColumns();
    this.heads.push(...record.map(headIn));
    if (this.heads.some((head) => isEmailAddress(head)))
      throw new UnreadableFile(
        'The first line names somebody already. Above it the file needs one that says what its columns are, such as Name, Email.',
      );
  }

  /** Files that were put behind each other have their heads, and what marks a beginning, in their midst. */
  #isHeads(record: string[]): boolean {
    const isOnce = record.length === this.heads.length && record.every((cell, n) => headIn(cell) === this.heads[n]);
    // Each of such files says for itself that it is whole.
    if (isOnce) this.#isOurs = false;
    return isOnce;
  }

  /** Ours say in their last line that it is the last one; lines may have been taken out or put elsewhere since. */
  #look(record: string[]): void {
    if (record[0]?.startsWith('THIS FILE IS INCOMPLETE')) throw unfinished();
    const at = this.heads.indexOf(ID_HEAD);
    const cell = at === -1 ? '' : (record[at] ?? '').trim();
    const kind = ANY_ID.exec(cell)?.[1];
    if (kind !== undefined && kind !== this.#kind.noun) throw ofAnotherKind(`${kind}s`, this.#kind.noun);
    const own = OWN_ID.exec(cell);
    if (!own) return;
    if (!this.#isOurs) this.#isComplete = false;
    this.#isOurs = true;
    if (own[4] !== undefined) this.#isComplete = true;
  }

  async *#jsonLines(encoding: string): AsyncGenerator<RawLine> {
    let mark: string | undefined;
    let isFirst = true;
    for await (const { line, text } of linesOf(textOf(this.#file, encoding), this.#mostLines)) {
      const record = objectIn(text, line);
      if (isHead(record, isFirst)) {
        const { kind } = record;
        if (typeof kind === 'string' && kind !== `${this.#kind.noun}s`) throw ofAnotherKind(kind, this.#kind.noun);
        mark = record.roster;
        this.#isComplete = false;
      } else if (isEnd(record)) this.#isComplete = record.complete === true;
      else yield { line, cells: this.#cellsOf(record, mark, line) };
      isFirst = false;
    }
  }

  #cellsOf(record: Record<string, unknown>, mark: string | undefined, line: number): Cell[] {
    const cells: Cell[] = this.heads.map(() => '');
    for (const [field, value] of Object.entries(record)) {
      const isId = field === 'id' && mark !== undefined && typeof value === 'number';
      const head = isId ? ID_HEAD : field;
      if (!this.heads.includes(head)) this.heads.push(head);
      if (this.heads.length > MOST_COLUMNS) throw tooManyColumns();
      const key = this.#kind.called(head);
      if (key && !isFlat(value, this.#kind.lists.has(key)))
        throw new UnreadableFile(`In line ${line} “${field.slice(0, 40)}” holds more than a text.`);
      cells[this.heads.indexOf(head)] = isId ? `${mark}:${this.#kind.noun}:${value}` : cellOf(value, line);
    }
    return Array.from(cells, (cell) => cell ?? '');
  }
}

/** The text of a cell of CSV without the mark that kept it from being a formula, which only such files have. */
function meantIn(cell: string): string {
  const text = cell.trimStart();
  return text.startsWith("'") ? unmarked(text) : cell;
}

function headIn(cell: string): string {
  return cell.replace('\uFEFF', '').trim().replaceAll(/\s+/g, ' ');
}

/** Spreadsheet programs write as many cells as their widest row ever had. */
function withoutEmptyEnd(cells: string[]): string[] {
  return cells.length > MOST_COLUMNS ? cells.slice(0, cells.findLastIndex((cell) => cell.trim() !== '') + 1) : cells;
}

/** Cells as well, which take room when they are empty. */
function lettersIn({ cells }: RawLine): number {
  return cells.flat().reduce((sum, cell) => sum + cell.length + 1, 0);
}

/** The lines of a text that are not empty, with their numbers. */
async function* linesOf(
  text: AsyncIterable<string>,
  mostLines: number,
): AsyncGenerator<{ line: number; text: string }> {
  let rest = '';
  let line = 0;
  for await (const some of text) {
    const parts = (rest + some).split('\n');
    rest = parts.pop()!;
    if (rest.length > LONGEST_LINE) throw new UnreadableFile(`Line ${line + parts.length + 1} is too long.`);
    for (const part of parts) {
      line++;
      if (part.trim() !== '') yield { line, text: withoutMark(part) };
    }
    requireFewLines(line, mostLines);
  }
  if (rest.trim() !== '') yield { line: line + 1, text: withoutMark(rest) };
}

/** Files that were put behind each other have it in their midst. */
function withoutMark(line: string): string {
  return line.startsWith('\uFEFF') ? line.slice(1) : line;
}

/** Whose names stand in it are others, even where they are called alike. */
function ofAnotherKind(kind: string, noun: string): UnreadableFile {
  return new UnreadableFile(`The file is an export of ${kind.slice(0, 40)}, and no ${noun}s are in it.`);
}

function tooManyColumns(): UnreadableFile {
  return new UnreadableFile(`The file has more than ${MOST_COLUMNS} columns.`);
}

function unfinished(): UnreadableFile {
  return new UnreadableFile('The file is unfinished: it was broken off when it was exported, or cut since.');
}
