import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { type CsvRow, tableParts } from '../../lists/table-file.ts';
import { writeOut } from '../../lists/written-out.ts';
import { sendFile } from './sent-file.ts';

/** A table for a spreadsheet, by the titles of its columns. */
export interface Sheet {
  /** Of the file that is downloaded, without its ending. */
  name: string;
  /** What such a file is called where its reader made the first one; left out, `csv`. */
  ending?: string;
  /** What stands between its cells; left out, a comma. */
  separator?: string;
  columns: readonly string[];
  /** A few at a time. Throws where not all can be had. */
  rows: AsyncIterable<readonly CsvRow[]>;
  /** Throws where whoever reads it may not go on. */
  look(): Promise<unknown>;
}

/** Answers with the table as a file of any length. What could be taken for a formula is escaped (R72). */
export async function sendCsv(app: AppContext, req: Request, res: Response, sheet: Sheet): Promise<void> {
  const { name, ending = 'csv', separator, columns, rows: pieces, look } = sheet;
  await look();
  await sendFile(app, req, res, {
    name: `${name}.${ending}`,
    type: 'text/csv',
    write: (sink) => writeOut(sink, { parts: tableParts(columns, separator), pieces, look }),
  });
}
