import type { Instant } from '../clock.ts';

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
