import type { Activity } from '../../access/activity.ts';
import { whereNotOver } from '../../access/granted-rights.ts';
import { type Clock, type Day, dayOf } from '../../clock.ts';
import { linkedToAccount } from '../../contacts/warned-accounts.ts';
import { isGiven } from '../../db/conditions.ts';
import type { Database, Reader, Transaction } from '../../db/database.ts';
import { pieces } from '../../db/ids.ts';
import type { Left, Row } from '../../db/tables.ts';
import { joinInvitation } from '../../one-time-links/standing-links.ts';
import { type FactColumns, factsOf, STATES, type StateFacts, type StateLimits, stateBits } from '../user-state.ts';
import { FactTable } from './fact-table.ts';
import { IdLists } from './id-lists.ts';

/** Past this many changes, reading everything anew is quicker than reading those. */
const RELOAD_BEYOND = 20_000;
const FEED_KEPT = 100_000;
const READ_AT_ONCE = 10_000;

/** What lists of users are read from, and whatever counts them. */
export interface UserSources {
  db: Database;
  index: UserIndex;
  clock: Clock;
}

/** Which users are meant; empty sets do not restrict. Within a set any value matches, between sets all must. */
export interface UserFilter {
  activities: ReadonlySet<Activity>;
  /** As bits: see stateBits. */
  states: number;
  tagIds: ReadonlySet<number>;
  groupIds: ReadonlySet<number>;
  /** Those that the search found; undefined without a search. */
  found?: readonly number[];
}

/** For each filter, how many users each of its values would leave under the other filters. */
export interface Counts {
  /** How far the feed of changes was read. */
  change: number;
  total: number;
  activity: Record<Activity, number>;
  /** In the order of STATES. */
  states: number[];
  /** By the id of the tag or group; beyond the end nobody has it. */
  tags: Int32Array;
  groups: Int32Array;
}

export interface Selection extends Counts {
  isSelected(id: number): boolean;
  /** All selected ids, ascending. */
  ids(): number[];
}

export interface Sizes {
  tags: Int32Array;
  groups: Int32Array;
}

type FactRow = Pick<
  Row<'users'>,
  | 'id'
  | 'activity'
  | 'api_only'
  | 'expires_on'
  | 'last_login_at'
  | 'last_activity_at'
  | 'access_confirmed_at'
  | 'created_at'
> &
  Pick<Left<Row<'lockouts'>>, 'locked_until'> & {
    has_password: number | boolean;
    invitation_expires_at: string | null;
    invitation_failed: number | boolean;
    linked_to_account: number | boolean;
  };

/**
 * The few facts of every user that filters and counts need, in memory: exact counts of every filter under all others
 * would otherwise read every user, group and tag on each page. It decides nothing, it only counts; the database stays
 * the truth, and its feed of changes (written by triggers, so also for what other processes do) is read before every answer.
 */
export class UserIndex {
  private readonly db: Reader;
  private readonly clock: Clock;
  private lastChange = 0;
  /** The day for which memberships were read; with the next one some are over. */
  private day: Day = '';
  private loading: Promise<void> | undefined;
  private readonly facts = new FactTable();
  private readonly groups = new IdLists();
  private readonly tags = new IdLists();
  private known: Sizes | undefined;

  constructor(db: Reader, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  /** Reads what changed up to this call. */
  async refresh(): Promise<void> {
    // A reading under way may have begun before the last commit: it is waited for, and then all who wait share a new one.
    await this.loading?.catch(() => {});
    this.loading ??= this.catchUp().finally(() => {
      this.loading = undefined;
    });
    await this.loading;
  }

  /** One pass: a user who fails one filter only still counts among that filter's values. */
  select(filter: UserFilter, limits: StateLimits): Selection {
    const selected = new Uint8Array(this.facts.end);
    const activity = { active: 0, deactivated: 0, deleted: 0 };
    const byBits = new Int32Array(1 << STATES.length);
    const tagCounts = new Int32Array(this.tags.highest + 1);
    const groupCounts = new Int32Array(this.groups.highest + 1);
    const facts = NOBODY();
    let total = 0;
    const found = filter.found && new Uint8Array(this.facts.end);
    if (found) for (const id of filter.found!) found[id] = 1;
    for (let id = 0; id < this.facts.end; id++) {
      if ((found && !found[id]) || !this.facts.read(id, facts)) continue;
      const bits = stateBits(facts, limits);
      const tags = this.tags.of(id);
      const groups = this.groups.of(id);
      const isActivity = filter.activities.has(facts.activity);
      const isState = filter.states === 0 || (bits & filter.states) !== 0;
      const isTag = filter.tagIds.size === 0 || tags.some((tag) => filter.tagIds.has(tag));
      const isGroup = filter.groupIds.size === 0 || groups.some((group) => filter.groupIds.has(group));
      const failed = 4 - Number(isActivity) - Number(isState) - Number(isTag) - Number(isGroup);
      if (failed > 1) continue;
      if (failed === 0) {
        selected[id] = 1;
        total++;
      }
      if (failed === 0 || !isActivity) activity[facts.activity]++;
      if (failed === 0 || !isState) byBits[bits]++;
      if (failed === 0 || !isTag) for (let t = 0; t < tags.length; t++) tagCounts[tags[t]]++;
      if (failed === 0 || !isGroup) for (let g = 0; g < groups.length; g++) groupCounts[groups[g]]++;
    }
    const counts: Counts = {
      change: this.lastChange,
      total,
      activity,
      states: perState(byBits),
      tags: tagCounts,
      groups: groupCounts,
    };
    return {
      ...counts,
      isSelected: (id) => selected[id] === 1,
      ids: () => {
        const ids: number[] = [];
        for (let id = selected.indexOf(1); id !== -1; id = selected.indexOf(1, id + 1)) ids.push(id);
        return ids;
      },
    };
  }

  /**
   * How many users who are not deleted each tag and group has, by its id, whatever is filtered. The sidebar offers them
   * in this order: one that followed the filters would move its lines under the pointer.
   */
  sizes(): Sizes {
    if (this.known) return this.known;
    const tags = new Int32Array(this.tags.highest + 1);
    const groups = new Int32Array(this.groups.highest + 1);
    for (let id = 0; id < this.facts.end; id++) {
      if (!this.facts.isListed(id)) continue;
      for (const tag of this.tags.of(id)) tags[tag]++;
      for (const group of this.groups.of(id)) groups[group]++;
    }
    this.known = { tags, groups };
    return this.known;
  }

  /** The groups whose membership counts today, deactivated groups included. */
  groupsOf(userId: number): readonly number[] {
    return this.groups.of(userId);
  }

  /** Calls `visit` for everybody in any of the groups who is not deleted, with all the groups that they are in. */
  visitMembers(groupIds: ReadonlySet<number>, visit: (groups: readonly number[]) => void): void {
    for (let id = 0; id < this.facts.end; id++) {
      if (!this.facts.isListed(id)) continue;
      const groups = this.groups.of(id);
      if (groups.some((group) => groupIds.has(group))) visit(groups);
    }
  }

  private async catchUp(): Promise<void> {
    const today = dayOf(this.clock());
    if (this.day !== today) await this.turnTo(today);
    const newest = await this.newestChange();
    if (newest === this.lastChange) return;
    this.known = undefined;
    const changes: { id: number; user_id: number }[] = await this.db('user_changes')
      .where('id', '>', this.lastChange)
      .orderBy('id')
      .limit(RELOAD_BEYOND + 1)
      .select('id', 'user_id');
    // A gap means that the feed was pruned past us.
    const isWhole = changes.length <= RELOAD_BEYOND && changes[0]?.id === this.lastChange + 1;
    if (isWhole) await this.read([...new Set(changes.map((change) => change.user_id))]);
    else await this.readAll();
    this.lastChange = isWhole ? changes[changes.length - 1].id : newest;
  }

  /** Memberships that were over before the day and are not, or the other way round, are read anew. */
  private async turnTo(today: Day): Promise<void> {
    const [from, to] = [this.day, today].sort();
    this.day = today;
    this.known = undefined;
    if (from === '') return;
    const turned: number[] = await this.db('memberships')
      .where('until_on', '>=', from)
      .where('until_on', '<', to)
      .distinct()
      .pluck('user_id');
    await this.read(turned);
  }

  private async newestChange(): Promise<number> {
    return Number((await this.db('user_changes').max('id as newest').first())?.newest ?? 0);
  }

  private async readAll(): Promise<void> {
    const last = Number((await this.db('users').max('id as last').first())?.last ?? 0);
    for (let from = 0; from < last; from += READ_AT_ONCE)
      await this.take((query, column) => query.where(column, '>', from).where(column, '<=', from + READ_AT_ONCE));
  }

  private async read(ids: number[]): Promise<void> {
    for (const some of pieces(ids)) await this.take((query, column) => query.whereIn(column, some));
  }

  /** Takes in the facts of the users whom `restrict` leaves; it is given the column that holds the user's id. */
  private async take(restrict: (query: ReturnType<Reader>, column: string) => ReturnType<Reader>): Promise<void> {
    const users = restrict(this.db('users'), 'users.id').leftJoin('lockouts', 'lockouts.user_id', 'users.id');
    const rows: FactRow[] = await joinInvitation(users, 'invitation')
      .leftJoin('outbox', (join) => join.on('outbox.link_id', 'invitation.id').onVal('outbox.kind', 'invitation'))
      .select('users.id', 'activity', 'api_only')
      .select('invitation.expires_at as invitation_expires_at', 'locked_until', 'expires_on', 'last_login_at')
      .select({
        has_password: isGiven(this.db, 'password_hash'),
        invitation_failed: isGiven(this.db, 'outbox.failed_at'),
        linked_to_account: linkedToAccount(this.db),
      })
      .select('last_activity_at', 'access_confirmed_at', 'users.created_at');
    const memberships = whereNotOver(this.db('memberships'), this.day);
    const groups: { user_id: number; value: number }[] = await restrict(memberships, 'user_id')
      .orderBy(['user_id', 'group_id'])
      .select('user_id', 'group_id as value');
    const tags: { user_id: number; value: number }[] = await restrict(this.db('user_tags'), 'user_id')
      .orderBy(['user_id', 'tag_id'])
      .select('user_id', 'tag_id as value');
    for (const row of rows) {
      this.facts.set(row.id, factsOf(columnsOf(row)));
      this.groups.clear(row.id);
      this.tags.clear(row.id);
    }
    this.groups.take(groups);
    this.tags.take(tags);
  }
}

/** Keeps the newest part of the feed; whoever fell further behind reads everything anew. */
export async function pruneUserChanges(trx: Transaction): Promise<void> {
  const newest = Number((await trx('user_changes').max('id as newest').first())?.newest ?? 0);
  await trx('user_changes')
    .where('id', '<=', newest - FEED_KEPT)
    .delete();
}

const NOBODY = (): StateFacts => factsOf({ ...NO_COLUMNS });

const NO_COLUMNS: FactColumns = {
  activity: 'deleted',
  apiOnly: false,
  hasPassword: false,
  invitationExpiresAt: null,
  invitationFailed: false,
  linkedToAccount: false,
  lockedUntil: null,
  expiresOn: null,
  lastLoginAt: null,
  lastActivityAt: null,
  accessConfirmedAt: null,
  createdAt: '1970-01-01',
};

function perState(byBits: Int32Array): number[] {
  return STATES.map((_, n) => byBits.reduce((sum, count, bits) => sum + (bits & (1 << n) ? count : 0), 0));
}

function columnsOf(row: FactRow): FactColumns {
  return {
    activity: row.activity,
    apiOnly: Boolean(row.api_only),
    hasPassword: Boolean(row.has_password),
    invitationExpiresAt: row.invitation_expires_at,
    invitationFailed: Boolean(row.invitation_failed),
    linkedToAccount: Boolean(row.linked_to_account),
    lockedUntil: row.locked_until,
    expiresOn: row.expires_on,
    lastLoginAt: row.last_login_at,
    lastActivityAt: row.last_activity_at,
    accessConfirmedAt: row.access_confirmed_at,
    createdAt: row.created_at,
  };
}
