import { giveWay } from '../../process/giving-way.ts';
import type { Ids } from '../following/follower.ts';
import type { Along } from './along.ts';
import { KeptOrder } from './kept-order.ts';

/** Each takes four bytes for every record. */
const MOST_KEPT = 3;
/** Until then one that was of use makes no room for another, in milliseconds: to read it takes some tenths of a second of the processor. */
const KEPT_FOR = 60_000;

/** So long it is read before others have their turn, in milliseconds. */
const AT_ONCE = 2;

/** An order that may be kept. */
export interface Keepable {
  /** So many rows are looked at as soon as it is. */
  worthIt: number;
  /** The order, where it is kept at this moment. */
  kept(): KeptOrder | undefined;
  /** It would have been of use: it is read, as far as there is room for it. */
  want(): Promise<void>;
}

/** Where so many rows are to be looked at, be it to walk past them or to sort them, an order that is kept is quicker. */
const WORTH_IT = 1_000;

/** The orders of a table that lists could not do without. They are read behind whoever is answered, and left where too many changed. */
export class KeptOrders {
  private readonly orders = new Map<string, { order: KeptOrder; usedAt: number }>();
  private readonly worthIt: number;

  constructor(worthIt = WORTH_IT) {
    this.worthIt = worthIt;
  }

  /** `along` reads all records in the order of this name. */
  of(name: string, along: () => Along): Keepable {
    return {
      worthIt: this.worthIt,
      kept: () => this.kept(name),
      want: () => this.want(name, along),
    };
  }

  /** What these records are sorted by may be different from what was read of them. */
  move(ids: Ids): void {
    if (this.orders.size === 0) return;
    if (!Array.isArray(ids)) {
      this.clear();
      return;
    }
    for (const id of ids) for (const { order } of this.orders.values()) order.move(id);
    for (const [name, { order }] of this.orders) if (order.isWorn) this.orders.delete(name);
  }

  clear(): void {
    this.orders.clear();
  }

  private kept(name: string): KeptOrder | undefined {
    const one = this.orders.get(name);
    if (!one?.order.isRead) return undefined;
    one.usedAt = performance.now();
    return one.order;
  }

  private async want(name: string, along: () => Along): Promise<void> {
    if (this.orders.has(name) || !this.makeRoom()) return;
    const order = new KeptOrder();
    this.orders.set(name, { order, usedAt: performance.now() });
    const isMeanwhileLeft = () => this.orders.get(name)?.order !== order;
    let begun = performance.now();
    const pause = async () => {
      if (performance.now() - begun < AT_ONCE) return;
      await giveWay();
      begun = performance.now();
      if (isMeanwhileLeft()) throw new Error('The order is not wanted any more.');
    };
    try {
      await order.read(along(), pause);
    } catch {
      // Whoever would have been served by it goes without, as now.
      if (!isMeanwhileLeft()) this.orders.delete(name);
    }
  }

  private makeRoom(): boolean {
    if (this.orders.size < MOST_KEPT) return true;
    const [[name, { usedAt }]] = [...this.orders].toSorted(([, a], [, b]) => a.usedAt - b.usedAt);
    return performance.now() - usedAt > KEPT_FOR && this.orders.delete(name);
  }
}
