import { may } from '../../access/viewer.ts';
import { findKeptOperations } from '../../bulk-operations/bulk-operation-store.ts';
import { mayLookAt } from '../../bulk-operations/pages/operation/visible-operation.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import type { Reader } from '../../db/database.ts';
import type { Entry } from '../event-entries.ts';
import type { AuditFilter } from '../event-filter.ts';
import { auditPath, NOTHING_TYPED } from './audit-query.ts';
import { doneWords } from './event-words.ts';
import { type ShownEvent, shownTo } from './shown-events.ts';

/** An event, or with `operation` a bulk operation. */
export interface ShownEntry extends ShownEvent {
  operation?: {
    id: number;
    words: string;
    total: number;
    /** Where its events stand one by one, from which they come as well when it is unfolded. */
    path: string;
    /** Where its report stands, for who may read it, as long as it is kept. */
    reportPath: string | undefined;
  };
}

/** Entries as this viewer may read them. */
export async function shownEntries(
  db: Reader,
  viewer: ContactViewer,
  entries: Entry[],
  { action = '' }: AuditFilter,
): Promise<ShownEntry[]> {
  const shown = await shownTo(
    db,
    viewer,
    entries.map(({ event }) => event),
  );
  const ids = entries.flatMap(({ operation }) => operation?.id ?? []);
  const readable = await findReadable(db, viewer, ids);
  return entries.map(({ operation }, n): ShownEntry => {
    const entry = shown[n];
    if (!operation) return entry;
    const { id, done } = operation;
    const total = done.reduce((sum, { number }) => sum + number, 0);
    const path = auditPath({ ...NOTHING_TYPED, operation: String(id), action });
    const reportPath = readable.has(id) ? `/bulk-operations/${id}` : undefined;
    return { ...entry, operation: { id, words: done.map(doneWords).join(' and '), total, path, reportPath } };
  });
}

/** Of which of these operations there is a report that this viewer may read: it is kept for a while. */
export async function findReadable(db: Reader, viewer: ContactViewer, operationIds: number[]): Promise<Set<number>> {
  if (operationIds.length === 0) return new Set();
  const kept = await findKeptOperations(db, operationIds);
  const readable = kept.filter((one) => may(viewer, `${one.subjectType}s`, 'read') && mayLookAt(viewer, one));
  return new Set(readable.map(({ id }) => id));
}
