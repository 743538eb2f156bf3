import type { Reader } from '../../db/database.ts';
import { type Ids, takeAll } from '../../facets/following/follower.ts';
import type { StateLimits } from '../user-state.ts';
import { readUserFacts, readUserTexts } from './user-facts.ts';
import { holdFacts, holdingNobody, holdTexts, type UserHolding } from './user-holding.ts';
import { USER_CHANGES } from './user-index.ts';

/** Two parts of what is held of users take about as long to be read, and neither needs the other. */
export type UserPart = 'facts' | 'texts';

/** Reads that part of what an index of all users holds, so many users at once. */
export async function readPartOfUsers(
  db: Reader,
  part: UserPart,
  limits: StateLimits,
  atOnce: number,
): Promise<Partial<UserHolding>> {
  const holding = holdingNobody();
  const byId = (id: number) => id;
  const take = async (ids: Ids) => {
    if (part === 'facts') {
      holdFacts(holding, await readUserFacts(db, ids), limits, byId);
    } else {
      holdTexts(holding, await readUserTexts(db, ids), byId);
    }
  };
  await takeAll({ db, feed: USER_CHANGES, take }, limits.now, atOnce);
  const { facets, turns, ...texts } = holding;
  return part === 'facts' ? { facets, turns } : texts;
}
