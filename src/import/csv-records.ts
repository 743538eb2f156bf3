import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { CsvShape } from './csv-shape.ts';
import { UnreadableFile } from './encoding.ts';

/** In letters, without those that stand between and around its cells. */
export const LONGEST_LINE = 1_000_000;
/** With them. */
const LONGEST_WRITTEN = 2 * LONGEST_LINE;
/** More than any spreadsheet has beside each other by far, as it is known some pieces of the text later only that a record ended. */
const MOST_SEPARATORS = 300_000;

/** The cells of a record, and the line of the file in which it begins. */
export interface CsvRecord {
  line: number;
  cells: string[];
}

/** What the library says of where a record ends. */
interface Parsed {
  record: string[];
  info: { lines: number };
}

/** The records of a CSV from its heads on, without those in which nothing stands. Throws UnreadableFile, in their midst as well. */
export async function* csvRecords(
  text: AsyncIterable<string>,
  { separator, above }: CsvShape,
  mostLines: number,
): AsyncGenerator<CsvRecord> {
  const parser = parse({
    delimiter: separator,
    info: true,
    // A blank behind a separator, before a quote as well.
    ltrim: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_LINE,
  });
  const place = placer(above);
  let before = 0;
  const came = () => {
    const { records, empty_lines: empty, lines } = parser.info;
    return { records: records + empty, lines, before };
  };
  const source = Readable.from(bounded(below(above, text), came, { separator, mostLines }));
  source.on('error', (error) => parser.destroy(error)).pipe(parser);
  try {
    for await (const { record: cells, info } of parser as AsyncIterable<Parsed>) {
      const { from, to } = place(info.lines, cells);
      before = to;
      if (cells.some((cell) => cell.trim() !== '')) yield { line: from, cells };
    }
  } catch (error) {
    throw error instanceof CsvError ? new UnreadableFile(inWords(error, before)) : error;
  } finally {
    source.destroy();
  }
}

/** The text without what stands above. */
async function* below(above: string, text: AsyncIterable<string>): AsyncGenerator<string> {
  let left = above.length;
  for await (const some of text) {
    if (some.length > left) yield some.slice(left);
    left = Math.max(left - some.length, 0);
  }
}

/** How many records came, in how many lines, and behind which line of the file the next one begins. */
interface Came {
  records: number;
  lines: number;
  before: number;
}

/** The same as long as records come of it: of the room that empty cells take the library knows nothing. Throws UnreadableFile. */
async function* bounded(
  text: AsyncIterable<string>,
  came: () => Came,
  { separator, mostLines }: { separator: string; mostLines: number },
): AsyncGenerator<string> {
  let [known, letters, separators] = [0, 0, 0];
  for await (const some of text) {
    const { records, lines, before } = came();
    const isGoingOn = records === known;
    letters = isGoingOn ? letters + some.length : 0;
    separators = isGoingOn ? separators + some.split(separator).length - 1 : 0;
    known = records;
    if (letters > LONGEST_WRITTEN || separators > MOST_SEPARATORS) throw new UnreadableFile(tooLongBehind(before));
    requireFewLines(lines, mostLines);
    yield some;
  }
}

/** As many as a spreadsheet has, and those of whatever stands in cells. */
const MOST_EMPTY = 1_048_576;
const LINES_IN_CELLS = 10;

/** Lines in which nothing stands are not counted as such, and take their time as well. Throws UnreadableFile. */
export function requireFewLines(lines: number, mostLines: number): void {
  if (lines > MOST_EMPTY + LINES_IN_CELLS * mostLines)
    throw new UnreadableFile('The file has millions of empty lines. Import it without them.');
}

/**
 * From which line to which of the file a record reaches, by the lines that the library counted to its end below the text that stands
 * above: of a line end of two letters within quotes it counts each.
 */
function placer(above: string): (counted: number, cells: string[]) => { from: number; to: number } {
  const endsIn = (text: string) => text.match(/\r\n|\r|\n/g) ?? [];
  let ahead = -endsIn(above).length;
  return (counted, cells) => {
    const ends = cells.filter((cell) => cell.includes('\n') || cell.includes('\r')).flatMap(endsIn);
    ahead += ends.filter((end) => end.length === 2).length;
    const to = counted - ahead;
    return { from: to - ends.length, to };
  };
}

/** What is wrong with a CSV behind that line. The library says it in words for programmers. */
function inWords({ code }: CsvError, line: number): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return `The file is no CSV: a quote that opens ${behind(line)} is never closed.`;
  if (code === 'CSV_MAX_RECORD_SIZE') return tooLongBehind(line);
  return `The file is no CSV: what stands ${behind(line)} cannot be read.`;
}

function tooLongBehind(line: number): string {
  return `The file is no CSV: what stands ${behind(line)} is too long for one line. Is a quote there that is never closed?`;
}

const behind = (line: number) => (line === 0 ? 'at its beginning' : `behind line ${line}`);
