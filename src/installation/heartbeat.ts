import type { Instant } from '../clock.ts';
import type { Database } from '../db/database.ts';

/** Reads and writes once, for whoever watches. Throws where the database does not do both. */
export async function beat(db: Database, at: Instant): Promise<void> {
  await db.read('users').first('id');
  await db.write((trx) => trx('heartbeat').insert({ only: 1, at }).onConflict('only').merge());
}
