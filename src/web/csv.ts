import type { Response } from 'express';
import { BYTE_ORDER_MARK, type CsvCell, csvLines } from '../text/csv.ts';

/** A table for a spreadsheet, by the titles of its columns. */
export interface Sheet {
  /** Of the file that is downloaded, without its ending. */
  name: string;
  columns: string[];
  rows: CsvCell[][];
}

/** Answers with the table as a file. What could be taken for a formula is escaped (R72). */
export function sendCsv(res: Response, { name, columns, rows }: Sheet): void {
  res.attachment(`${name}.csv`).type('text/csv; charset=utf-8');
  res.send(BYTE_ORDER_MARK + csvLines([columns, ...rows]));
}
