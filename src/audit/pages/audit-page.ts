import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { findEntries } from '../event-entries.ts';
import { findActions } from '../event-list.ts';
import { auditPath, errorsIn, filterOf, readAuditQuery } from './audit-query.ts';
import { actionWords } from './event-words.ts';
import { shownEntries } from './shown-entries.ts';

const PER_PAGE = 50;

/** The newest events that match what was asked for. */
export async function showAudit(app: AppContext, req: Request, res: Response): Promise<void> {
  const db = app.db.read;
  const typed = readAuditQuery(req.query);
  const errors = errorsIn(typed);
  const viewer = await findContactViewer(db, req.viewer!, minuteOf(app.clock()));
  const filter = filterOf(typed, errors, { viewer, format: formatOf(req) });
  const entries = await findEntries(db, filter, PER_PAGE + 1);
  const shown = await shownEntries(db, viewer, entries.slice(0, PER_PAGE), filter);
  const last = shown.at(-1);
  const actions = await findActions(db);
  const page = {
    title: 'Audit',
    typed,
    errors,
    events: shown,
    actions: actions.map((action) => ({ action, verb: actionWords(action) })),
    unknownAction: actions.includes(typed.action) ? '' : typed.action,
    isFiltered: auditPath(typed, typed.before) !== '/audit',
    unread: typed.unread.map(([name]) => name),
    exportPath: auditPath(typed).replace('/audit', '/audit/export'),
    olderPath: entries.length > PER_PAGE && last ? auditPath(typed, String(last.id)) : undefined,
  };
  render(req, res, 'audit/index', page, {
    status: Object.keys(errors).length > 0 ? 422 : 200,
    fragments: { [`events-of-${typed.operation}`]: 'audit/_timeline' },
  });
}
