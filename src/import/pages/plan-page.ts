import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import type { Fields } from '../../audit/audit-event.ts';
import type { Format } from '../../text/format.ts';
import { share } from '../../text/text.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import { render } from '../../web/render.ts';
import { KINDS } from '../actions/import-kinds.ts';
import { type Import, PLAN_KINDS } from '../import.ts';
import { countTicked, findPlanned, type PlanFilter, type PlannedLine, type Ticked } from '../import-plan-store.ts';
import { toldFields } from '../told-fields.ts';

export const MOST_SHOWN = 100;

const TABS = [...PLAN_KINDS, 'emails'] as const;
const KIND_LABELS: Record<(typeof TABS)[number], string> = {
  new: 'New',
  changed: 'Changed',
  unchanged: 'Unchanged',
  refused: 'Refused',
  emails: 'New emails',
};

/** How many lines would be done: emails that are not ticked stay, and some change nothing else. */
function countToDo({ counts }: Import, { alone }: Ticked): number {
  return counts.new + counts.changed - counts.emailsAlone + alone;
}

/** Tells whether somebody would do what they were shown: another one once it was found out anew, or other emails are ticked. */
export function markOf({ createdAt, choices, counts }: Import, ticked: Ticked): string {
  const seen = JSON.stringify([createdAt, choices, counts, ticked]);
  return createHash('sha256').update(seen).digest('base64url');
}

/** What each line comes to, or how far it is found out. */
export async function showPlan(app: AppContext, req: Request, res: Response, one: Import): Promise<void> {
  const fragments = { progress: 'import/_progress' };
  if (one.state === 'planning') {
    const [done, size] = [one.done, 2 * one.pieces];
    const page = { title: `Import ${one.kind}`, one, done, size, share: share(done, size) };
    return render(req, res, 'import/progress', page, { fragments });
  }
  const db = app.db.read;
  const filter = filterOf(req, one);
  const lines = await findPlanned(db, one.id, filter, MOST_SHOWN + 1);
  const shown = lines.slice(0, MOST_SHOWN);
  const path = `/${one.kind}/imports/${one.id}`;
  const ticked = await countTicked(db, one.id);
  const format = formatOf(req);
  const given = await KINDS[one.kind].givenToNew(db, shown);
  const page = {
    title: `Import ${one.kind}`,
    one,
    path,
    kind: filter.kind,
    after: filter.after ?? 0,
    ticked: ticked.ticked,
    todo: countToDo(one, ticked),
    seen: markOf(one, ticked),
    kinds: TABS.filter((kind) => one.counts[kind] > 0 || kind !== 'emails').map((kind) => ({
      label: KIND_LABELS[kind],
      number: one.counts[kind],
      path: `${path}?kind=${kind}`,
      isChosen: kind === filter.kind,
    })),
    ignored: one.heads.filter((head, n) => head !== '' && one.choices!.meanings[n] === null),
    lines: shown.map((line) => shownLine(line, given.get(line.line), format)),
    nextPath: lines.length > MOST_SHOWN ? `${path}?kind=${filter.kind}&after=${shown.at(-1)!.line}` : undefined,
  };
  render(req, res, 'import/plan', page, { fragments: { progress: 'import/_plan' } });
}

/** What the address means, or what is worth looking at first. */
function filterOf({ query }: Request, { counts }: Import): PlanFilter & { kind: (typeof TABS)[number] } {
  const first = (['refused', 'changed', 'new', 'unchanged'] as const).find((kind) => counts[kind] > 0) ?? 'new';
  const kind = TABS.find((one) => one === query.kind) ?? first;
  const after = /^\d{1,15}$/.test(String(query.after)) ? Number(query.after) : undefined;
  return { kind, after };
}

function shownLine(line: PlannedLine, given: Fields | undefined, format: Format) {
  const { before = {}, after = {}, notes = [] } = line.told;
  const fields = toldFields(line, given, format).filter(({ field }) => field !== 'email');
  const email = line.kind === 'new' ? String(after.email ?? '') : '';
  return { ...line, email, fields, notes, oldEmail: line.newEmail === null ? '' : String(before.email ?? '') };
}
