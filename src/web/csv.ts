import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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

/** The same of a table that comes in pieces, no faster than they are taken: of a million rows none has to wait for all. */
export async function sendCsvInPieces(
  res: Response,
  { name, columns }: Omit<Sheet, 'rows'>,
  pieces: AsyncIterable<CsvCell[][]>,
): Promise<void> {
  res.attachment(`${name}.csv`).type('text/csv; charset=utf-8');
  // To pack a large file would keep a core busy beside those that serve pages.
  res.set('Cache-Control', 'no-store, no-transform');
  try {
    await pipeline(Readable.from(lines(columns, pieces)), res);
  } catch (error) {
    // Whoever asked went away.
    if (!isClosed(error)) throw error;
  }
}

async function* lines(columns: string[], pieces: AsyncIterable<CsvCell[][]>): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLines([columns]);
  for await (const rows of pieces) yield csvLines(rows);
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
