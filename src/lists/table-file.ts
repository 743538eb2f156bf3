import { BYTE_ORDER_MARK, brokenLine, type CsvCell, csvLines } from '../text/csv.ts';
import type { FileParts } from './written-out.ts';

export type CsvRow = readonly CsvCell[];

/** A table as a CSV file, by the titles of its columns. */
export function tableParts(columns: readonly string[], separator?: string): FileParts<CsvRow> {
  let written = 0;
  return {
    head: () => BYTE_ORDER_MARK + csvLines([columns], separator),
    lines(rows) {
      written += rows.length;
      return csvLines(rows, separator);
    },
    end: () => '',
    broken: () => brokenLine(written, columns.length, separator),
  };
}
