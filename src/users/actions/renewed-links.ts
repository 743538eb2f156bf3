import type { Transaction } from '../../db/database.ts';
import type { EndedLink } from '../../permissions/outgrown-links.ts';
import type { Act } from '../../verbs/act.ts';
import { performOnUsers, USER_ACTIONS } from './user-actions.ts';

/** Makes a new link in the place of each that has just ended, as far as the actor may. Returns those that were made. */
export async function renewLinks(trx: Transaction, act: Act, ended: EndedLink[]): Promise<EndedLink[]> {
  const made: EndedLink[] = [];
  for (const action of USER_ACTIONS) {
    const { makes: purpose } = action;
    if (!purpose) continue;
    const ids = ended.filter((link) => link.purpose === purpose).map((link) => link.userId);
    for (const { subject, refusal } of await performOnUsers(trx, act, action, ids))
      if (!refusal) made.push({ userId: subject.id, purpose });
  }
  return made;
}
