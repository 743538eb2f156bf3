import type { ContactViewer } from '../../contacts/contact.ts';
import { whereVisible } from '../../contacts/contact-viewer.ts';
import type { Reader } from '../../db/database.ts';
import { whereIdIn } from '../../db/ids.ts';
import { linkedIn } from '../../linked-contacts/linked-contact.ts';
import type { AuditEvent, Fields } from '../audit-event.ts';

const HIDDEN = 'a contact that you may not see';

/**
 * Events in which contacts stay unknown to whoever may not see them: those that another record names, and those that were
 * changed themselves, of which nothing is said but that they were.
 */
export async function withoutHiddenContacts(
  db: Reader,
  viewer: ContactViewer,
  events: AuditEvent[],
): Promise<AuditEvent[]> {
  const ids = new Set(events.flatMap(contactsIn));
  if (ids.size === 0) return events;
  const visible = new Set<number>(
    await whereVisible(whereIdIn(db('contacts'), 'contacts.id', [...ids]), viewer).pluck('contacts.id'),
  );
  const shown = (fields: Fields): Fields =>
    Object.fromEntries(
      Object.entries(fields).map(([field, value]) => {
        const id = linkedIn(value);
        return [field, id === undefined || visible.has(id) ? value : HIDDEN];
      }),
    );
  return events.map((event) => {
    if (event.subjectType === 'contact' && !visible.has(event.subjectId!))
      return { ...event, subjectId: null, subjectName: HIDDEN, before: {}, after: {} };
    return { ...event, before: shown(event.before), after: shown(event.after) };
  });
}

/** The numbers of the contacts that the event is about, or names. */
function contactsIn({ subjectType, subjectId, before, after }: AuditEvent): number[] {
  const named = [...Object.values(before), ...Object.values(after)].map(linkedIn);
  return [subjectType === 'contact' ? subjectId : undefined, ...named].filter((id) => typeof id === 'number');
}
