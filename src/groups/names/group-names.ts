import { isDeepStrictEqual } from 'node:util';
import type { Activity } from '../../access/activity.ts';
import { grants, type Level, NO_RIGHTS, type Rights, union } from '../../access/rights.ts';
import type { Clock } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import type { Feed } from '../../facets/following/feed.ts';
import { type Followable, Follower, type Ids, whereIdMeant } from '../../facets/following/follower.ts';
import { sortKey } from '../../text/sort-key.ts';

/** Whose facts changed. */
export const GROUP_CHANGES: Feed = { table: 'group_changes', column: 'group_id', records: 'groups' };

/** As much of a group as is said of it beside its members; another one as soon as any of it is different. */
export interface NamedGroup {
  id: number;
  name: string;
  /** By which groups are put in order. */
  key: string;
  activity: Activity;
  /** What it grants where it is active. */
  rights: Rights;
}

const NOWHERE = -1;

/** How groups are called, whether they count and what they grant, in memory: every page of users says it of dozens. The database stays the truth, as for users. */
export class GroupNames implements Followable {
  readonly db: Reader;
  readonly feed = GROUP_CHANGES;
  /** Another one whenever anything is different that is said here. */
  change = 0;
  private readonly clock: Clock;
  private readonly follower = new Follower(this);
  private readonly groups = new Map<number, NamedGroup>();
  /** All that are not deleted, by name, and those that grant something on an application: made when they are asked for. */
  private all: readonly NamedGroup[] | undefined;
  /** By id, at which place of all. */
  private places: Int32Array | undefined;
  private readonly kept = new Map<string, readonly NamedGroup[]>();
  /** Those whose memberships lie still until somebody restores them. */
  readonly deleted = new Set<number>();

  constructor(db: Reader, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  /** Reads what changed up to this call. Throws NotYet where it takes long. */
  async refresh(): Promise<void> {
    await this.follower.refresh(this.clock());
  }

  /** The same where nobody waits for it, however long it takes. */
  async refreshWholly(): Promise<void> {
    await this.follower.refreshWholly(this.clock());
  }

  /** How many groups are not deleted. */
  get number(): number {
    return this.groups.size - this.deleted.size;
  }

  /** All that are not deleted, or those of them, by name. */
  named(ids?: Iterable<number>): NamedGroup[] {
    if (ids) return this.namedAmong(ids);
    return [...this.allNamed()];
  }

  /**
   * The first few of these that are not deleted, by name, and how many others there are. A page asks of hundreds: no more is put in order
   * than is shown, and nothing is looked at of a group but its place.
   */
  firstNamed(ids: readonly number[], most: number): { named: NamedGroup[]; others: number } {
    const places = this.placesByName();
    // As long as it will be: one that grows takes room for many more.
    const first = new Array<number>(Math.min(most, ids.length));
    let found = 0;
    let others = 0;
    for (let n = 0; n < ids.length; n++) {
      const place = places[ids[n]] ?? NOWHERE;
      if (place === NOWHERE) continue;
      if (found === most) {
        others++;
        if (place > first[most - 1]) continue;
      } else found++;
      let at = found - 1;
      for (; at > 0 && place < first[at - 1]; at--) first[at] = first[at - 1];
      first[at] = place;
    }
    const all = this.allNamed();
    const named = new Array<NamedGroup>(found);
    for (let n = 0; n < found; n++) named[n] = all[first[n]];
    return { named, others };
  }

  /** Those that grant something on it and are not deleted, by name. */
  grantingOn(application: string): readonly NamedGroup[] {
    const kept = this.kept.get(application);
    if (kept) return kept;
    const found: number[] = [];
    for (const { id, rights } of this.groups.values()) if (Object.hasOwn(rights, application)) found.push(id);
    const named = this.named(found);
    // Nothing is kept for what no group grants: whoever asks may make it up.
    if (named.length > 0) this.kept.set(application, named);
    return named;
  }

  /** The active ones that grant it. */
  granting(application: string, level: Level): number[] {
    const isGranting = ({ activity, rights }: NamedGroup) =>
      activity === 'active' && grants(rights, application, level);
    return this.grantingOn(application)
      .filter(isGranting)
      .map(({ id }) => id);
  }

  /** What it would give to its members if it were active. */
  rightsOf(id: number): Rights {
    return this.groups.get(id)?.rights ?? NO_RIGHTS;
  }

  due(): number[] {
    return [];
  }

  clear(): void {
    this.change++;
    this.groups.clear();
    this.deleted.clear();
    this.forgetKept();
    this.all = undefined;
  }

  async take(ids: Ids): Promise<void> {
    const query = this.db('groups').select('id', 'name', 'activity');
    const rows: Omit<NamedGroup, 'key' | 'rights'>[] = await whereIdMeant(query, 'id', ids);
    const permissions: { group_id: number; application: string; level: Level }[] = await whereIdMeant(
      this.db('group_permissions').select('group_id', 'application', 'level'),
      'group_id',
      ids,
    );
    const permissionsOf = Map.groupBy(permissions, (one) => one.group_id);
    const found = new Map<number, NamedGroup>();
    for (const group of rows) {
      const rights = union((permissionsOf.get(group.id) ?? []).map((one) => ({ [one.application]: one.level })));
      found.set(group.id, Object.freeze({ ...group, key: sortKey(group.name), rights }));
    }
    // The feed names groups as well of which something else changed: their tags, or whoever leads them. All that is kept stays then.
    const isOther = (id: number) => !isDeepStrictEqual(this.groups.get(id), found.get(id));
    const differing = (Array.isArray(ids) ? ids : [...found.keys()]).filter(isOther);
    if (differing.length === 0) return;
    this.change++;
    this.forgetKept();
    for (const id of differing) this.hold(id, found.get(id));
    this.all = Array.isArray(ids) ? this.renamed(differing) : undefined;
  }

  private hold(id: number, group: NamedGroup | undefined): void {
    this.groups.delete(id);
    this.deleted.delete(id);
    if (group) this.groups.set(id, group);
    if (group?.activity === 'deleted') this.deleted.add(id);
  }

  private allNamed(): readonly NamedGroup[] {
    this.all ??= this.namedAmong(this.groups.keys());
    return this.all;
  }

  /** All once more where something is known of these that was not before: the others are in order already. */
  private renamed(ids: readonly number[]): readonly NamedGroup[] | undefined {
    const changed = new Set(ids);
    return this.all && byName([...this.all.filter(({ id }) => !changed.has(id)), ...this.namedAmong(changed)]);
  }

  private placesByName(): Int32Array {
    if (this.places) return this.places;
    const all = this.allNamed();
    const highest = all.reduce((most, { id }) => Math.max(most, id), 0);
    this.places = new Int32Array(highest + 1).fill(NOWHERE);
    for (const [place, { id }] of all.entries()) this.places[id] = place;
    return this.places;
  }

  private namedAmong(ids: Iterable<number>): NamedGroup[] {
    const found: NamedGroup[] = [];
    for (const id of ids) {
      const group = this.groups.get(id);
      if (group && group.activity !== 'deleted') found.push(group);
    }
    return byName(found);
  }

  private forgetKept(): void {
    this.places = undefined;
    this.kept.clear();
  }
}

function byName(groups: NamedGroup[]): NamedGroup[] {
  return groups.sort((a, b) => (a.key === b.key ? a.id - b.id : a.key < b.key ? -1 : 1));
}
