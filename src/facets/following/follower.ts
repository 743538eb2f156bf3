import { performance } from 'node:perf_hooks';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Knex } from 'knex';
import type { Reader } from '../../db/database.ts';
import { whereIdIn } from '../../db/ids.ts';
import { NotYet } from '../../verbs/refusals.ts';
import { type Feed, findChanged, findNewestEntry } from './feed.ts';
import { type Entered, type Foretold, onlyForetold } from './foretold.ts';
import { FEWEST, paced } from './pace.ts';

/** Past this many changes, reading everything anew is quicker than reading those. */
const RELOAD_BEYOND = 100_000;
/** So few are read here before another process would have begun. */
const FEW = 5_000;

/** How long somebody waits, in milliseconds: while all is read for the first time, and for what changed since. */
export interface Patience {
  first: number;
  later: number;
}
/** Of a page that can be shown without its numbers. What changed is mostly read in no time. */
export const PATIENCE_OF_A_PAGE: Patience = { first: 300, later: 1_000 };
/** Of whoever asks for what cannot be shown without. */
const LONGEST: Patience = { first: 3_000, later: 3_000 };

/** Records by id, as they are read in pieces. */
export type Ids = { after: number; upTo: number } | number[];

/** Restricts a query to the records that are meant. */
export function whereIdMeant<T extends Knex.QueryBuilder>(query: T, column: string, ids: Ids): T {
  if (Array.isArray(ids)) return whereIdIn(query, column, ids);
  query.where(column, '>', ids.after).where(column, '<=', ids.upTo);
  return query;
}

/** An index with where it reads what it holds: records by id, and a feed that names whose facts changed. */
export interface Followable<Deed extends Entered = never> {
  readonly db: Reader;
  readonly feed: Feed;
  /** Those whose facts turned by themselves, in either direction. */
  due(now: number): number[];
  /** Forgets everything. */
  clear(): void;
  /** Takes in the records as they are at a moment, which counts in milliseconds. */
  take(ids: Ids, now: number): Promise<void>;
  /** Takes in what was done to some without reading them. */
  takeDone?(deeds: ReadonlyMap<number, Deed>): void;
}

/** Fills an index like it with all records as they are at a moment, where nobody waits for it meanwhile, and gives what that one holds; undefined where it could not. */
export type FillElsewhere<Holding> = (now: number) => Promise<Holding | undefined>;

/** Has an index hold what was filled elsewhere. Says whether it could be. */
export function filledBy<Holding>(
  fillElsewhere: FillElsewhere<Holding>,
  hold: (holding: Holding) => void,
): (now: number) => Promise<boolean> {
  return async (now) => {
    const holding = await fillElsewhere(now);
    if (holding) hold(holding);
    return holding !== undefined;
  };
}

/** Takes in all records as they are at a moment, so many at once, or as many as others can wait for; they are served in between. */
export async function takeAll(
  index: Pick<Followable, 'db' | 'feed' | 'take'>,
  now: number,
  atOnce?: number,
): Promise<void> {
  const last = await findLast(index);
  await inPieces(last, { atOnce }, (from, to) => index.take({ after: from, upTo: to }, now));
}

/** Works from 0 up to `end`, so many at once, or as many as others can wait for, where so many were enough last; gives how many that were. */
async function inPieces(
  end: number,
  { atOnce, begin = FEWEST }: { atOnce?: number; begin?: number },
  work: (from: number, to: number) => Promise<void>,
): Promise<number> {
  let number = atOnce ?? begin;
  for (let from = 0; from < end; ) {
    const to = Math.min(from + number, end);
    const begun = performance.eventLoopUtilization();
    await work(from, to);
    // While a server looks for them nobody is held up.
    if (atOnce === undefined) number = paced(number, performance.eventLoopUtilization(begun).active);
    from = to;
    if (from < end) await turnOfOthers();
  }
  return number;
}

/** The highest id there is. */
async function findLast({ db, feed }: Pick<Followable, 'db' | 'feed'>): Promise<number> {
  return Number((await db(feed.records).max('id as last').first())?.last ?? 0);
}

/**
 * Keeps an index like its database: by the feed of changes, whoever made them, and by the moments at which something turns
 * by itself. The first reading goes in pieces, between which others are served.
 */
export class Follower<Deed extends Entered = never> {
  private readonly index: Followable<Deed>;
  private readonly fillElsewhere: ((now: number) => Promise<boolean>) | undefined;
  /** The entry of the feed up to which it was read. */
  lastChange = 0;
  private isLoaded = false;
  private reading: Promise<void> | undefined;
  /** Of entries that were not read yet. */
  private foretold: Foretold<Deed>[] = [];
  /** So many were taken in at once last. */
  private atOnce = FEWEST;
  private isStopped = false;

  /** `fillElsewhere` says whether it could; where it could not, everything is read here. */
  constructor(index: Followable<Deed>, fillElsewhere?: (now: number) => Promise<boolean>) {
    this.index = index;
    this.fillElsewhere = fillElsewhere;
  }

  /** Reads what changed and what turned up to this call. Where that takes long, whoever waits is refused, and it goes on. */
  async refresh(now: number): Promise<void> {
    if (!(await this.refreshWithin(now, LONGEST))) throw new NotYet();
  }

  /** The same for whoever has something to show meanwhile: false where it takes longer than that. */
  async refreshWithin(now: number, { first, later }: Patience): Promise<boolean> {
    return isDoneWithin(this.readOn(now), this.isLoaded ? later : first);
  }

  /** The same where nobody waits for it, however long it takes. */
  async refreshWholly(now: number): Promise<void> {
    await this.readOn(now);
  }

  /** The same ahead of whoever asks next; nothing as long as not everything was read. What is foretold need not be, whoever it is that reads next. */
  async keepUp(now: number, foretold?: Foretold<Deed>): Promise<void> {
    if (!this.isLoaded) return;
    if (foretold) this.foretold.push(foretold);
    await this.readOn(now);
  }

  /** Ends a first reading: whoever waits for it is refused. What changed since one is read all the same, for whoever is still answered. */
  stop(): void {
    this.isStopped = true;
  }

  private async readOn(now: number): Promise<void> {
    // A reading under way may have begun before the last commit: it is waited for, and then all who wait share a new one.
    await this.reading?.catch(() => {});
    this.reading ??= this.catchUp(now).finally(() => {
      this.reading = undefined;
    });
    await this.reading;
  }

  private async catchUp(now: number): Promise<void> {
    const newest = await findNewestEntry(this.index.db, this.index.feed);
    const changed = await this.changedUpTo(newest);
    if (!changed) await this.load(now);
    else if (changed.length > 0) await this.take(this.withoutDone(changed), now);
    this.lastChange = newest;
    this.foretold = this.foretold.filter(({ upTo }) => upTo > newest);
    this.isLoaded = true;
    const due = this.index.due(now);
    if (due.length > 0) await this.take(due, now);
  }

  /** Whom it has to read of those who changed; what was done to the others it takes in as it was told. */
  private withoutDone(changed: (number | null)[]): number[] {
    const ids = new Set(changed.filter((id) => id !== null));
    for (const foretold of this.foretold) {
      if (!this.index.takeDone) break;
      const done = onlyForetold(changed, this.lastChange, foretold);
      this.index.takeDone(done);
      for (const id of done.keys()) ids.delete(id);
    }
    return [...ids];
  }

  /** Undefined where the feed does not tell: before the first reading, past too many changes, and where it was pruned past us or is another one. */
  private async changedUpTo(newest: number): Promise<(number | null)[] | undefined> {
    const number = newest - this.lastChange;
    if (!this.isLoaded || number < 0 || number > RELOAD_BEYOND) return undefined;
    if (number === 0) return [];
    return findChanged(this.index.db, this.index.feed, this.lastChange, newest);
  }

  private async load(now: number): Promise<void> {
    this.isLoaded = false;
    // Meanwhile whoever was refreshed before is answered by what is held.
    const isFilled = (await findLast(this.index)) > FEW && (await this.fillElsewhere?.(now));
    if (isFilled) return;
    this.index.clear();
    await takeAll({ db: this.index.db, feed: this.index.feed, take: this.takeIn }, now);
  }

  private async take(ids: number[], now: number): Promise<void> {
    this.atOnce = await inPieces(ids.length, { begin: this.atOnce }, (from, to) =>
      this.takeIn(ids.slice(from, to), now),
    );
  }

  private readonly takeIn: Followable['take'] = async (ids, now) => {
    if (this.isStopped && !this.isLoaded) throw new NotYet();
    await this.index.take(ids, now);
  };
}

async function isDoneWithin(work: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    // Where the process itself was held up, what came meanwhile is taken in first.
    timer = setTimeout(() => setImmediate(resolve, false), milliseconds).unref();
  });
  const done = work.then(() => true);
  // Whoever does not wait any more is not told why it failed.
  done.catch(() => {});
  try {
    return await Promise.race([done, late]);
  } finally {
    // There would be those of seconds of pages.
    clearTimeout(timer);
  }
}
