import { dayAfter, isDay } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { whereVisible } from '../../contacts/contact-viewer.ts';
import type { Errors } from '../../forms/form.ts';
import { firstOf, type Source } from '../../lists/list-query.ts';
import type { Format } from '../../text/format.ts';
import type { AuditFilter } from '../event-filter.ts';

const NO_OPERATION = 0;
const LONGEST = 300;
export const AUDIT_FILTERS = ['actor', 'subject', 'action', 'operation', 'from', 'to'] as const;
const NAMES = [...AUDIT_FILTERS, 'before'] as const;

/** What the address asks for, as it was typed. */
export type AuditQuery = Record<(typeof NAMES)[number], string>;

export function readAuditQuery(source: Source): AuditQuery {
  return Object.fromEntries(
    NAMES.map((name) => [name, (firstOf(source[name]) ?? '').trim().slice(0, LONGEST)]),
  ) as AuditQuery;
}

export function errorsIn(typed: AuditQuery): Errors {
  const wrong = (['from', 'to'] as const).filter((name) => typed[name] && !isDay(typed[name]));
  return Object.fromEntries(wrong.map((name) => [name, 'Enter a date that exists, as YYYY-MM-DD.']));
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
    // One that is none has no events, where leaving it out would show all.
    operationId: typed.operation ? (numberIn(typed.operation) ?? NO_OPERATION) : undefined,
    from: typed.from && !errors.from ? format.startOf(typed.from) : undefined,
    before: typed.to && !errors.to ? format.startOf(dayAfter(typed.to)) : undefined,
    beforeId: numberIn(typed.before),
  };
}

/** The address with these filters, from the newest event on unless it says otherwise. */
export function auditPath(typed: AuditQuery, before = ''): string {
  const given = Object.entries({ ...typed, before }).filter(([, value]) => value !== '');
  return given.length > 0 ? `/audit?${new URLSearchParams(given)}` : '/audit';
}

function numberIn(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
