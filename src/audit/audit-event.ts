import type { Instant } from '../clock.ts';

/**
 * The values of the changed fields; never a secret, a hash or a token. Records are named by references; every other text
 * is taken for somebody's, unless its field is one of those whose words are the program's (`event-form.ts`).
 */
export type Fields = Record<string, unknown>;

/** A record that an event names, with what it was called then. */
export interface Reference {
  type: 'user' | 'group' | 'contact';
  id: number;
  name: string;
  /** Of a contact that is linked to a user: the business relationships that such a link is warned about. */
  accounts?: string[];
}

export const userReference = referenceTo('user');
export const groupReference = referenceTo('group');
export const contactReference = referenceTo('contact');

function referenceTo(type: Reference['type']) {
  return ({ id, name }: { id: number; name: string }): Reference => ({ type, id, name });
}

/** One change, as a verb reports it. */
export interface Change {
  action: string;
  subjectType: 'user' | 'group' | 'contact' | 'application' | 'view' | 'webhook' | 'review' | 'request' | 'system';
  subjectId: number | null;
  subjectName: string;
  before?: Fields;
  after?: Fields;
}

/** One row of the audit, with the texts that it still has. Names are those of that time. */
export interface AuditEvent extends Required<Change> {
  id: number;
  at: Instant;
  actorId: number | null;
  actorName: string;
  address: string;
  requestId: string;
  /** The bulk operation that it is a part of. */
  operationId: number | null;
  /** The token by which it was done, where it was not done by a person. */
  tokenId: number | null;
}

/** What stands where a text was deleted. */
export const ERASED = 'erased';

export function isReference(value: unknown): value is Reference {
  if (typeof value !== 'object' || value === null) return false;
  const { type, id, name } = value as Partial<Reference>;
  return (type === 'user' || type === 'group' || type === 'contact') && typeof id === 'number' && name !== undefined;
}

/** The records that a value of a field names. */
export function referencesIn(value: unknown): Reference[] {
  if (typeof value !== 'object') return [];
  return (Array.isArray(value) ? value : [value]).filter(isReference);
}

/** Whether it names one. */
export function namesAny(value: unknown): boolean {
  return Array.isArray(value) ? value.some(isReference) : isReference(value);
}

/** Only the fields that differ, as before and after. */
export function differences<T extends Fields>(before: T, after: T): { before: Fields; after: Fields } | undefined {
  const changed = Object.keys(after).filter(
    (field) => before[field] !== after[field] && JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  if (changed.length === 0) return undefined;
  const pick = (from: T) => Object.fromEntries(changed.map((field) => [field, from[field]]));
  return { before: pick(before), after: pick(after) };
}
