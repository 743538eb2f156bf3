import { findNewestIds } from '../../audit/event-list.ts';
import { AUDIT_EXPORT } from '../../audit/pages/audit-export.ts';
import { AUDIT_FILTERS, auditPath, errorsIn, filterOf, readAuditQuery } from '../../audit/pages/audit-query.ts';
import { toldEvents } from '../../audit/pages/told-events.ts';
import { minuteOf } from '../../clock.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import { format } from '../../text/format.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { EVENT, pageOf } from '../contract/answers.ts';
import { listAnswer, requireKnown, sourceOf } from '../contract/lists.ts';
import { type Answer, type Call, type Route, route } from '../contract/route.ts';

const READ: Route['needs'] = { right: ['audit', 'read'] };
const PER = 50;
const TAKEN = [...AUDIT_FILTERS, 'before', 'after', 'per'];

export const AUDIT_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/audit',
    summary: 'Events, the newest first; `before` an event are those that came before it',
    tag: 'Audit',
    needs: READ,
    filters: [...AUDIT_FILTERS],
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
      const [event] = await toldEvents(call.app.db.read, await seerOf(call), [call.ids.id]);
      if (!event) throw new NotFound('There is no such event.');
      return { body: event };
    },
  }),
];

async function list(call: Call): Promise<Answer> {
  const { app, req } = call;
  await requireKnown(call, AUDIT_EXPORT.problemsIn, (place) => /^\d{1,15}$/.test(place));
  const typed = readAuditQuery(sourceOf(req), TAKEN);
  const viewer = await seerOf(call);
  const filter = filterOf(typed, errorsIn(typed), { viewer, format });
  const ids = await findNewestIds(app.db.read, filter, PER);
  const next = ids.length === PER ? auditPath(typed, String(ids.at(-1))) : undefined;
  return listAnswer({ items: await toldEvents(app.db.read, viewer, ids), next, previous: undefined });
}

/** Who looks, with what decides which contacts they see. */
export function seerOf({ app, viewer }: Pick<Call, 'app' | 'viewer'>) {
  return findContactViewer(app.db.read, viewer, minuteOf(app.clock()));
}
