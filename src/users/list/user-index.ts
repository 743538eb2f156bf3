import type { Clock } from '../../clock.ts';
import type { ContactViewer } from '../../contacts/contact.ts';
import { visibleOwnerships } from '../../contacts/ownership-values.ts';
import type { Database, Reader } from '../../db/database.ts';
import { type FacetFilter, lazily, type Selection, type Within } from '../../facets/facet-index.ts';
import { Arrivals } from '../../facets/following/arrivals.ts';
import type { Feed } from '../../facets/following/feed.ts';
import {
  type FillElsewhere,
  type Followable,
  Follower,
  filledBy,
  type Ids,
  type Patience,
} from '../../facets/following/follower.ts';
import type { Foretold } from '../../facets/following/foretold.ts';
import { KeptOrders } from '../../facets/orders/kept-orders.ts';
import { type Rank, ranksOf } from '../../facets/orders/ranks.ts';
import { foundByAll } from '../../facets/search/text-index.ts';
import { BitSet } from '../../facets/sets/bit-set.ts';
import { GroupNames } from '../../groups/names/group-names.ts';
import { END_OF_NAMES, type Sought } from '../../text/text.ts';
import type { StateLimits } from '../user-state.ts';
import { DerivedSets, NOBODY, ORPHANED } from './derived-sets.ts';
import { soughtOrigin } from './sign-in-origins.ts';
import type { UserFacet } from './user-facets.ts';
import { type FactRow, readUserFacts, readUsers } from './user-facts.ts';
import { holdDone, holdFacts, holdingNobody, holdTexts, type UserDeed, type UserHolding } from './user-holding.ts';

/** Whose facts changed; of a program also where its owner's did. */
export const USER_CHANGES: Feed = { table: 'user_changes', column: 'user_id', records: 'users', through: 'owner_id' };

/** What lists of users are read from, and whatever counts them. */
export interface UserSources {
  db: Database;
  index: UserIndex;
  clock: Clock;
}

interface UserIndexOptions {
  /** Those that another one keeps. */
  groups?: GroupNames;
  fillElsewhere?: FillElsewhere<UserHolding>;
  /** By which users are held; left out, by their ids. */
  arrivals?: Arrivals;
  orders?: KeptOrders;
}

/**
 * What users are filtered, counted and searched by, in memory. It decides nothing, it only counts: the database stays the
 * truth, and its feed of changes (written by triggers, so also for what other processes do) is read before every answer.
 */
export class UserIndex implements Followable<UserDeed> {
  readonly db: Reader;
  readonly feed = USER_CHANGES;
  private readonly clock: Clock;
  private readonly days: Omit<StateLimits, 'now'>;
  private readonly follower: Follower<UserDeed>;
  /** Of their groups. */
  readonly groups: GroupNames;
  /** Those that could not be done without. */
  readonly orders: KeptOrders;
  private readonly arrivals: Arrivals | undefined;
  private holding = holdingNobody();
  private sets: DerivedSets | undefined;

  constructor(
    db: Reader,
    clock: Clock,
    { staleDays, confirmDays }: Omit<StateLimits, 'now'>,
    { groups, fillElsewhere, arrivals, orders = new KeptOrders() }: UserIndexOptions = {},
  ) {
    this.db = db;
    this.clock = clock;
    this.days = { staleDays, confirmDays };
    this.groups = groups ?? new GroupNames(db, clock);
    this.arrivals = arrivals;
    this.orders = orders;
    const holdThat = (holding: UserHolding) => {
      this.holding = holding;
      this.orders.clear();
    };
    this.follower = new Follower(this, fillElsewhere && filledBy(fillElsewhere, holdThat));
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

  /** Reads what changed up to this call. What is asked right afterwards is answered by the data of that moment. Throws NotYet where it takes long. */
  async refresh(): Promise<void> {
    await this.groups.refresh();
    await this.follower.refresh(this.clock());
  }

  /** The same where nobody waits for it, however long it takes. */
  async refreshWholly(): Promise<void> {
    await this.groups.refreshWholly();
    await this.follower.refreshWholly(this.clock());
  }

  /** The same for whoever has something to show meanwhile, by the groups: false where it takes longer than that. */
  async refreshWithin(patience: Patience): Promise<boolean> {
    await this.groups.refresh();
    return this.follower.refreshWithin(this.clock(), patience);
  }

  /** Reads no further, for the end of the process. */
  stop(): void {
    this.follower.stop();
  }

  /** Reads what changed ahead of whoever asks next, but for whom it is told who was taken out. */
  async keepUp(foretold?: Foretold<UserDeed>): Promise<void> {
    await this.follower.keepUp(this.clock(), foretold);
  }

  /** For a look at some of the users: an index of nobody yet, which takes in whom it is given. */
  ofNobody(): UserIndex {
    return new UserIndex(this.db, this.clock, this.days, { groups: this.groups, arrivals: new Arrivals() });
  }

  select(filter: FacetFilter<UserFacet>): Selection<UserFacet> {
    const selection = this.holding.facets.select(filter);
    return this.arrivals ? { ...selection, has: (id) => selection.has(this.numberOf(id)) } : selection;
  }

  /** Whether nothing was counted since something changed. */
  get isUncounted(): boolean {
    return this.holding.facets.isUncounted;
  }

  /** How many of them there are. */
  total(filter: FacetFilter<UserFacet>): number {
    return this.holding.facets.total(filter);
  }

  /** Those in whose name, email or linked contact every one of the folded words stands; of the contacts those that the viewer may see. */
  search(words: readonly Sought[], viewer: ContactViewer): Within {
    const ownerships = visibleOwnerships(viewer);
    const name = JSON.stringify([words, ownerships]);
    return lazily(name, () => {
      const seen = this.holding.facets.union('contact', ownerships);
      return foundByAll(words, (word) =>
        this.holding.contactTexts.find(word).copy().intersect(seen).unite(this.holding.texts.find(word)),
      );
    });
  }

  /** Those in whose name every one of the folded words stands, or in name or email. */
  called(words: readonly Sought[], looksAtEmails: boolean): Within {
    const { texts } = this.holding;
    return lazily(JSON.stringify({ words, looksAtEmails }), () =>
      foundByAll(words, (word) => (looksAtEmails ? texts.find(word) : texts.findBefore(END_OF_NAMES, word))),
    );
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
  ranksOf(typed: Sought, selection: Selection<UserFacet>): Rank[] {
    return ranksOf(this.holding.texts, typed, selection);
  }

  /** The values that most users who are not deleted have, the most common first. */
  largest(facet: UserFacet, most: number, except: ReadonlySet<number> = new Set()): number[] {
    return this.holding.facets.largest(facet, most, except);
  }

  /** The tags that some of those selected have, deleted ones included. */
  tagsOf(selection: Selection<UserFacet>): number[] {
    return this.holding.facets.valuesOfSelected('tag', selection);
  }

  /** How many users who are not deleted have the value, whatever is filtered. */
  sizeOf(facet: UserFacet, value: number): number {
    return this.holding.facets.sizeOf(facet, value);
  }

  /** By their numbers. Whoever has the same ones mostly has the same list. */
  statesOf(userId: number): readonly number[] {
    const id = this.numberOf(userId);
    const states = this.holding.facets.valuesOf('state', id);
    return this.derived.isOrphaned(id) ? [...states, ORPHANED].toSorted((a, b) => a - b) : states;
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

  /** Those who turned by themselves between these moments, as far as it was refreshed to, with the programs that they answer for. */
  turnedBetween(since: number, until: number): number[] {
    const turned = this.holding.turns.turnedBetween(since, until);
    return [...new Set([...turned, ...this.holding.facets.union('owner', turned).ids()])];
  }

  clear(): void {
    this.holding = holdingNobody();
    this.orders.clear();
  }

  async take(ids: Ids, now: number): Promise<void> {
    this.orders.move(ids);
    const users = await readUsers(this.db, ids);
    const numberOf = (id: number) => this.numberOf(id);
    holdFacts(this.holding, users, { now, ...this.days }, numberOf);
    const rows = users.map(({ row }) => row);
    holdTexts(this.holding, rows, numberOf);
    // An index of all holds them anyway.
    if (this.arrivals) await this.takeOwnersOf(rows, now);
  }

  private async takeOwnersOf(rows: FactRow[], now: number): Promise<void> {
    const owners = new Set(rows.map((row) => row.api_only_owner_id).filter((id) => id !== null));
    for (const { id } of rows) owners.delete(id);
    if (owners.size > 0)
      holdFacts(this.holding, await readUserFacts(this.db, [...owners]), { now, ...this.days }, (id) =>
        this.numberOf(id),
      );
  }

  takeDone(deeds: ReadonlyMap<number, UserDeed>): void {
    this.orders.move([...deeds.keys()]);
    for (const [id, deed] of deeds) holdDone(this.holding, this.numberOf(id), deed);
  }

  private numberOf(userId: number): number {
    return this.arrivals?.of(userId) ?? userId;
  }
}
