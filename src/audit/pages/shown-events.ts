import { grants } from '../../access/rights.ts';
import { may } from '../../access/viewer.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import type { Reader } from '../../db/database.ts';
import type { AuditEvent, Change, Fields } from '../audit-event.ts';
import { type EventWords, wordsOf } from './event-words.ts';
import { HIDDEN, isRecord, type Named, NamedRecords, type ShownName } from './named-records.ts';

/** An event as far as its reader may know of it. */
export interface ShownEvent extends AuditEvent {
  actor: ShownName;
  subject: ShownName;
  /** Whether it was done to whoever did it. */
  isOwn: boolean;
  words: EventWords;
  /** Whether it says more to those who may read the record. */
  isPartial: boolean;
  /** From where it came, and in which request. */
  showsOrigin: boolean;
  /** By which token, for those who are told of the origin. */
  token: Named | null;
}

/** What is said of a membership stands on the record of the group as well. */
const OF_MEMBERSHIP = ['group', 'groups', 'until', 'heldUntil'];

/**
 * Events as this viewer may read them, on timelines as in the audit: of each subject what they may read on its record, and
 * no more (R86). That something was done, by whom and when, is told in any case.
 */
export async function shownTo(db: Reader, viewer: ContactViewer, events: AuditEvent[]): Promise<ShownEvent[]> {
  const showsOrigin = may(viewer, 'audit', 'read') || may(viewer, 'users', 'read');
  const records = await NamedRecords.of(db, viewer, events);
  return events.map((told) => {
    const event = withoutHiddenContact(records, told);
    const isReadable = isFieldReadable(viewer, event);
    const [before, after] = [event.before, event.after].map((fields) => pick(fields, isReadable));
    const isPartial = count(before) + count(after) < count(event.before) + count(event.after);
    const shown = { ...event, before, after };
    const actor = partyOf(records, 'user', event.actorId, event.actorName);
    const subject = partyOf(records, event.subjectType, event.subjectId, event.subjectName);
    const words = wordsOf(shown, (reference) => records.shown(reference));
    const token = showsOrigin ? records.token(event.tokenId) : null;
    return { ...shown, actor, subject, isOwn: isOwn(event), words, isPartial, showsOrigin, token };
  });
}

/** A contact that the viewer may not see was changed: nothing is said but that. What other records say of it, `records` knows. */
function withoutHiddenContact(records: NamedRecords, event: AuditEvent): AuditEvent {
  const subject = { type: event.subjectType, id: event.subjectId };
  return isRecord(subject) && records.isHidden(subject)
    ? { ...event, subjectId: null, subjectName: HIDDEN, before: {}, after: {} }
    : event;
}

function partyOf(records: NamedRecords, type: Change['subjectType'], id: number | null, name: string): ShownName {
  const party = { type, id, name };
  return isRecord(party) ? records.shown(party) : { name };
}

function isOwn({ actorId, actorName, subjectType, subjectId, subjectName }: AuditEvent): boolean {
  if (subjectType !== 'user') return false;
  // Earlier versions did not say who asks with an old link, but by the name.
  return actorId === null ? actorName === subjectName : actorId === subjectId;
}

function isFieldReadable(
  viewer: ContactViewer,
  { action, subjectType: type, subjectName }: AuditEvent,
): (field: string) => boolean {
  const [users, groups] = [may(viewer, 'users', 'read'), may(viewer, 'groups', 'read')];
  if (type === 'user') return (field) => users || (groups && OF_MEMBERSHIP.includes(field));
  if (type === 'group') return () => groups;
  // Names of users may be searched for in it.
  if (type === 'view' || type === 'review') return () => users;
  if (type === 'application') return () => (users && groups) || may(viewer, 'settings', 'read');
  if (type === 'webhook') return () => may(viewer, 'settings', 'read');
  // Names may be searched for in the list that was exported.
  if (action === 'records.exported') return (field) => field !== 'view' || mayReadList(viewer, subjectName);
  // Contacts that the viewer may not see are hidden by now; requests and the program have no record but this.
  return () => true;
}

function mayReadList(viewer: ContactViewer, list: string): boolean {
  return grants(viewer.rights, list === 'invitations' ? 'users' : list, 'read');
}

/** The very same where all of them are readable. */
function pick(fields: Fields, isReadable: (field: string) => boolean): Fields {
  if (Object.keys(fields).every(isReadable)) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([field]) => isReadable(field)));
}

function count(fields: Fields): number {
  return Object.keys(fields).length;
}
