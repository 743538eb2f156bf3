import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { dayOf } from '../../clock.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import { render } from '../../web/render.ts';
import type { AuditEvent, Reference } from '../audit-event.ts';
import { findEventsAround } from '../event-list.ts';
import { type ShownEvent, shownTo } from './shown-events.ts';

const EVENTS_SHOWN = 15;

export interface Timeline {
  events: ShownEvent[];
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
  const viewer = await findContactViewer(app.db.read, req.viewer!, dayOf(app.clock()));
  const isMore = found.length > EVENTS_SHOWN;
  return {
    events: await shownTo(app.db.read, viewer, events.filter(isTold)),
    olderPath: isMore ? `/${type}s/${id}/timeline?before=${events.at(-1)!.id}` : undefined,
  };
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
