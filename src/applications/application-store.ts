import { type Reader, type Transaction, violatedUnique } from '../db/database.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import { FieldErrors } from '../forms/form.ts';
import { Kept } from '../kept.ts';
import { sortedByName } from '../text/sort-key.ts';
import { withPlainLines } from '../text/text.ts';
import { NotFound } from '../verbs/refusals.ts';
import { type Application, builtInApplications } from './application.ts';

/** The built-in ones, then those that are registered, by name. */
export async function findApplications(db: Reader): Promise<Application[]> {
  const rows = await selectRegistered(db, {});
  const registered = () => sortedByName(rows, (row) => row.name).map(applicationOf);
  return [...builtInApplications, ...(Object.isFrozen(rows) ? keptApplications.get([rows], registered) : registered())];
}

const keptApplications = new Kept<Application[]>();

function applicationOf(row: Row<'applications'>): Application {
  return {
    key: row.key,
    name: row.name,
    description: withPlainLines(row.description),
    registered: { id: row.id, version: row.version, at: row.created_at, by: row.created_by },
  };
}

const selectRegistered = prepared<object, Row<'applications'>>((db) => db('applications').orderBy('key'));

/** Throws NotFound. */
export async function findApplication(db: Reader, key: string): Promise<Application> {
  const application = (await findApplications(db)).find((one) => one.key === key);
  if (!application) throw new NotFound('There is no such application.');
  return application;
}

/** Returns the id. Throws FieldErrors where the key is taken. */
export async function insertApplication(
  trx: Transaction,
  columns: { key: string } & Record<string, unknown>,
): Promise<number> {
  try {
    const [{ id }] = await trx('applications').insert(columns).returning('id');
    return id;
  } catch (error) {
    if (!violatedUnique(error)) throw error;
    throw new FieldErrors({ key: `There is an application with the key ${columns.key} already.` });
  }
}

/** Forms that were opened before are stale. */
export async function keepApplication(trx: Transaction, key: string, columns: object): Promise<void> {
  await trx('applications').where({ key }).update(columns).increment('version');
}

export async function deleteRow(trx: Transaction, key: string): Promise<void> {
  await trx('applications').where({ key }).delete();
}
