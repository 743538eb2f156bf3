import { parse } from 'csv-parse/sync';
import { unmarked } from '../../src/text/csv.ts';
import { pageOf } from './page.ts';
import type { Fields, Session } from './session.ts';

export type Row = Record<string, string>;

/** Opens the page of an export, and downloads. */
export async function download(session: Session, path: string, fields: Fields = {}) {
  const opened = await session.get(path);
  if (opened.status !== 200) throw new Error(`${path} shows no form: ${opened.status}`);
  const { _csrf, ...standing } = pageOf(opened).typed();
  return session.post(path.split('?')[0], { ...standing, ...fields });
}

/** The same with all columns, which a button ticks. */
export async function downloadAll(session: Session, path: string, fields: Fields = {}) {
  const ticked = pageOf(await download(session, path, { step: 'all' })).typed();
  return download(session, path, { columns: ticked.columns, ...fields });
}

/** All columns of a list as CSV, read by a parser that is not ours. */
export async function exported(session: Session, path: string): Promise<Row[]> {
  const answer = await downloadAll(session, path);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  return rowsOf(answer.text);
}

export function rowsOf(csv: string): Row[] {
  const rows: Row[] = parse(csv, { bom: true, columns: true, record_delimiter: '\r\n' });
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, unmarked(cell)])));
}
