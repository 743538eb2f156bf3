import { Router } from 'express';
import type { AppContext } from '../../app-context.ts';
import { dayAfter, dayOf, isDay } from '../../clock.ts';
import { findContactViewer, whereVisible } from '../../contacts/contact-viewer.ts';
import { requireRight } from '../../web/guards/authorization.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { type AuditFilter, findActions, findEntries } from '../event-list.ts';
import { actionWords } from './event-words.ts';
import { shownEntries } from './shown-entries.ts';

const PER_PAGE = 50;
const NAMES = ['actor', 'subject', 'action', 'operation', 'from', 'to', 'before'] as const;

export function auditController(app: AppContext): Router {
  const router = Router();

  router.get('/audit', requireRight('audit', 'read'), async (req, res) => {
    const typed = Object.fromEntries(NAMES.map((name) => [name, textOf(req.query[name])])) as Record<
      (typeof NAMES)[number],
      string
    >;
    const format = formatOf(req);
    const errors: Record<string, string> = {};
    for (const name of ['from', 'to'] as const)
      if (typed[name] && !isDay(typed[name])) errors[name] = 'Enter a date that exists, as YYYY-MM-DD.';
    const viewer = await findContactViewer(app.db.read, req.viewer!, dayOf(app.clock()));
    const filter: AuditFilter = {
      actor: typed.actor,
      subject: typed.subject,
      isKnown: (contacts) => whereVisible(contacts, viewer),
      action: typed.action,
      operationId: numberIn(typed.operation),
      from: typed.from && !errors.from ? format.startOf(typed.from) : undefined,
      before: typed.to && !errors.to ? format.startOf(dayAfter(typed.to)) : undefined,
      beforeId: numberIn(typed.before),
    };
    const entries = await findEntries(app.db.read, filter, PER_PAGE + 1);
    const shown = await shownEntries(app.db.read, viewer, entries.slice(0, PER_PAGE), filter);
    const last = shown.at(-1);
    const page = {
      title: 'Audit',
      typed,
      errors,
      events: shown,
      actions: (await findActions(app.db.read)).map((action) => ({ action, verb: actionWords(action) })),
      isFiltered: NAMES.some((name) => typed[name] !== ''),
      olderPath: entries.length > PER_PAGE && last ? olderPath(typed, last.id) : undefined,
    };
    render(req, res, 'audit/index', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
  });

  return router;
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
