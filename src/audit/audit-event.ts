import type { Instant } from '../clock.ts';
import type { Transaction } from '../db/database.ts';
import type { Viewer } from '../users/user.ts';

/** The values of the changed fields; never a secret, a hash or a token. */
export type Fields = Record<string, unknown>;

/** One change, as a verb reports it. */
export interface Change {
  action: string;
  subjectType: 'user' | 'group' | 'contact' | 'application' | 'request' | 'system';
  subjectId: number | null;
  subjectName: string;
  before?: Fields;
  after?: Fields;
}

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

/** One row of the audit. */
export interface AuditEvent extends Required<Change> {
  id: number;
  at: Instant;
  actorId: number | null;
  actorName: string;
  address: string;
  requestId: string;
}

/** Only the fields that differ, as before and after. */
export function differences<T extends Fields>(before: T, after: T): { before: Fields; after: Fields } | undefined {
  const changed = Object.keys(after).filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));
  if (changed.length === 0) return undefined;
  const pick = (from: T) => Object.fromEntries(changed.map((field) => [field, from[field]]));
  return { before: pick(before), after: pick(after) };
}
