import { ACTIVITIES, type Activity } from '../../access/activity.ts';
import { isOver } from '../../access/granted-rights.ts';
import { minuteOf } from '../../clock.ts';
import { ownershipValue } from '../../contacts/ownership-values.ts';
import { FacetIndex } from '../../facets/facet-index.ts';
import type { Entered } from '../../facets/following/foretold.ts';
import { TextIndex } from '../../facets/search/text-index.ts';
import { Turns } from '../../facets/turns.ts';
import { searchText } from '../../text/text.ts';
import { leavesWithin, SOON_DAYS, STATES, type StateLimits, startsWithin, stateBits, turnsOf } from '../user-state.ts';
import { originOf, originText } from './sign-in-origins.ts';
import { USER_FACETS, type UserFacet } from './user-facets.ts';
import type { TextRow, UserFacts } from './user-facts.ts';

/** What somebody is who is not active any more. */
export type Ended = Exclude<Activity, 'active'>;

/** What was done to a user, where nothing else became of them: what they are now, or which tags came and went. */
export type UserDeed = Entered & ({ activity: Ended } | { come: readonly number[]; gone: readonly number[] });

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

/** By which number a user is held. */
export type NumberOf = (userId: number) => number;

/** Takes in what these users are, one thing of all of them after the other: what is held of a million is too much to have all of it at hand for each. */
export function holdFacts(
  { facets, turns }: UserHolding,
  users: UserFacts[],
  limits: StateLimits,
  numberOf: NumberOf,
): void {
  for (const user of users)
    facets.set(numberOf(user.row.id), user.row.activity !== 'deleted', valuesOf(user, limits, numberOf));
  for (const user of users) turns.set(numberOf(user.row.id), turningOf(user, limits), limits.now);
}

/** Takes in what these users are searched by. */
export function holdTexts(holding: UserHolding, users: TextRow[], numberOf: NumberOf): void {
  const setAll = (texts: TextIndex, textOf: (row: TextRow) => string) => {
    let isOther = false;
    for (const row of users) isOther = texts.set(numberOf(row.id), textOf(row)) || isOther;
    return isOther;
  };
  const isOtherText = setAll(holding.texts, (row) => row.search_text);
  const isOtherContact = setAll(holding.contactTexts, ({ contact_name }) =>
    contact_name === null ? '' : searchText([contact_name]),
  );
  const isOtherOrigin = setAll(holding.originTexts, (row) => originText(originOf(row.last_from)));
  if (isOtherText || isOtherContact || isOtherOrigin) holding.facets.touch();
}

/** What is so of somebody whether or not they are active, of what is held of them. */
const LASTING_STATES: ReadonlySet<number> = new Set(
  (['api-only', 'linked-to-account'] as const).map((state) => STATES.indexOf(state)),
);
/** That there is a last moment, and that rights end; the others are within how many days. */
const LASTING_LEAVES: ReadonlySet<number> = new Set([0, 1]);

const NONE: readonly number[] = [];
const ENDED: Record<Ended, readonly number[]> = {
  deactivated: [ACTIVITIES.indexOf('deactivated')],
  deleted: [ACTIVITIES.indexOf('deleted')],
};

/** Takes in what was done to a user who is held. */
export function holdDone({ facets }: UserHolding, id: number, deed: UserDeed): void {
  if ('activity' in deed) holdEnded(facets, id, deed.activity);
  else {
    const { come, gone } = deed;
    const tag = [...facets.valuesOf('tag', id).filter((one) => !gone.includes(one)), ...come];
    facets.set(id, facets.isListed(id), { tag });
  }
}

function holdEnded(facets: FacetIndex<UserFacet>, id: number, activity: Ended): void {
  facets.set(id, activity !== 'deleted', {
    activity: ENDED[activity],
    state: lasting(facets.valuesOf('state', id), LASTING_STATES),
    starts: NONE,
    leaves: lasting(facets.valuesOf('leaves', id), LASTING_LEAVES),
  });
}

/** Mostly there are none. */
function lasting(values: readonly number[], among: ReadonlySet<number>): readonly number[] {
  return values.length === 0 ? NONE : values.filter((value) => among.has(value));
}

/** In the place of who answers for a program. */
const NOBODY_ANSWERS = 0;

function turningOf({ state, memberships }: UserFacts, limits: StateLimits): number[] {
  const ends = memberships.filter((one) => one.until_at !== null);
  return [...turnsOf(state, limits), ...ends.map((one) => Date.parse(one.until_at!))];
}

function valuesOf(
  { row, state, memberships, tags }: UserFacts,
  limits: StateLimits,
  numberOf: NumberOf,
): Record<UserFacet, number[]> {
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
    owner: state.apiOnly ? [row.api_only_owner_id === null ? NOBODY_ANSWERS : numberOf(row.api_only_owner_id)] : [],
  };
}
