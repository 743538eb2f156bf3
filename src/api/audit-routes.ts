import { findEventsById, findNewestIds } from '../audit/event-list.ts';
import { AUDIT_EXPORT } from '../audit/pages/audit-export.ts';
import { auditPath, errorsIn, filterOf, readAuditQuery } from '../audit/pages/audit-query.ts';
import { shownTo } from '../audit/pages/shown-events.ts';
import { dayOf } from '../clock.ts';
import { findContactViewer } from '../contacts/contact-viewer.ts';
import { format } from '../text/format.ts';
import { NotFound } from '../verbs/refusals.ts';
import { EVENT, pageOf } from './answers.ts';
import { listAnswer, requireKnown, sourceOf } from './lists.ts';
import { type Answer, type Call, type Route, route } from './route.ts';

const READ: Route['needs'] = { right: ['audit', 'read'] };
const PER = 50;
const COLUMNS = new Set(AUDIT_EXPORT.columns.map(({ key }) => key));

export const AUDIT_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/audit',
    summary: 'Events, the newest first; `before` an event are those that came before it',
    tag: 'Audit',
    needs: READ,
    filters: ['actor', 'subject', 'action', 'operation', 'from', 'to'],
    status: 200,
    answer: pageOf(EVENT),
    handle: list,
  }),
  route({
    method: 'get',
    path: '/audit/{id}',
    summary: 'One event',
    tag: 'Audit',
    needs: READ,
    status: 200,
    answer: EVENT,
    async handle(call) {
      const [event] = await toldEvents(call, [call.ids.id]);
      if (!event) throw new NotFound('There is no such event.');
      return { body: event };
    },
  }),
];

async function list(call: Call): Promise<Answer> {
  const { app, req } = call;
  await requireKnown(app.db.read, req, AUDIT_EXPORT.problemsIn);
  const typed = readAuditQuery(sourceOf(req));
  const viewer = await seerOf(call);
  const filter = filterOf(typed, errorsIn(typed), { viewer, format });
  const ids = await findNewestIds(app.db.read, filter, PER);
  const next = ids.length === PER ? auditPath(typed, String(ids.at(-1))) : undefined;
  return listAnswer({ items: await toldEvents(call, ids), next, previous: undefined });
}

/** As files of the audit have them: of contacts that the viewer may not see, nothing is told. */
async function toldEvents(call: Call, ids: number[]) {
  const db = call.app.db.read;
  const viewer = await seerOf(call);
  const kinds = new Map((await shownTo(db, viewer, await findEventsById(db, ids))).map((one) => [one.id, one]));
  const lines: { id: number; cells: unknown[] }[] = [];
  for await (const some of AUDIT_EXPORT.read(call.app, viewer, ids, COLUMNS)) lines.push(...some);
  const keys = AUDIT_EXPORT.columns.map(({ key }) => key);
  return lines.map(({ id, cells }) => {
    const cell = Object.fromEntries(keys.map((key, n) => [key, cells[n]]));
    return {
      id,
      at: cell.at,
      actor: { id: cell.who_id ?? null, name: cell.who },
      action: cell.action,
      subject: { type: kinds.get(id)?.subjectType ?? cell.record, id: cell.whom_id ?? null, name: cell.whom },
      before: cell.before,
      after: cell.after,
      address: cell.address,
      operation: cell.operation ?? null,
    };
  });
}

function seerOf({ app, viewer }: Call) {
  return findContactViewer(app.db.read, viewer, dayOf(app.clock()));
}
