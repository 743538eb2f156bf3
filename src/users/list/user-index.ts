import type { Activity } from '../../access/activity.ts';
import { isOver } from '../../access/granted-rights.ts';
import { type Clock, minuteOf } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { ownershipValue, visibleOwnerships } from '../../contacts/ownership-values.ts';
import { linkedToAccount } from '../../contacts/warned-accounts.ts';
import { isGiven } from '../../db/conditions.ts';
import type { Database, Reader } from '../../db/database.ts';
import type { Left, Row } from '../../db/tables.ts';
import { Arrivals } from '../../facets/arrivals.ts';
import { BitSet } from '../../facets/bit-set.ts';
import { type FacetFilter, FacetIndex, lazily, type Selection, type Within } from '../../facets/facet-index.ts';
import type { Feed } from '../../facets/feed.ts';
import {
  type FillElsewhere,
  type Followable,
  Follower,
  filledBy,
  type Ids,
  whereIdMeant,
} from '../../facets/follower.ts';
import { type Rank, ranksOf } from '../../facets/ranks.ts';
import { TextIndex } from '../../facets/text-index.ts';
import { Turns } from '../../facets/turns.ts';
import { GroupNames } from '../../groups/names/group-names.ts';
import { joinInvitation } from '../../one-time-links/standing-links.ts';
import { lastSignInFrom } from '../../sessions/login-attempt-store.ts';
import { END_OF_NAMES, searchText } from '../../text/text.ts';
import { NotYet } from '../../verbs/refusals.ts';
import { programColumns } from '../user-columns.ts';
import {
  type FactColumns,
  factsOf,
  leavesWithin,
  SOON_DAYS,
  STATES,
  type State,
  type StateLimits,
  startsWithin,
  stateBits,
  turnsOf,
} from '../user-state.ts';
import { DerivedSets, NOBODY } from './derived-sets.ts';
import { originOf, originText, soughtOrigin } from './sign-in-origins.ts';
import { ACTIVITIES, USER_FACETS, type UserFacet } from './user-facets.ts';

/** Whose facts changed. */
export const USER_CHANGES: Feed = { table: 'user_changes', column: 'user_id', records: 'users' };

/** How long somebody waits for what cannot be shown before everything is read, in milliseconds. */
const LONGEST_WAIT = 3_000;

/** What lists of users are read from, and whatever counts them. */
export interface UserSources {
  db: Database;
  index: UserIndex;
  clock: Clock;
}

type FactRow = Pick<
  Row<'users'>,
  | 'id'
  | 'search_text'
  | 'activity'
  | 'api_only'
  | 'starts_at'
  | 'leaves_at'
  | 'last_login_at'
  | 'last_activity_at'
  | 'access_confirmed_at'
  | 'password_set_at'
  | 'created_at'
  | 'api_only_review_on'
> &
  Pick<Left<Row<'lockouts'>>, 'locked_until'> & {
    has_password: number | boolean;
    invitation_expires_at: string | null;
    invitation_failed: number | boolean;
    linked_to_account: number | boolean;
    has_second_factor: number | boolean;
    is_to_lose_rights: number | string;
    contact_id: number | null;
    contact_name: string | null;
    owner_user_id: number | null;
    owner_group_id: number | null;
    owner_activity: Activity | null;
    owner_leaves_at: string | null;
    token_until: string | null;
    last_from: string | null;
  };

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

interface UserIndexOptions {
  /** Those that another one keeps. */
  groups?: GroupNames;
  fillElsewhere?: FillElsewhere<UserHolding>;
  /** By which users are held; left out, by their ids. */
  arrivals?: Arrivals;
}

interface Membership {
  user_id: number;
  group_id: number;
  until_at: string | null;
}

/**
 * What users are filtered, counted and searched by, in memory. It decides nothing, it only counts: the database stays the
 * truth, and its feed of changes (written by triggers, so also for what other processes do) is read before every answer.
 */
export class UserIndex implements Followable {
  readonly db: Reader;
  readonly feed = USER_CHANGES;
  private readonly clock: Clock;
  private readonly days: Omit<StateLimits, 'now'>;
  private readonly follower: Follower;
  /** Of their groups. */
  readonly groups: GroupNames;
  private readonly arrivals: Arrivals | undefined;
  private holding = holdingNobody();
  private sets: DerivedSets | undefined;

  constructor(
    db: Reader,
    clock: Clock,
    { staleDays, confirmDays }: Omit<StateLimits, 'now'>,
    { groups, fillElsewhere, arrivals }: UserIndexOptions = {},
  ) {
    this.db = db;
    this.clock = clock;
    this.days = { staleDays, confirmDays };
    this.groups = groups ?? new GroupNames(db, clock);
    this.arrivals = arrivals;
    const hold = (holding: UserHolding) => {
      this.holding = holding;
    };
    this.follower = new Follower(this, fillElsewhere && filledBy(fillElsewhere, hold));
  }

  /** Everything that it has taken in, to be given to another one. */
  get held(): UserHolding {
    return this.holding;
  }

  /** The sets that are made of others. */
  get derived(): DerivedSets {
    const { facets } = this.holding;
    if (this.sets?.facets !== facets) this.sets = new DerivedSets(facets, this.groups);
    return this.sets;
  }

  /** How many users there are, deleted ones included. */
  get number(): number {
    return this.holding.facets.number;
  }

  /** How far the feed of changes was read. */
  get change(): number {
    return this.follower.lastChange;
  }

  /** Another one whenever something is different, be it by itself. */
  get version(): string {
    return `${this.change} ${this.holding.facets.version}`;
  }

  /** Reads what changed up to this call. What is asked right afterwards is answered by the data of that moment. */
  async refresh(): Promise<void> {
    if (!(await this.refreshWithin(LONGEST_WAIT))) throw new NotYet();
  }

  /** The same for whoever has something to show meanwhile: false where the first reading takes longer than that. */
  async refreshWithin(milliseconds: number): Promise<boolean> {
    await this.groups.refresh();
    return this.follower.refresh(this.clock(), milliseconds);
  }

  /** Reads what changed ahead of whoever asks next. */
  async keepUp(): Promise<void> {
    await this.follower.keepUp(this.clock());
  }

  /** For a look at some of the users: an index of nobody yet, which takes in whom it is given. */
  ofNobody(): UserIndex {
    return new UserIndex(this.db, this.clock, this.days, { groups: this.groups, arrivals: new Arrivals() });
  }

  select(filter: FacetFilter<UserFacet>): Selection<UserFacet> {
    const selection = this.holding.facets.select(filter);
    return this.arrivals ? { ...selection, has: (id) => selection.has(this.numberOf(id)) } : selection;
  }

  /** How many of them there are. */
  total(filter: FacetFilter<UserFacet>): number {
    return this.holding.facets.total(filter);
  }

  /** Those in whose name, email or linked contact every one of the folded words stands; of the contacts those that the viewer may see. */
  search(words: string[], viewer: ContactViewer): Within {
    const ownerships = visibleOwnerships(viewer);
    const name = JSON.stringify([words, ownerships]);
    return lazily(name, () => {
      const seen = this.holding.facets.union('contact', ownerships);
      const sets = words.map((word) =>
        this.holding.contactTexts.find(word).copy().intersect(seen).unite(this.holding.texts.find(word)),
      );
      // What folds to no word is found in nobody.
      const [first = new BitSet(), ...others] = sets;
      for (const other of others) first.intersect(other);
      return first;
    });
  }

  /** Those in whose name every one of the folded words stands, or in name or email. */
  called(words: string[], looksAtEmails: boolean): Within {
    const { texts } = this.holding;
    return lazily(JSON.stringify({ words, looksAtEmails }), () => {
      const sets = words.map((word) =>
        looksAtEmails ? texts.find(word).copy() : texts.findBefore(END_OF_NAMES, word),
      );
      const [first = new BitSet(), ...others] = sets;
      for (const other of others) first.intersect(other);
      return first;
    });
  }

  /** These users and nobody else. */
  only(userIds: readonly number[]): Within {
    return lazily(JSON.stringify(userIds), () => {
      const set = new BitSet();
      for (const id of userIds) set.add(this.numberOf(id));
      return set;
    });
  }

  /** Those whose last sign-in was from this address, from one that begins so, or from such a device. */
  signedInFrom(value: string): Within {
    const sought = soughtOrigin(value);
    if (sought === undefined) return NOBODY;
    return lazily(`signed in from ${sought}`, () => this.holding.originTexts.find(sought));
  }

  /** Those who are meant by a search for this folded text, the best matches first. */
  ranksOf(term: string, selection: Selection<UserFacet>): Rank[] {
    return ranksOf(this.holding.texts, term, selection);
  }

  /** The values that most users who are not deleted have, the most common first. */
  largest(facet: UserFacet, most: number, except: ReadonlySet<number> = new Set()): number[] {
    return this.holding.facets.largest(facet, most, except);
  }

  /** How many users who are not deleted have the value, whatever is filtered. */
  sizeOf(facet: UserFacet, value: number): number {
    return this.holding.facets.sizeOf(facet, value);
  }

  statesOf(userId: number): State[] {
    return this.holding.facets.valuesOf('state', this.numberOf(userId)).map((n) => STATES[n]);
  }

  /** The groups in which the user's membership is over: it stands in the record until somebody ends it. */
  endedGroupsOf(userId: number): readonly number[] {
    const values = this.holding.facets.valuesOf('membership', this.numberOf(userId));
    if (values.length === 0) return values;
    return values.filter((value) => value % 2 === 1).map((value) => (value - 1) / 2);
  }

  /** The groups whose membership counts now, deactivated groups included. */
  groupsOf(userId: number): readonly number[] {
    return this.holding.facets.valuesOf('group', this.numberOf(userId));
  }

  /** Everybody in any of the groups whose membership counts now and who is not deleted. */
  membersOf(groupIds: readonly number[]): BitSet {
    return this.holding.facets.listedUnion('group', groupIds);
  }

  /** Whether somebody of a set is in the group. */
  isAnyIn(groupId: number, set: BitSet): boolean {
    return this.holding.facets.countIn(set, 'group', groupId) > 0;
  }

  due(now: number): number[] {
    return this.holding.turns.due(now);
  }

  /** Those who turned by themselves between these moments, as far as it was refreshed to. */
  turnedBetween(since: number, until: number): number[] {
    return this.holding.turns.turnedBetween(since, until);
  }

  clear(): void {
    this.holding = holdingNobody();
  }

  async take(ids: Ids, now: number): Promise<void> {
    const restrict = (query: ReturnType<Reader>, column: string) => whereIdMeant(query, column, ids);
    const rows: FactRow[] = await this.factRows(restrict(this.db('users'), 'users.id'));
    const memberships: Membership[] = await restrict(this.db('memberships'), 'user_id')
      .orderBy(['user_id', 'group_id'])
      .select('user_id', 'group_id', 'until_at');
    const tags: { user_id: number; tag_id: number }[] = await restrict(this.db('user_tags'), 'user_id')
      .orderBy(['user_id', 'tag_id'])
      .select('user_id', 'tag_id');
    const membershipsOf = Map.groupBy(memberships, (one) => one.user_id);
    const tagsOf = Map.groupBy(tags, (one) => one.user_id);
    for (const row of rows)
      this.takeIn(
        row,
        membershipsOf.get(row.id) ?? [],
        (tagsOf.get(row.id) ?? []).map((one) => one.tag_id),
        now,
      );
  }

  private takeIn(row: FactRow, memberships: Membership[], tag: number[], now: number): void {
    const id = this.numberOf(row.id);
    const limits = { now, ...this.days };
    const facts = factsOf(columnsOf(row));
    const bits = stateBits(facts, limits);
    const minute = minuteOf(now);
    const ends = memberships.flatMap(({ group_id, until_at }) =>
      until_at === null ? [] : [{ group_id, untilAt: until_at }],
    );
    const groups = memberships.filter((one) => !isOver({ untilAt: one.until_at }, minute)).map((one) => one.group_id);
    this.holding.facets.set(id, row.activity !== 'deleted', {
      activity: [ACTIVITIES.indexOf(row.activity)],
      state: STATES.flatMap((_, n) => (bits & (1 << n) ? [n] : [])),
      tag,
      group: groups,
      membership: [
        ...(groups.length === 0 ? [0] : []),
        ...ends.map(({ group_id, ...end }) => group_id * 2 + Number(isOver(end, minute))),
      ],
      contact: row.contact_id === null ? [] : [ownershipValue(row)],
      starts: SOON_DAYS.filter((days) => startsWithin(facts, days, now)),
      leaves: [
        ...(row.leaves_at === null ? [] : [0]),
        ...(Number(row.is_to_lose_rights) > 0 ? [1] : []),
        ...SOON_DAYS.filter((days) => leavesWithin(facts, days, now)),
      ],
    });
    const turning = [...turnsOf(facts, limits), ...ends.map(({ untilAt }) => Date.parse(untilAt))];
    this.holding.turns.set(id, turning, now);
    const isOtherText = this.holding.texts.set(id, row.search_text);
    const contactText = row.contact_name === null ? '' : searchText([row.contact_name]);
    const isOtherContact = this.holding.contactTexts.set(id, contactText);
    const isOtherOrigin = this.holding.originTexts.set(id, originText(originOf(row.last_from)));
    if (isOtherText || isOtherContact || isOtherOrigin) this.holding.facets.touch();
  }

  private numberOf(userId: number): number {
    return this.arrivals?.of(userId) ?? userId;
  }

  private factRows(users: ReturnType<Reader>): Promise<FactRow[]> {
    users
      .leftJoin('lockouts', 'lockouts.user_id', 'users.id')
      .leftJoin('second_factors as factor', 'factor.user_id', 'users.id')
      .leftJoin('contacts as contact', (join) =>
        join.on('contact.id', 'users.contact_id').onVal('contact.activity', 'active'),
      );
    return (
      joinInvitation(users, 'invitation')
        .leftJoin('outbox', (join) => join.on('outbox.link_id', 'invitation.id').onVal('outbox.kind', 'invitation'))
        .select('users.id', 'users.search_text', 'users.activity', 'api_only')
        .select('invitation.expires_at as invitation_expires_at', 'locked_until', 'last_login_at')
        .select('starts_at', 'leaves_at')
        .select('contact.id as contact_id', 'contact.name as contact_name')
        .select('contact.owner_user_id', 'contact.owner_group_id')
        // Told of by the sign-in itself, which notes its moment among the users.
        .select(lastSignInFrom(this.db).as('last_from'))
        .select({
          has_password: isGiven(this.db, 'password_hash'),
          invitation_failed: isGiven(this.db, 'outbox.failed_at'),
          linked_to_account: linkedToAccount(this.db),
          ...programColumns(this.db),
          has_second_factor: isGiven(this.db, 'factor.confirmed_at'),
          is_to_lose_rights: this.db('scheduled_users')
            .where('scheduled_users.user_id', this.db.ref('users.id'))
            .where('ends_rights', true)
            .count('*'),
        })
        .select('last_activity_at', 'access_confirmed_at', 'password_set_at', 'users.created_at', 'api_only_review_on')
    );
  }
}

function holdingNobody(): UserHolding {
  return {
    facets: new FacetIndex(USER_FACETS),
    turns: new Turns(),
    texts: new TextIndex(),
    contactTexts: new TextIndex(),
    originTexts: new TextIndex(),
  };
}

function columnsOf(row: FactRow): FactColumns {
  return {
    activity: row.activity,
    apiOnly: Boolean(row.api_only),
    hasPassword: Boolean(row.has_password),
    passwordSetAt: row.password_set_at,
    invitationExpiresAt: row.invitation_expires_at,
    invitationFailed: Boolean(row.invitation_failed),
    linkedToAccount: Boolean(row.linked_to_account),
    hasSecondFactor: Boolean(row.has_second_factor),
    lockedUntil: row.locked_until,
    startsAt: row.starts_at,
    leavesAt: row.leaves_at,
    lastLoginAt: row.last_login_at,
    lastActivityAt: row.last_activity_at,
    accessConfirmedAt: row.access_confirmed_at,
    createdAt: row.created_at,
    apiOnlyReviewOn: row.api_only_review_on,
    ownerActivity: row.owner_activity,
    ownerLeavesAt: row.owner_leaves_at,
    tokenUntil: row.token_until,
  };
}
