import { may } from '../../access/viewer.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import type { Reader } from '../../db/database.ts';
import { recordPath } from '../../web/record-path.ts';
import type { AuditEvent, Change, Fields } from '../audit-event.ts';
import { type EventWords, wordsOf } from '../event-words.ts';
import { withoutHiddenContacts } from './hidden-contacts.ts';

/** An event as far as its reader may know of it. */
export interface ShownEvent extends AuditEvent {
  words: EventWords;
  /** Whether it says more to those who may read the record. */
  isPartial: boolean;
  /** From where it came, and in which request. */
  showsOrigin: boolean;
  /** Where the records of both stand, for who may read them. */
  actorPath: string | undefined;
  subjectPath: string | undefined;
}

/** What is said of a membership stands on the record of the group as well. */
const OF_MEMBERSHIP = ['group', 'groups', 'until'];

/**
 * Events as this viewer may read them, on timelines as in the audit: of each subject what they may read on its record, and
 * no more (R86). That something was done, by whom and when, is told in any case.
 */
export async function shownTo(db: Reader, viewer: ContactViewer, events: AuditEvent[]): Promise<ShownEvent[]> {
  const showsOrigin = may(viewer, 'audit', 'read') || may(viewer, 'users', 'read');
  return (await withoutHiddenContacts(db, viewer, events)).map((event) => {
    const isReadable = isFieldReadable(viewer, event.subjectType);
    const [before, after] = [event.before, event.after].map((fields) => pick(fields, isReadable));
    const isPartial = count(before) + count(after) < count(event.before) + count(event.after);
    const actorPath = recordPath(viewer, 'user', event.actorId);
    const shown = { ...event, before, after };
    const words = wordsOf(shown);
    return { ...shown, words, isPartial, showsOrigin, actorPath, subjectPath: subjectPath(viewer, event) };
  });
}

/** Applications can be gone, and requests and the program have no record. */
function subjectPath(viewer: ContactViewer, { subjectType, subjectId }: AuditEvent): string | undefined {
  const hasRecord = subjectType === 'user' || subjectType === 'group' || subjectType === 'contact';
  return hasRecord ? recordPath(viewer, subjectType, subjectId) : undefined;
}

function isFieldReadable(viewer: ContactViewer, type: Change['subjectType']): (field: string) => boolean {
  const [users, groups] = [may(viewer, 'users', 'read'), may(viewer, 'groups', 'read')];
  if (type === 'user') return (field) => users || (groups && OF_MEMBERSHIP.includes(field));
  if (type === 'group') return () => groups;
  if (type === 'application') return () => (users && groups) || may(viewer, 'settings', 'read');
  // Contacts that the viewer may not see are hidden by now; requests and the program have no record but this.
  return () => true;
}

function pick(fields: Fields, isReadable: (field: string) => boolean): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => isReadable(field)));
}

function count(fields: Fields): number {
  return Object.keys(fields).length;
}
