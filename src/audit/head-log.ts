import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { type Day, dayOf } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { findHead, headInWords } from './chain.ts';

/**
 * Writes the head of the audit into the log, once a day and at every start. Whoever holds the database and the secrets could set the
 * audit back and seal it anew, but not what the log has carried elsewhere by then: see `verify-audit --head`.
 */
export function headLog({ db, clock, logger }: { db: Database; clock: Clock; logger: Logger }): () => Promise<void> {
  let told: Day | undefined;
  return async () => {
    const today = dayOf(clock());
    const head = today === told ? undefined : await findHead(db.read);
    if (!head) return;
    logger.info({ auditHead: headInWords(head) }, 'the head of the audit');
    told = today;
  };
}
