import type { Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { findContactNames } from '../../contacts/contact-store.ts';
import { findContactViewer } from '../../contacts/contact-viewer.ts';
import type { Facts } from '../../verbs/action.ts';
import type { BulkItem } from '../bulk-item-store.ts';

/** Items as files and programs are told of them: of links to contacts that the viewer may not see, nothing (R86). */
export async function toldItems(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  viewer: Viewer,
  items: BulkItem[],
): Promise<BulkItem[]> {
  const linked = items.flatMap(({ before, after }) => linksIn([before, after]));
  if (linked.length === 0) return items;
  const seer = await findContactViewer(db.read, viewer, instant(clock()));
  const seen = await findContactNames(db.read, seer, [...new Set(linked)]);
  return items.map((item) => {
    if (linksIn([item.before, item.after]).every((id) => seen.has(id))) return item;
    return { ...item, before: withoutLink(item.before), after: withoutLink(item.after) };
  });
}

function linksIn(facts: Facts[]): number[] {
  return facts.map(({ contactId }) => contactId).filter((id) => typeof id === 'number');
}

function withoutLink({ contactId: _link, ...facts }: Facts): Facts {
  return facts;
}
