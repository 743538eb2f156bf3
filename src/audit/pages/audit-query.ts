import { dayAfter, isDay } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { whereVisible } from '../../contacts/contact-viewer.ts';
import { NO_DAY } from '../../forms/fields.ts';
import type { Errors } from '../../forms/form.ts';
import { firstOf, type Source, type Unread, unreadIn } from '../../lists/list-query.ts';
import type { Format } from '../../text/format.ts';
import { LONGEST_IDENTITY } from '../../text/identity-key.ts';
import type { AuditFilter } from '../event-filter.ts';

const NO_OPERATION = 0;
export const AUDIT_FILTERS = ['actor', 'subject', 'action', 'operation', 'from', 'to'] as const;
const NAMES = [...AUDIT_FILTERS, 'before'] as const;

/** What the address asks for, as it was typed. */
export type AuditQuery = Record<(typeof NAMES)[number], string> & {
  /** Filters that there are none: left out, they would mean all events. */
  unread: readonly Unread[];
};

export const NOTHING_TYPED = readAuditQuery({});

export function readAuditQuery(source: Source, takes: readonly string[] = NAMES): AuditQuery {
  const given = NAMES.map((name) => [name, (firstOf(source[name]) ?? '').trim().slice(0, LONGEST_IDENTITY)]);
  return { ...Object.fromEntries(given), unread: unreadIn(source, takes) };
}

export function errorsIn(typed: AuditQuery): Errors {
  const wrong = (['from', 'to'] as const).filter((name) => typed[name] && !isDay(typed[name]));
  return Object.fromEntries(wrong.map((name) => [name, NO_DAY]));
}

/** Days are those of the reader. */
export function filterOf(
  typed: AuditQuery,
  errors: Errors,
  { viewer, format }: { viewer: ContactViewer; format: Format },
): AuditFilter {
  return {
    actor: typed.actor,
    subject: typed.subject,
    isKnown: (contacts) => whereVisible(contacts, viewer),
    action: typed.action,
    operationId: operationIn(typed),
    from: typed.from && !errors.from ? format.startOf(typed.from) : undefined,
    before: typed.to && !errors.to ? format.startOf(dayAfter(typed.to)) : undefined,
    beforeId: numberIn(typed.before),
  };
}

/** The address with these filters, from the newest event on unless it says otherwise. */
export function auditPath({ unread, ...typed }: AuditQuery, before = ''): string {
  const given = [
    ...Object.entries({ ...typed, before }).filter(([, value]) => value !== ''),
    ...unread.map(([...one]) => one),
  ];
  return given.length > 0 ? `/audit?${new URLSearchParams(given)}` : '/audit';
}

/** One that is none has no events, where leaving it out would show all; neither has a filter that there is none. */
function operationIn({ operation, unread }: AuditQuery): number | undefined {
  if (unread.length > 0) return NO_OPERATION;
  return operation ? (numberIn(operation) ?? NO_OPERATION) : undefined;
}

function numberIn(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
