import { isIP } from 'node:net';
import { type Clock, type Instant, instant, MINUTE } from '../clock.ts';
import type { Database, Reader, Transaction } from '../db/database.ts';
import { counted } from '../text/text.ts';
import { TooManyRequests } from '../verbs/refusals.ts';

/** Generous, since a whole office sits behind one address, and behind a proxy that is not trusted everybody does. */
export const TRIES_PER_WINDOW = 100;
export const WINDOW = 15 * MINUTE;

/**
 * Bounds what strangers may try from one address, before anything costly is done for them: so many tries per quarter of an
 * hour, those that turned out well given back. It stands in the database, so a restart forgives nothing. Every refusal is
 * a TooManyRequests that says when to come back, and says nothing of what was tried.
 */
export class AddressLimiter {
  private readonly db: Database;
  private readonly clock: Clock;

  constructor(db: Database, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  /** Takes one try, in a transaction of its own. Throws TooManyRequests where none is left. */
  async take(address: string): Promise<void> {
    await this.requireRoom(address);
    await this.db.write((trx) => this.takeIn(trx, address));
  }

  /** Throws TooManyRequests where no try is left. Writes nothing, so a storm that is over the limit costs a read each. */
  async requireRoom(address: string): Promise<void> {
    this.requireLeft(await this.current(this.db.read, address));
  }

  /** Takes one try together with other changes. Throws TooManyRequests where none is left. */
  async takeIn(trx: Transaction, address: string): Promise<void> {
    const found = await this.current(trx, address);
    this.requireLeft(found);
    const row = {
      address: networkOf(address),
      taken: (found?.taken ?? 0) + 1,
      ends_at: found?.ends_at ?? instant(this.clock() + WINDOW),
    };
    await trx('address_limits').insert(row).onConflict('address').merge();
  }

  /** Whoever got in took nothing. */
  async giveBackIn(trx: Transaction, address: string): Promise<void> {
    await trx('address_limits').where('address', networkOf(address)).where('taken', '>', 0).decrement('taken', 1);
  }

  private async current(db: Reader, address: string): Promise<{ taken: number; ends_at: Instant } | undefined> {
    const now = this.clock();
    return (
      db('address_limits')
        .where('address', networkOf(address))
        .where('ends_at', '>', instant(now))
        // One that ends later was made by a clock that has been set back since: it would last for as long.
        .where('ends_at', '<=', instant(now + WINDOW))
        .first('taken', 'ends_at')
    );
  }

  private requireLeft(found: { taken: number; ends_at: Instant } | undefined): void {
    if (!found || found.taken < TRIES_PER_WINDOW) return;
    const left = Date.parse(found.ends_at) - this.clock();
    const minutes = counted(Math.ceil(left / MINUTE), 'minute');
    throw new TooManyRequests(
      Math.ceil(left / 1_000),
      `Too many attempts came from your address. Try again in ${minutes}.`,
    );
  }
}

export async function pruneAddressLimits(trx: Transaction, now: Instant): Promise<void> {
  await trx('address_limits').where('ends_at', '<=', now).delete();
}

/** What one subscriber has: an IPv4 address, or the /64 of an IPv6 address. */
export function networkOf(address: string): string {
  const plain = address.split('%')[0];
  if (isIP(plain) === 4) return plain;
  // A trusted proxy may pass on what is no address at all.
  if (isIP(plain) !== 6) return 'unknown';
  const groups = groupsOf(plain);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight numbers of an IPv6 address, however it is written. */
function groupsOf(address: string): number[] {
  // The parser of addresses knows every way to write one, and writes it in one way.
  const [head, tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const numbers = (part = '') => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [first, last] = [numbers(head), numbers(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}
