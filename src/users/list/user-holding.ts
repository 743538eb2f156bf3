import { isOver } from '../../access/granted-rights.ts';
import { minuteOf } from '../../clock.ts';
import { ownershipValue } from '../../contacts/ownership-values.ts';
import { FacetIndex } from '../../facets/facet-index.ts';
import { TextIndex } from '../../facets/text-index.ts';
import { Turns } from '../../facets/turns.ts';
import { searchText } from '../../text/text.ts';
import { leavesWithin, SOON_DAYS, STATES, type StateLimits, startsWithin, stateBits, turnsOf } from '../user-state.ts';
import { originOf, originText } from './sign-in-origins.ts';
import { ACTIVITIES, USER_FACETS, type UserFacet } from './user-facets.ts';
import type { UserFacts } from './user-facts.ts';

/** What is held of users. */
export interface UserHolding {
  facets: FacetIndex<UserFacet>;
  turns: Turns;
  /** Names and emails, each between two marks, so that what begins with something can be looked for as well. */
  texts: TextIndex;
  /** The names of the linked contacts, by user. */
  contactTexts: TextIndex;
  /** From where each signed in last. */
  originTexts: TextIndex;
}

export function holdingNobody(): UserHolding {
  return {
    facets: new FacetIndex(USER_FACETS),
    turns: new Turns(),
    texts: new TextIndex(),
    contactTexts: new TextIndex(),
    originTexts: new TextIndex(),
  };
}

/** Takes in a user under this number. */
export function hold(holding: UserHolding, id: number, facts: UserFacts, limits: StateLimits): void {
  const { row, state } = facts;
  const ends = facts.memberships.filter((one) => one.until_at !== null);
  holding.facets.set(id, row.activity !== 'deleted', valuesOf(facts, limits));
  const turning = [...turnsOf(state, limits), ...ends.map((one) => Date.parse(one.until_at!))];
  holding.turns.set(id, turning, limits.now);
  const contactText = row.contact_name === null ? '' : searchText([row.contact_name]);
  const isOtherText = holding.texts.set(id, row.search_text);
  const isOtherContact = holding.contactTexts.set(id, contactText);
  const isOtherOrigin = holding.originTexts.set(id, originText(originOf(row.last_from)));
  if (isOtherText || isOtherContact || isOtherOrigin) holding.facets.touch();
}

function valuesOf({ row, state, memberships, tags }: UserFacts, limits: StateLimits): Record<UserFacet, number[]> {
  const { now } = limits;
  const bits = stateBits(state, limits);
  const group: number[] = [];
  const ended: number[] = [];
  for (const { group_id, until_at } of memberships) {
    const isEnded = until_at !== null && isOver({ untilAt: until_at }, minuteOf(now));
    if (!isEnded) group.push(group_id);
    if (until_at !== null) ended.push(group_id * 2 + Number(isEnded));
  }
  return {
    activity: [ACTIVITIES.indexOf(row.activity)],
    state: STATES.flatMap((_, n) => (bits & (1 << n) ? [n] : [])),
    tag: tags,
    group,
    membership: group.length === 0 ? [0, ...ended] : ended,
    contact: row.contact_id === null ? [] : [ownershipValue(row)],
    starts: SOON_DAYS.filter((days) => startsWithin(state, days, now)),
    leaves: [
      ...(row.leaves_at === null ? [] : [0]),
      ...(Number(row.is_to_lose_rights) > 0 ? [1] : []),
      ...SOON_DAYS.filter((days) => leavesWithin(state, days, now)),
    ],
  };
}
