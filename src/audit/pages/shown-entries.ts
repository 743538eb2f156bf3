import { may } from '../../access/viewer.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import type { Reader } from '../../db/database.ts';
import type { Done } from '../audit-summaries.ts';
import type { Entry } from '../event-entries.ts';
import type { AuditFilter } from '../event-filter.ts';
import { findEventsOfOperations } from '../event-list.ts';
import { doneWords } from './event-words.ts';
import { type ShownEvent, shownTo } from './shown-events.ts';

/** How many events of a bulk operation unfold in its place; all of them have a page. */
const UNFOLDED = 20;
/** Of all operations on a page, so that it costs the same where there are many. */
const UNFOLDED_IN_ALL = 100;

/** An event, or with `operation` a bulk operation. */
export interface ShownEntry extends ShownEvent {
  operation?: {
    id: number;
    words: string;
    total: number;
    /** Its first events. */
    first: ShownEvent[];
    /** Where its report stands, for who may read it. */
    reportPath: string | undefined;
  };
}

/** Entries as this viewer may read them. */
export async function shownEntries(
  db: Reader,
  viewer: ContactViewer,
  entries: Entry[],
  { action }: AuditFilter,
): Promise<ShownEntry[]> {
  const ids = entries.flatMap(({ operation }) => operation?.id ?? []);
  const each = Math.min(UNFOLDED, Math.ceil(UNFOLDED_IN_ALL / ids.length));
  const firsts = await findEventsOfOperations(db, ids, { action }, each);
  // All at once: each look at what records are called now takes a query of each of their tables.
  const shown = await shownTo(db, viewer, [...entries.map(({ event }) => event), ...firsts]);
  const byId = new Map(shown.map((event) => [event.id, event]));
  const firstOf = Map.groupBy(firsts, ({ operationId }) => operationId);
  return entries.map(({ event, operation }): ShownEntry => {
    const entry = byId.get(event.id)!;
    if (!operation) return entry;
    const { id, done } = operation;
    const total = done.reduce((sum, { number }) => sum + number, 0);
    const first = (firstOf.get(id) ?? []).map((one) => byId.get(one.id)!);
    const reportPath = mayReadReport(viewer, done) ? `/bulk-operations/${id}` : undefined;
    return { ...entry, operation: { id, words: done.map(doneWords).join(' and '), total, first, reportPath } };
  });
}

/** Whether this viewer may read the report of an operation that did this. */
export function mayReadReport(viewer: ContactViewer, done: Done[]): boolean {
  return done.every(
    ({ subjectType: type }) =>
      (type === 'user' || type === 'group' || type === 'contact') && may(viewer, `${type}s`, 'read'),
  );
}
