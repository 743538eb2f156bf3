import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, DatabaseGone } from '../db/database.ts';

/** For so long whoever asks is told; then a process without data is worth less than one that is started anew. */
const TELLS_FOR = 3_000;
const CLOSES_WITHIN = 1_000;

/** Ends a program whose database was taken away, so that whoever watches over it notices. */
export async function endWithoutData(db: Database, gone: DatabaseGone): Promise<never> {
  console.error(`roster: ${gone.message}. It ends.`);
  await sleep(TELLS_FOR);
  // Where only the log was deleted, closing still brings what was acknowledged into the database file.
  await Promise.race([db.close(), sleep(CLOSES_WITHIN)]);
  process.exit(1);
}
