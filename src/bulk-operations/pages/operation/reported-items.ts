import type { Request } from 'express';
import type { Viewer } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { minuteOf } from '../../../clock.ts';
import { findContactViewer, whereVisible } from '../../../contacts/contact-viewer.ts';
import { pieces } from '../../../db/ids.ts';
import { fewWords, LONGEST_SEARCH } from '../../../lists/list-query.ts';
import { type BulkItem, findItems, type ItemFilter, type Seen } from '../../bulk-item-store.ts';
import { type BulkOperation, isLarge } from '../../bulk-operation.ts';

/** More than any reason takes: it may name somebody, whose name may be 200 letters of two units each. */
export const LONGEST_REASON = 1_000;
/** So many records are told at once: a page of somebody else has to wait for that. */
const READ_AT_ONCE = 250;

/** In the part that is meant behind that subject, and in those after it. */
export interface ReportFilter extends ItemFilter {
  part?: number;
}

export interface ReportedItem extends BulkItem {
  part: BulkOperation;
}

/** The items of these parts that match, one part after the other. */
export async function findReported(
  app: AppContext,
  viewer: Viewer,
  { parts, filter: said, limit }: { parts: BulkOperation[]; filter: ReportFilter; limit: number },
): Promise<ReportedItem[]> {
  const { part: from, after, ...filter } = said;
  const begin = Math.max(
    0,
    parts.findIndex(({ id }) => id === from),
  );
  const items: ReportedItem[] = [];
  for (const [n, part] of parts.slice(begin).entries()) {
    const seen = await seenBy(app, viewer, part);
    const found = await findItems(
      app.db.read,
      part,
      { ...filter, after: n === 0 ? after : undefined, seen },
      limit - items.length,
    );
    items.push(...found.map((item) => ({ ...item, part })));
    if (items.length >= limit) break;
  }
  return items;
}

/** All of the items of these parts that match, a few at a time. Of a small part what there is is read at once. */
export async function* reportedInPieces(
  app: AppContext,
  viewer: Viewer,
  parts: BulkOperation[],
  filter: Omit<ItemFilter, 'after' | 'seen'>,
): AsyncGenerator<ReportedItem[]> {
  for (const part of parts) {
    const limit = isLarge(part) ? READ_AT_ONCE : Number.MAX_SAFE_INTEGER;
    for (let after: number | undefined; ; ) {
      const items = await findReported(app, viewer, { parts: [part], filter: { ...filter, after }, limit });
      for (const some of pieces(items, READ_AT_ONCE)) yield some;
      if (items.length < limit) break;
      after = items.at(-1)!.id;
    }
  }
}

/** Of contacts those that the viewer may see; of everything else all. */
export async function seenBy(
  { db, clock }: AppContext,
  viewer: Viewer,
  { subjectType }: Pick<BulkOperation, 'subjectType'>,
): Promise<Seen | undefined> {
  if (subjectType !== 'contact') return undefined;
  const contactViewer = await findContactViewer(db.read, viewer, minuteOf(clock()));
  return (query, table) => whereVisible(query, contactViewer, table);
}

/** Which items the address means. What it says otherwise means all. */
export function itemFilterOf({ query }: Pick<Request, 'query'>): ReportFilter {
  const text = (name: string, longest = LONGEST_REASON) =>
    typeof query[name] === 'string' ? query[name].slice(0, longest) : '';
  const outcome = { changed: 'changed', 'left-out': 'left out' } as const;
  const number = (name: string) => (/^\d{1,15}$/.test(text(name)) ? Number(text(name)) : undefined);
  return {
    outcome: Object.hasOwn(outcome, text('outcome')) ? outcome[text('outcome') as keyof typeof outcome] : undefined,
    reason: text('reason') || undefined,
    q: fewWords(text('q', LONGEST_SEARCH)) || undefined,
    after: number('after'),
    part: number('part'),
  };
}
