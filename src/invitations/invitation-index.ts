import { type Clock, instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import type { Row } from '../db/tables.ts';
import { type FacetFilter, FacetIndex, type Selection } from '../facets/facet-index.ts';
import type { Feed } from '../facets/following/feed.ts';
import { type Followable, Follower, type Ids, whereIdMeant } from '../facets/following/follower.ts';
import type { BitSet } from '../facets/sets/bit-set.ts';
import { IdNumbers } from '../facets/sets/id-numbers.ts';
import { Turns } from '../facets/turns.ts';
import { isSpent } from '../one-time-links/standing-links.ts';
import type { Channel } from '../verbs/act.ts';
import { INVITATION_STATUSES, type InvitationRow, joinMail, STATUS_COLUMNS, statusOf } from './invitation-status.ts';

/** Whose facts changed. */
export const INVITATION_CHANGES: Feed = { table: 'invitation_changes', column: 'link_id', records: 'links' };

export const CHANNELS = ['mail', 'copy'] as const satisfies Channel[];

/** The one who made it, where that was no user. */
export const PROGRAM = 0;

const FACETS = ['status', 'channel', 'creator'] as const;
export type InvitationFacet = (typeof FACETS)[number];

type FactRow = Pick<Row<'links'>, 'id' | 'user_id' | 'created_by'> & InvitationRow;

/**
 * What invitations are filtered and counted by, in memory, as `UserIndex` has it of users: it decides nothing, and the feed of
 * changes is read before every answer.
 */
export class InvitationIndex implements Followable {
  readonly db: Reader;
  readonly feed = INVITATION_CHANGES;
  private readonly clock: Clock;
  private readonly follower = new Follower(this);
  private facets = new FacetIndex<InvitationFacet>(FACETS);
  private turns = new Turns();
  /** Whom each invites. */
  private invited = new IdNumbers();
  /** All who made some, the program included. */
  readonly creators = new Set<number>();

  constructor(db: Reader, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  /** How many there are. */
  get number(): number {
    return this.facets.number;
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

  select(filter: FacetFilter<InvitationFacet>): Selection<InvitationFacet> {
    return this.facets.select(filter);
  }

  /** The invitations of these users. */
  ofUsers(users: BitSet): BitSet {
    return this.invited.having(users);
  }

  due(now: number): number[] {
    return this.turns.due(now);
  }

  clear(): void {
    this.facets = new FacetIndex(FACETS);
    this.turns = new Turns();
    this.invited = new IdNumbers();
  }

  async take(ids: Ids, now: number): Promise<void> {
    const links = joinMail(this.db, this.db('links')).where('links.purpose', 'invitation');
    const meant = whereIdMeant(links, 'links.id', ids);
    const rows: FactRow[] = await meant.select('links.id', 'links.user_id', 'links.created_by', ...STATUS_COLUMNS);
    for (const row of rows) this.takeIn(row, now);
    if (!Array.isArray(ids)) return;
    const found = new Set(rows.map(({ id }) => id));
    for (const id of ids) if (!found.has(id)) this.takeOut(id, now);
  }

  private takeIn(row: FactRow, now: number): void {
    const { id } = row;
    this.facets.set(id, true, {
      status: [INVITATION_STATUSES.indexOf(statusOf(row, instant(now)))],
      channel: [CHANNELS.indexOf(row.channel)],
      creator: [row.created_by ?? PROGRAM],
    });
    this.creators.add(row.created_by ?? PROGRAM);
    this.turns.set(id, isSpent(row) ? [] : [Date.parse(row.expires_at)], now);
    this.invited.set(id, row.user_id);
  }

  private takeOut(id: number, now: number): void {
    this.facets.set(id, false, { status: [], channel: [], creator: [] });
    this.turns.set(id, [], now);
    this.invited.set(id, 0);
  }
}
