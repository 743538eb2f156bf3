import type { ContactViewer } from '../../contacts/contact.ts';
import type { Database, Reader } from '../../db/database.ts';
import { type Cell, type ColumnOf, type ExportKind, linesOf, READ_AT_ONCE } from '../../export/exportable.ts';
import { sourceIn } from '../../lists/list-query.ts';
import type { Format } from '../../text/format.ts';
import { isId } from '../../text/record-id.ts';
import { Malformed } from '../../verbs/refusals.ts';
import { findHead } from '../chain.ts';
import type { AuditFilter } from '../event-filter.ts';
import { countEvents, findActions, findEventsById, findNewestIds } from '../event-list.ts';
import { AUDIT_FILTERS, auditPath, errorsIn, filterOf, readAuditQuery } from './audit-query.ts';
import type { FieldValue, FieldWords } from './event-words.ts';
import { type ShownEvent, shownTo } from './shown-events.ts';

/** To count all that match would look at every one of millions. */
const MOST_COUNTED = 10_000;

/** Each event by itself, those of bulk operations as well. */
const COLUMNS: ColumnOf<ShownEvent>[] = [
  { key: 'at', label: 'At (UTC)', isListed: true, of: (event) => event.at },
  { key: 'who', label: 'Who', isListed: true, of: (event) => event.actor.name },
  { key: 'who_id', label: 'User id', of: (event) => event.actorId },
  { key: 'token', label: 'By token', of: (event) => event.token?.name ?? '' },
  { key: 'action', label: 'Action', isListed: true, of: (event) => event.action },
  { key: 'done', label: 'What was done', isListed: true, of: (event) => event.words.verb },
  { key: 'record', label: 'Kind of record', isListed: true, of: (event) => event.subjectType },
  { key: 'whom', label: 'Whom or what', isListed: true, of: (event) => event.subject.name },
  { key: 'whom_id', label: 'Record id', of: (event) => event.subjectId },
  { key: 'before', label: 'Before', isListed: true, of: (event) => toldFields(event, ({ before }) => before) },
  { key: 'after', label: 'After', isListed: true, of: (event) => toldFields(event, ({ after }) => after) },
  { key: 'address', label: 'From address', isListed: true, of: (event) => (event.showsOrigin ? event.address : '') },
  { key: 'request', label: 'Request', of: (event) => (event.showsOrigin ? event.requestId : '') },
  { key: 'operation', label: 'Bulk operation', of: (event) => event.operationId },
];

/** By what the fields are called, of records what they are called now. */
export function toldFields({ words }: ShownEvent, pick: (field: FieldWords) => FieldValue | undefined): Cell {
  const values = words.fields.flatMap((field) => {
    const value = pick(field);
    if (!value) return [];
    return [[field.label, 'names' in value ? value.names.map(({ name }) => name) : (value.value ?? null)]];
  });
  return Object.fromEntries(values);
}

export const AUDIT_EXPORT: ExportKind<{ db: Database }, ContactViewer> = {
  name: 'audit',
  noun: 'event',
  application: 'audit',
  columns: COLUMNS,
  viewPath: (view) => auditPath(readAuditQuery(sourceIn(view))),
  problemsIn: (db, view) => problemsIn(db, sourceIn(view)),
  async freeze({ db: { read: db } }, viewer, view, format) {
    const filter = await filterIn(db, view, { viewer, format });
    const isWhole = auditPath(readAuditQuery(sourceIn(view))) === '/audit';
    const counted = isWhole ? filter.beforeId - 1 : await countEvents(db, filter, MOST_COUNTED + 1);
    const isMore = !isWhole && counted > MOST_COUNTED;
    return { total: isMore ? MOST_COUNTED : counted, isMore, pieces: () => newestFirst(db, filter) };
  },
  async *read({ db: { read: db } }, viewer, ids, chosen) {
    const events = await shownTo(db, viewer, await findEventsById(db, ids));
    yield linesOf(COLUMNS, chosen, events, ({ id }) => id);
  },
};

/** Up to the last event that there is now. */
async function filterIn(
  db: Reader,
  view: string,
  reader: { viewer: ContactViewer; format: Format },
): Promise<AuditFilter & { beforeId: number }> {
  const typed = readAuditQuery(sourceIn(view));
  const errors = errorsIn(typed);
  // To leave it out would mean all days.
  for (const error of Object.values(errors)) throw new Malformed(error);
  const head = await findHead(db);
  return { ...filterOf(typed, errors, reader), beforeId: (head?.eventId ?? 0) + 1 };
}

async function* newestFirst(db: Reader, filter: AuditFilter & { beforeId: number }): AsyncGenerator<number[]> {
  let { beforeId } = filter;
  for (;;) {
    const ids = await findNewestIds(db, { ...filter, beforeId }, READ_AT_ONCE);
    if (ids.length > 0) yield ids;
    if (ids.length < READ_AT_ONCE) return;
    beforeId = ids[ids.length - 1];
  }
}

async function problemsIn(db: Reader, source: Record<string, unknown>): Promise<string[]> {
  const typed = readAuditQuery(source, AUDIT_FILTERS);
  const actions = await findActions(db);
  return [
    ...typed.unread.map(([name]) => `There is no filter ${name}.`),
    ...Object.entries(source)
      .filter(([, value]) => typeof value !== 'string')
      .map(([name]) => `Of ${name} only one can be given.`),
    ...Object.values(errorsIn(typed)),
    ...(typed.action && !actions.includes(typed.action) ? [`There is no action ${typed.action}.`] : []),
    ...(typed.operation && !isId(typed.operation) ? [`There is no bulk operation ${typed.operation}.`] : []),
  ];
}
