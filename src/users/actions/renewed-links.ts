import type { Transaction } from '../../db/database.ts';
import type { Channel, LinkSettings, Purpose } from '../../one-time-links/one-time-link-store.ts';
import type { EndedLink } from '../../one-time-links/outgrown-links.ts';
import type { Act } from '../../verbs/act.ts';
import type { UserAction } from './user-action.ts';
import { perform } from './user-life-cycle.ts';

const MADE_BY: Record<Purpose, UserAction> = { invitation: 'reinvite', 'password-reset': 'send-password-reset' };

/** Makes a new link in the place of each that has just ended, as far as the actor may. Returns those that were made. */
export async function renewLinks(
  trx: Transaction,
  act: Act,
  ended: EndedLink[],
  links: LinkSettings,
  channel: Channel,
): Promise<EndedLink[]> {
  const made: EndedLink[] = [];
  for (const purpose of ['invitation', 'password-reset'] as const) {
    const ids = ended.filter((link) => link.purpose === purpose).map((link) => link.userId);
    for (const { subject, refusal } of await perform(trx, act, MADE_BY[purpose], ids, links, channel))
      if (!refusal) made.push({ userId: subject.id, purpose });
  }
  return made;
}
