import { ACTIVITIES } from '../access/activity.ts';
import { type Clock, minuteOf } from '../clock.ts';
import { countEach } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import type { Row } from '../db/tables.ts';
import { FacetIndex, type Selection } from '../facets/facet-index.ts';
import { type Followable, Follower, type Ids, whereIdMeant } from '../facets/following/follower.ts';
import { type Rank, ranksOf } from '../facets/orders/ranks.ts';
import { foundByAll, TextIndex } from '../facets/search/text-index.ts';
import type { BitSet } from '../facets/sets/bit-set.ts';
import { Turns } from '../facets/turns.ts';
import { sortKey } from '../text/sort-key.ts';
import { foldings, type Sought, searchText } from '../text/text.ts';
import type { UserIndex } from '../users/list/user-index.ts';
import type { GroupSort } from './group-list-query.ts';
import { joinLeader, type LeaderRow, type Leadership, leadershipOf } from './leader.ts';
import { GROUP_CHANGES } from './names/group-names.ts';

export const LEADERSHIPS: readonly Leadership[] = ['active', 'inactive', 'none'];

const FACETS = ['activity', 'leader', 'tag'] as const;
export type GroupFacet = (typeof FACETS)[number];

/** Which groups are meant; numbers stand for activities and leaderships as they stand in their lists. */
export interface GroupFilter {
  values: Partial<Record<GroupFacet, readonly number[]>>;
  /** Folded; every one of them is looked for in name, leader and description. None at all are found nowhere; left out, nothing is looked for. */
  words?: readonly Sought[];
}

type FactRow = Pick<Row<'groups'>, 'id' | 'name' | 'activity' | 'description'> & LeaderRow;

/** What a group is sorted by. */
interface Places {
  name: string;
  leader: string;
  permissions: number;
}

/**
 * What groups are filtered, counted, searched and sorted by, in memory, as `UserIndex` has it of users: it decides nothing, and
 * the feed of changes is read before every answer.
 */
export class GroupIndex implements Followable {
  readonly db: Reader;
  readonly feed = GROUP_CHANGES;
  private readonly clock: Clock;
  private readonly follower = new Follower(this);
  private facets = new FacetIndex<GroupFacet>(FACETS);
  private turns = new Turns();
  private texts = new TextIndex();
  private places = new Map<number, Places>();
  private readonly orders = new Map<string, { version: string; ids: number[] }>();

  constructor(db: Reader, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  /** Reads what changed up to this call. What is asked right afterwards is answered by the data of that moment. Throws NotYet where it takes long. */
  async refresh(): Promise<void> {
    await this.follower.refresh(this.clock());
  }

  /** The same where nobody waits for it, however long it takes. */
  async refreshWholly(): Promise<void> {
    await this.follower.refreshWholly(this.clock());
  }

  /** Reads no further, for the end of the process. */
  stop(): void {
    this.follower.stop();
  }

  /** Reads what changed ahead of whoever asks next. */
  async keepUp(): Promise<void> {
    await this.follower.keepUp(this.clock());
  }

  select({ values, words }: GroupFilter): Selection<GroupFacet> {
    const within = words && { name: JSON.stringify(words), set: this.holding(words) };
    return this.facets.select({ values, within });
  }

  /** Those that are meant by a search for this folded text, the best matches first. */
  ranksOf(typed: Sought, selection: Selection<GroupFacet>): Rank[] {
    return ranksOf(this.texts, typed, selection);
  }

  /** The tags that some of those selected have, or would have if no tags were chosen: those first that most groups have which are not deleted. */
  tagsOf(selection: Selection<GroupFacet>): number[] {
    return this.facets.valuesOfSelected('tag', selection);
  }

  /** How many groups that are not deleted have the tag, whatever is filtered. */
  sizeOfTag(id: number): number {
    return this.facets.sizeOf('tag', id);
  }

  leadershipOf(id: number): Leadership {
    return LEADERSHIPS[this.facets.valuesOf('leader', id)[0]];
  }

  /** The ids of all groups in an order, those alike by name. It is kept until something changes; of users those count that `index` has. */
  inOrder(sort: GroupSort, descending: boolean, index: UserIndex): number[] {
    const version = JSON.stringify([this.facets.version, sort === 'users' && index.version]);
    const name = `${sort} ${descending}`;
    const kept = this.orders.get(name);
    if (kept?.version === version) return kept.ids;
    const placeIn = (id: number, places: Places) => (sort === 'users' ? index.sizeOf('group', id) : places[sort]);
    const ids = sorted(this.places, placeIn, descending ? -1 : 1);
    this.orders.set(name, { version, ids });
    return ids;
  }

  due(now: number): number[] {
    return this.turns.due(now);
  }

  clear(): void {
    this.facets = new FacetIndex(FACETS);
    this.turns = new Turns();
    this.texts = new TextIndex();
    this.places = new Map();
    this.orders.clear();
  }

  async take(ids: Ids, now: number): Promise<void> {
    const restrict = (query: ReturnType<Reader>, column: string) => whereIdMeant(query, column, ids);
    const { db } = this;
    const rows: FactRow[] = await joinLeader(db, restrict(db('groups'), 'groups.id')).select(
      'groups.id',
      'groups.name',
      'groups.activity',
      'groups.description',
    );
    const tags: { group_id: number; tag_id: number }[] = await restrict(db('group_tags'), 'group_id')
      .orderBy(['group_id', 'tag_id'])
      .select('group_id', 'tag_id');
    const permissions: { group_id: number; number: number }[] = await restrict(db('group_permissions'), 'group_id')
      .groupBy('group_id')
      .select('group_id', countEach(db));
    const tagsOf = Map.groupBy(tags, (one) => one.group_id);
    const numberOf = new Map(permissions.map((one) => [one.group_id, Number(one.number)]));
    for (const row of rows) {
      const tag = (tagsOf.get(row.id) ?? []).map((one) => one.tag_id);
      this.takeIn(row, tag, numberOf.get(row.id) ?? 0, now);
    }
  }

  private takeIn(row: FactRow, tag: number[], permissions: number, now: number): void {
    const { id, leader_starts_at, leader_leaves_at, member_until_at } = row;
    this.facets.set(id, row.activity !== 'deleted', {
      activity: [ACTIVITIES.indexOf(row.activity)],
      leader: [LEADERSHIPS.indexOf(leadershipOf(row, minuteOf(now)))],
      tag,
    });
    const turns = [leader_starts_at, leader_leaves_at, member_until_at];
    this.turns.set(
      id,
      turns.flatMap((turn) => (turn === null ? [] : [Date.parse(turn)])),
      now,
    );
    const [name, leader] = [sortKey(row.name), sortKey(row.leader_name ?? '')];
    const rest = foldings(`${row.leader_name ?? ''} ${row.description}`).join(' ');
    this.texts.set(id, `${searchText([row.name])} ${rest}`);
    this.places.set(id, { name, leader, permissions });
    this.facets.touch();
  }

  private holding(words: readonly Sought[]): BitSet {
    return foundByAll(words, (word) => this.texts.find(word));
  }
}

function sorted(
  places: Map<number, Places>,
  placeIn: (id: number, places: Places) => string | number,
  sign: 1 | -1,
): number[] {
  const all = Array.from(places, ([id, of]) => ({ id, name: of.name, value: placeIn(id, of) }));
  all.sort((a, b) => compared(a.value, b.value) * sign || compared(a.name, b.name) || a.id - b.id);
  return all.map(({ id }) => id);
}

function compared<T>(a: T, b: T): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
