import { stringify } from 'csv-stringify/sync';
import type { Response } from 'express';

/** A table for a spreadsheet, by the titles of its columns. */
export interface Sheet {
  /** Of the file that is downloaded, without its ending. */
  name: string;
  columns: string[];
  rows: unknown[][];
}

/** Answers with the table as a file. What could be taken for a formula is escaped (R72). */
export function sendCsv(res: Response, { name, columns, rows }: Sheet): void {
  res.attachment(`${name}.csv`).type('text/csv; charset=utf-8');
  res.send(stringify(rows, { header: true, columns, escape_formulas: true, bom: true }));
}
