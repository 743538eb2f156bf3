import type { ContactViewer } from '../../contacts/contact.ts';
import type { Reader } from '../../db/database.ts';
import { findEventsById } from '../event-list.ts';
import { toldFields } from './audit-export.ts';
import { shownTo } from './shown-events.ts';

/** As files of the audit have them, the newest first: of contacts that the viewer may not see, nothing is told. */
export async function toldEvents(db: Reader, viewer: ContactViewer, ids: number[]) {
  const events = await shownTo(db, viewer, await findEventsById(db, ids));
  return events.map((event) => ({
    id: event.id,
    at: event.at,
    actor: { id: event.actorId, name: event.actor.name },
    token: event.token,
    action: event.action,
    subject: { type: event.subjectType, id: event.subjectId, name: event.subject.name },
    before: toldFields(event, ({ before }) => before),
    after: toldFields(event, ({ after }) => after),
    address: event.showsOrigin ? event.address : '',
    operation: event.operationId,
  }));
}
