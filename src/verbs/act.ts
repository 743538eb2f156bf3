import type { Viewer } from '../access/viewer.ts';
import type { Instant } from '../clock.ts';
import type { Transaction } from '../db/database.ts';

/**
 * Who acts, when and from where, with the key that seals what they do, and whether mail can tell of it. Every verb that
 * changes state takes one.
 */
export interface Act {
  by: Viewer;
  at: Instant;
  address: string;
  requestId: string;
  auditKey: string;
  /** Left out, nobody is told by mail. */
  sendsMail?: boolean;
  /** Throws where whoever acts may not act so any more; asked in the transaction of each change. Left out for the program itself. */
  confirm?: (trx: Transaction) => Promise<void>;
}
