import type { AuditEvent, Fields } from '../audit/audit-event.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import type { ContactViewer } from './contact.ts';
import { whereVisible } from './contact-viewer.ts';
import { linkedIn } from './linking.ts';

const HIDDEN = 'a contact that you may not see';

/**
 * Events as they may be shown outside of the audit: a contact that is named by another record stays unknown to whoever
 * may not see it. (The audit itself, a right of its own, tells everything.)
 */
export async function withoutHiddenContacts(
  db: Reader,
  viewer: ContactViewer,
  events: AuditEvent[],
): Promise<AuditEvent[]> {
  const named = events.flatMap(({ before, after }) =>
    [...Object.values(before), ...Object.values(after)].map(linkedIn),
  );
  const ids = [...new Set(named.filter((id) => id !== undefined))];
  if (ids.length === 0) return events;
  const visible = new Set<number>(
    await whereVisible(whereIdIn(db('contacts'), 'contacts.id', ids), viewer).pluck('contacts.id'),
  );
  const shown = (fields: Fields): Fields =>
    Object.fromEntries(
      Object.entries(fields).map(([field, value]) => {
        const id = linkedIn(value);
        return [field, id === undefined || visible.has(id) ? value : HIDDEN];
      }),
    );
  return events.map((event) => ({ ...event, before: shown(event.before), after: shown(event.after) }));
}
