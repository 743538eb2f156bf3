import type { Clock } from '../clock.ts';
import { isGiven } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';
import type { Row } from '../db/tables.ts';
import { FacetIndex, lazily, type Selection } from '../facets/facet-index.ts';
import { Arrivals } from '../facets/following/arrivals.ts';
import type { Feed } from '../facets/following/feed.ts';
import {
  type FillElsewhere,
  type Followable,
  Follower,
  filledBy,
  type Ids,
  type Patience,
  whereIdMeant,
} from '../facets/following/follower.ts';
import { KeptOrders } from '../facets/orders/kept-orders.ts';
import { type Rank, ranksOf } from '../facets/orders/ranks.ts';
import { foundByAll, TextIndex } from '../facets/search/text-index.ts';
import { IdNumbers } from '../facets/sets/id-numbers.ts';
import type { Sought } from '../text/text.ts';
import type { ContactViewer } from './contact.ts';
import { ACTIVITIES, KINDS } from './contact-list-query.ts';
import { ownershipValue, visibleOwnerships } from './ownership-values.ts';

/** Whose facts changed. */
export const CONTACT_CHANGES: Feed = { table: 'contact_changes', column: 'contact_id', records: 'contacts' };

/**
 * What contacts are filtered by. Activities and kinds are numbered as in their lists; `accounts` are all account types of a contact
 * in one, a bit for each; `owner` is whose it is; `linked` is 1 where a user signs in as it, else 0.
 */
const FACETS = ['activity', 'kind', 'accounts', 'owner', 'tag', 'linked'] as const;
export type ContactFacet = (typeof FACETS)[number];

/** Which contacts are meant. */
export interface ContactFilter {
  values: Partial<Record<ContactFacet, readonly number[]>>;
  /** Folded; every one of them is looked for. None at all are found nowhere; left out, nothing is looked for. */
  words?: readonly Sought[];
  /** Only people of one of these; none do not restrict. */
  companies?: number[];
}

/** What is held of contacts. */
export interface ContactHolding {
  facets: FacetIndex<ContactFacet>;
  texts: TextIndex;
  /** Of people; a facet would keep a set for each of very many. */
  companies: IdNumbers;
}

interface ContactIndexOptions {
  fillElsewhere?: FillElsewhere<ContactHolding>;
  /** By which contacts are held; left out, by their ids. */
  arrivals?: Arrivals;
  orders?: KeptOrders;
}

type FactRow = Pick<
  Row<'contacts'>,
  'id' | 'kind' | 'activity' | 'account_bits' | 'owner_user_id' | 'owner_group_id' | 'company_id' | 'search_text'
> & { linked: number | boolean };

/**
 * What contacts are filtered, counted and searched by, in memory, as `UserIndex` has it of users: it decides nothing, and the feed
 * of changes is read before every answer. What a viewer may not see is part of no answer.
 */
export class ContactIndex implements Followable {
  readonly db: Reader;
  readonly feed = CONTACT_CHANGES;
  /** Those that could not be done without. */
  readonly orders: KeptOrders;
  private readonly clock: Clock;
  private readonly follower: Follower;
  private readonly arrivals: Arrivals | undefined;
  private holding = holdingNone();

  constructor(
    db: Reader,
    clock: Clock,
    { fillElsewhere, arrivals, orders = new KeptOrders() }: ContactIndexOptions = {},
  ) {
    this.db = db;
    this.arrivals = arrivals;
    this.orders = orders;
    this.clock = clock;
    const hold = (holding: ContactHolding) => {
      this.holding = holding;
      this.orders.clear();
    };
    this.follower = new Follower(this, fillElsewhere && filledBy(fillElsewhere, hold));
  }

  /** Everything that it has taken in, to be given to another one. */
  get held(): ContactHolding {
    return this.holding;
  }

  /** How many there are, whoever may see them. */
  get number(): number {
    return this.holding.facets.number;
  }

  /** How many of them a user signs in as. */
  get linked(): number {
    return this.holding.facets.union('linked', [1]).count();
  }

  /** Reads what changed up to this call. What is asked right afterwards is answered by the data of that moment. Throws NotYet where it takes long. */
  async refresh(): Promise<void> {
    await this.follower.refresh(this.clock());
  }

  /** The same where nobody waits for it, however long it takes. */
  async refreshWholly(): Promise<void> {
    await this.follower.refreshWholly(this.clock());
  }

  /** The same for whoever has something to show meanwhile: false where it takes longer than they wait. */
  async refreshWithin(patience: Patience): Promise<boolean> {
    return this.follower.refreshWithin(this.clock(), patience);
  }

  /** Reads no further, for the end of the process. */
  stop(): void {
    this.follower.stop();
  }

  /** Reads what changed ahead of whoever asks next. */
  async keepUp(): Promise<void> {
    await this.follower.keepUp(this.clock());
  }

  /** For a look at some of the contacts: an index of none yet, which takes in what it is given. */
  ofNone(): ContactIndex {
    return new ContactIndex(this.db, this.clock, { arrivals: new Arrivals() });
  }

  /** Of the contacts that the viewer may see. */
  select({ values, words, companies = [] }: ContactFilter, viewer: ContactViewer): Selection<ContactFacet> {
    const ownerships = visibleOwnerships(viewer);
    const within = lazily(JSON.stringify([ownerships, words, companies]), () => {
      const found = this.holding.facets.union('owner', ownerships);
      if (words) found.intersect(foundByAll(words, (word) => this.holding.texts.find(word)));
      if (companies.length > 0) found.intersect(this.holding.companies.having(new Set(companies)));
      return found;
    });
    const selection = this.holding.facets.select({ values, within });
    return this.arrivals ? { ...selection, has: (id) => selection.has(this.numberOf(id)) } : selection;
  }

  /** Those who are meant by a search for this folded text, the best matches first. */
  ranksOf(typed: Sought, selection: Selection<ContactFacet>): Rank[] {
    return ranksOf(this.holding.texts, typed, selection);
  }

  /**
   * The tags that most contacts have of those, the most common first; of those alike the lowest. Nobody has a tag on more
   * contacts than there are, so that few tags have to be looked at where most are seen.
   */
  largestTags(most: number, of: Selection<ContactFacet>): number[] {
    for (let looked = most; ; looked *= 2) {
      const tags = this.holding.facets.largest('tag', looked, new Set());
      const sized = tags.map((id) => ({ id, size: of.count('tag', id) })).filter(({ size }) => size > 0);
      const found = sized.sort((a, b) => b.size - a.size || a.id - b.id).slice(0, most);
      const rest = tags.length < looked ? 0 : this.holding.facets.sizeOf('tag', tags[looked - 1]);
      if (rest === 0 || (found[most - 1]?.size ?? 0) > rest) return found.map(({ id }) => id);
    }
  }

  /** The tags that some of those selected have, those first that most of the others have: what nobody may see says nothing, not even by their order. */
  tagsOf(selection: Selection<ContactFacet>, among: Selection<ContactFacet>): number[] {
    return this.holding.facets.valuesOfSelected('tag', selection, (tag) => among.count('tag', tag));
  }

  /** Nothing of a contact turns by itself. */
  due(): number[] {
    return [];
  }

  clear(): void {
    this.holding = holdingNone();
    this.orders.clear();
  }

  async take(ids: Ids): Promise<void> {
    this.orders.move(ids);
    const restrict = (query: ReturnType<Reader>, column: string) => whereIdMeant(query, column, ids);
    const { db } = this;
    const rows: FactRow[] = await restrict(db('contacts'), 'contacts.id')
      .leftJoin('users', (join) => join.on('users.contact_id', 'contacts.id').andOnNull('users.deleted_from'))
      .select('contacts.id', 'contacts.kind', 'contacts.activity', 'contacts.account_bits', 'contacts.company_id')
      .select('contacts.owner_user_id', 'contacts.owner_group_id', 'contacts.search_text')
      .select({ linked: isGiven(db, 'users.id') });
    const tags: Row<'contact_tags'>[] = await restrict(db('contact_tags'), 'contact_id')
      .orderBy(['contact_id', 'tag_id'])
      .select('contact_id', 'tag_id');
    const tagsOf = Map.groupBy(tags, (one) => one.contact_id);
    const contacts = rows.map((row) => ({ id: this.numberOf(row.id), row }));
    const { facets, texts, companies } = this.holding;
    // One thing of all of them after the other, as users are taken in.
    for (const { id, row } of contacts)
      facets.set(id, row.activity === 'active', valuesOf(row, tagsOf.get(row.id) ?? []));
    let isOther = false;
    for (const { id, row } of contacts) isOther = texts.set(id, row.search_text) || isOther;
    for (const { id, row } of contacts) isOther = companies.set(id, row.company_id ?? 0) || isOther;
    if (isOther) facets.touch();
  }

  private numberOf(contactId: number): number {
    return this.arrivals?.of(contactId) ?? contactId;
  }
}

function valuesOf(row: FactRow, tags: Row<'contact_tags'>[]): Record<ContactFacet, number[]> {
  return {
    activity: [ACTIVITIES.indexOf(row.activity)],
    kind: [KINDS.indexOf(row.kind)],
    accounts: [row.account_bits],
    owner: [ownershipValue(row)],
    tag: tags.map((one) => one.tag_id),
    linked: [row.linked ? 1 : 0],
  };
}

function holdingNone(): ContactHolding {
  return { facets: new FacetIndex(FACETS), texts: new TextIndex(), companies: new IdNumbers() };
}
