import type { Viewer } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { instant } from '../../../clock.ts';
import { findContactNames } from '../../../contacts/contact-store.ts';
import { findContactViewer } from '../../../contacts/contact-viewer.ts';
import type { Facts } from '../../../verbs/action.ts';
import type { BulkItem } from '../../bulk-item-store.ts';

/** Where a fact is another contact: of a user the one linked to them, of a person the company. */
const LINKS = ['contactId', 'companyId'] as const;

/** Items as files and programs are told of them: of links to contacts that the viewer may not see, nothing (R86). */
export async function toldItems<Item extends BulkItem>(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  viewer: Viewer,
  items: Item[],
): Promise<Item[]> {
  const linked = items.flatMap(({ before, after }) => LINKS.flatMap((link) => idsIn([before, after], link)));
  if (linked.length === 0) return items;
  const seer = await findContactViewer(db.read, viewer, instant(clock()));
  const seen = await findContactNames(db.read, seer, [...new Set(linked)]);
  return items.map((item) => {
    const links = LINKS.filter((link) => !idsIn([item.before, item.after], link).every((id) => seen.has(id)));
    return { ...item, before: without(links, item.before), after: without(links, item.after) };
  });
}

function idsIn(facts: Facts[], link: (typeof LINKS)[number]): number[] {
  return facts.map((one) => one[link]).filter((id) => typeof id === 'number');
}

function without(links: string[], facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([fact]) => !links.includes(fact)));
}
