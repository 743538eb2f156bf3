import type { Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { findKnownIds } from '../../bulk-operations/bulk-item-store.ts';
import type { SubjectType } from '../../bulk-operations/bulk-operation.ts';
import type { Draft } from '../../bulk-operations/bulk-operation-store.ts';
import { seenBy } from '../../bulk-operations/pages/operation/reported-items.ts';
import { minuteOf } from '../../clock.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import { EXPORT_KINDS } from '../../export/pages/export-kinds.ts';
import { whomNotSaid, whomSaid } from '../../lists/whom-said.ts';
import { format } from '../../text/format.ts';
import { Unprocessable } from '../contract/problem.ts';

const LISTS = { user: 'users', group: 'groups', contact: 'contacts' } as const;

/** Whom an operation is to be done to. */
export type Meaning = { ids: number[]; view?: undefined } | { ids?: undefined; view: string };

/** What is not there is told, and never taken for nobody, or for everybody. Throws Unprocessable. */
export async function recordsMeant(
  app: AppContext,
  viewer: Viewer,
  subjectType: SubjectType,
  { ids, view }: Meaning,
): Promise<Pick<Draft, 'ids' | 'view'>> {
  if (view !== undefined) return inView(app, viewer, subjectType, view);
  const known = await findKnownIds(
    app.db.read,
    subjectType,
    [...new Set(ids)],
    await seenBy(app, viewer, { subjectType }),
  );
  const there = new Set(known);
  const unknown = ids.find((id) => !there.has(id));
  if (unknown !== undefined) throw new Unprocessable({ ids: `There is no ${subjectType} ${unknown}.` });
  return { ids: known };
}

async function inView(app: AppContext, viewer: Viewer, subjectType: SubjectType, said: string) {
  const kind = EXPORT_KINDS[LISTS[subjectType]];
  const view = whomSaid(said, kind.name);
  if (view === undefined) throw new Unprocessable({ view: `The view ${whomNotSaid(kind.name)}.` });
  const problems = await kind.problemsIn(app.db.read, view, viewer);
  if (problems.length > 0) throw new Unprocessable({ view: problems.slice(0, 5).join(' ') });
  const seer = await findContactViewer(app.db.read, viewer, minuteOf(app.clock()));
  const frozen = await kind.freeze(app, seer, view, format);
  const ids: number[] = [];
  for await (const some of frozen.pieces()) ids.push(...some);
  if (ids.length === 0) throw new Unprocessable({ view: `The view shows no ${kind.noun}.` });
  const shown = { shown: null, shownChange: null, frozenChange: null, excepted: null };
  return { ids, view: { view: kind.viewPath(view), ...shown } };
}
