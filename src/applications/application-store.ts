import type { Reader } from '../db/database.ts';
import { NotFound } from '../verbs/refusals.ts';
import { type Application, builtInApplications } from './application.ts';

/** The built-in ones, then those that are registered, by name. */
export async function findApplications(db: Reader): Promise<Application[]> {
  const rows = await db('applications').orderBy(['name', 'key']);
  return [
    ...builtInApplications,
    ...rows.map((row) => ({
      key: row.key,
      name: row.name,
      description: row.description,
      registered: { id: row.id, version: row.version, at: row.created_at, by: row.created_by },
    })),
  ];
}

/** Throws NotFound. */
export async function findApplication(db: Reader, key: string): Promise<Application> {
  const application = (await findApplications(db)).find((one) => one.key === key);
  if (!application) throw new NotFound('There is no such application.');
  return application;
}
