import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { dayAfter, dayOf, isDay } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { findContactViewer, whereVisible } from '../../contacts/contact-viewer.ts';
import type { Errors } from '../../forms/form.ts';
import type { Format } from '../../text/format.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { type AuditFilter, findActions, findEntries } from '../event-list.ts';
import { actionWords } from './event-words.ts';
import { shownEntries } from './shown-entries.ts';

const PER_PAGE = 50;
const NO_OPERATION = 0;
const NAMES = ['actor', 'subject', 'action', 'operation', 'from', 'to', 'before'] as const;

type Typed = Record<(typeof NAMES)[number], string>;

/** The newest events that match what was asked for. */
export async function showAudit(app: AppContext, req: Request, res: Response): Promise<void> {
  const db = app.db.read;
  const typed = Object.fromEntries(NAMES.map((name) => [name, textOf(req.query[name])])) as Typed;
  const errors = errorsIn(typed);
  const viewer = await findContactViewer(db, req.viewer!, dayOf(app.clock()));
  const filter = filterOf(typed, errors, { viewer, format: formatOf(req) });
  const entries = await findEntries(db, filter, PER_PAGE + 1);
  const shown = await shownEntries(db, viewer, entries.slice(0, PER_PAGE), filter);
  const last = shown.at(-1);
  const page = {
    title: 'Audit',
    typed,
    errors,
    events: shown,
    actions: (await findActions(db)).map((action) => ({ action, verb: actionWords(action) })),
    isFiltered: NAMES.some((name) => typed[name] !== ''),
    olderPath: entries.length > PER_PAGE && last ? olderPath(typed, last.id) : undefined,
  };
  render(req, res, 'audit/index', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
}

function errorsIn(typed: Typed): Errors {
  const wrong = (['from', 'to'] as const).filter((name) => typed[name] && !isDay(typed[name]));
  return Object.fromEntries(wrong.map((name) => [name, 'Enter a date that exists, as YYYY-MM-DD.']));
}

/** Days are those of the reader. */
function filterOf(
  typed: Typed,
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim().slice(0, 300) : '';
}

function numberIn(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function olderPath(typed: Record<string, string>, before: number): string {
  const given = Object.entries({ ...typed, before: String(before) }).filter(([, value]) => value !== '');
  return `/audit?${new URLSearchParams(given)}`;
}
