import type { Request, Response } from 'express';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { render } from '../../web/render.ts';
import type { AuditEvent, Reference } from '../audit-event.ts';
import { type Done, findDone } from '../audit-summaries.ts';
import { findEventsAround } from '../event-list.ts';
import { doneWords } from './event-words.ts';
import { findReadable } from './shown-entries.ts';
import { type ShownEvent, shownTo } from './shown-events.ts';

const EVENTS_SHOWN = 15;

/** An event with the operation that did it, as far as its report is there to be read. */
export interface TimelineEvent extends ShownEvent {
  /** Where that was done to more than this. */
  partOf?: { words: string; path: string | undefined };
  reportPath?: string;
}

export interface Timeline {
  events: TimelineEvent[];
  /** Where older ones are found, if there are any. */
  olderPath: string | undefined;
}

/** Whose timeline it is. */
export interface Telling extends Reference {
  /** What came up to this event is over and not told. */
  since?: number;
  /** Which of its events this viewer is told; left out, all of them. */
  isTold?: (event: AuditEvent) => boolean;
}

/** The newest events of a record as its reader may know them, before that one. */
export async function timelineOf(app: AppContext, req: Request, of: Telling, beforeId?: number): Promise<Timeline> {
  const { type, id, since = 0, isTold = () => true } = of;
  const newest = await findEventsAround(app.db.read, of, beforeId, EVENTS_SHOWN + 1);
  const found = newest.filter((event) => event.id > since);
  const events = found.slice(0, EVENTS_SHOWN);
  const viewer = await findContactViewer(app.db.read, req.viewer!, minuteOf(app.clock()));
  const isMore = found.length > EVENTS_SHOWN;
  return {
    events: await withOperations(app.db.read, viewer, await shownTo(app.db.read, viewer, events.filter(isTold))),
    olderPath: isMore ? `/${type}s/${id}/timeline?before=${events.at(-1)!.id}` : undefined,
  };
}

/** With what the operations did of which they are a part, where that was more than this, and where their reports stand. */
async function withOperations(db: Reader, viewer: ContactViewer, events: ShownEvent[]): Promise<TimelineEvent[]> {
  const ids = [...new Set(events.flatMap(({ operationId }) => operationId ?? []))];
  if (ids.length === 0) return events;
  const readable = await findReadable(db, viewer, ids);
  const done = await findDone(db, ids);
  return events.map((event) => {
    const all = done.get(event.operationId ?? 0) ?? [];
    const total = all.reduce((sum, { number }) => sum + number, 0);
    const path = readable.has(event.operationId ?? 0) ? `/bulk-operations/${event.operationId}` : undefined;
    if (total <= 1) return { ...event, reportPath: path };
    const words = path !== undefined || mayKnow(viewer, all) ? all.map(doneWords).join(' and ') : undefined;
    return words === undefined ? event : { ...event, partOf: { words, path } };
  });
}

/** To how many contacts something was done tells of those that others may not see (R86). */
function mayKnow(viewer: ContactViewer, all: Done[]): boolean {
  return all.every(({ subjectType: type }) => {
    if (type === 'contact') return may(viewer, 'audit', 'read');
    return (type === 'user' || type === 'group') && may(viewer, `${type}s`, 'read');
  });
}

/** Events before those that are shown already, as a page and as more of the record. */
export async function showOlderEvents(app: AppContext, req: Request, res: Response, of: Telling): Promise<void> {
  const before = /^\d{1,15}$/.test(String(req.query.before)) ? Number(req.query.before) : undefined;
  const page = {
    title: `Older changes of ${of.name}`,
    record: { name: of.name, path: `/${of.type}s/${of.id}` },
    ...(await timelineOf(app, req, of, before)),
  };
  render(req, res, 'audit/older', page, { fragments: { older: 'audit/_older' } });
}
