import { may } from '../../access/viewer.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import type { Reader } from '../../db/database.ts';
import type { Done } from '../audit-summaries.ts';
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
    /** Where its report stands, for who may read it. */
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
  return entries.map(({ operation }, n): ShownEntry => {
    const entry = shown[n];
    if (!operation) return entry;
    const { id, done } = operation;
    const total = done.reduce((sum, { number }) => sum + number, 0);
    const path = auditPath({ ...NOTHING_TYPED, operation: String(id), action });
    const reportPath = mayReadReport(viewer, done) ? `/bulk-operations/${id}` : undefined;
    return { ...entry, operation: { id, words: done.map(doneWords).join(' and '), total, path, reportPath } };
  });
}

/** Whether this viewer may read the report of an operation that did this. */
export function mayReadReport(viewer: ContactViewer, done: Done[]): boolean {
  return done.every(
    ({ subjectType: type }) =>
      (type === 'user' || type === 'group' || type === 'contact') && may(viewer, `${type}s`, 'read'),
  );
}
