import { wholeLines } from '../text/whole-lines.ts';

/** How a CSV is written, by its beginning. */
export interface CsvShape {
  separator: string;
  /** What stands above the line of the heads. */
  above: string;
}

/** Those that are found; another one stands only where the file tells it. */
export const SEPARATORS = [',', ';', '\t', '|'];
/** So far down the heads are looked for: above them people write titles and days. */
const LINES_LOOKED_AT = 20;
const LONGEST_LINE = 20_000;
/** So spreadsheet programs are told of it. */
const TOLD = /^sep=([^\p{L}\p{N}"\r\n])[\r\n]*$/iu;

/** A line of heads is the first that has two of them at least, of which no line above has one; where none is known, the first line is. */
export function csvShape(beginning: string, isHead: (cell: string) => boolean): CsvShape {
  const lines = wholeLines(beginning, LINES_LOOKED_AT);
  const told = TOLD.exec(lines[0])?.[1];
  const separators = told === undefined ? SEPARATORS : [told];
  const first = lines.findIndex((line, n) => line.trim() !== '' && !(n === 0 && told !== undefined));
  const numberIn = (line: string, separator: string) =>
    cellsOf(line.slice(0, LONGEST_LINE), separator).filter(isHead).length;
  const best = (line: string, count: (line: string, separator: string) => number) =>
    separators.toSorted((a, b) => count(line, b) - count(line, a))[0];
  for (const [n, line] of lines.entries()) {
    const separator = best(line, numberIn);
    const number = numberIn(line, separator);
    if (number >= 2 || (n === first && number === 1)) return { separator, above: lines.slice(0, n).join('') };
  }
  const head = lines[first] ?? '';
  return {
    separator: best(head, (line, separator) => cellsOf(line, separator).length),
    above: lines.slice(0, Math.max(first, 0)).join(''),
  };
}

/** What stands between separators that no quotes are around. */
function cellsOf(line: string, separator: string): string[] {
  const parts = line.split('"');
  const cells = [''];
  for (const [n, part] of parts.entries()) {
    const [here, ...more] = n % 2 === 0 ? part.split(separator) : [part];
    cells[cells.length - 1] += here;
    cells.push(...more);
  }
  return cells.map((cell) => cell.trim());
}
