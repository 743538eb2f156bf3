import { createHmac, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import bcrypt from 'bcrypt';
import { TooManyRequests } from '../verbs/refusals.ts';
import { normalized } from './password.ts';

/** The scheme stands before the hash, so that another one can come beside it. */
const SCHEME = 'hmac-sha384-bcrypt:';
/** One core stays free for the pages. */
const AT_ONCE = Math.max(1, availableParallelism() - 1);
/** About half a minute of work; whoever comes then is told to come back. Of each kind. */
const WAITING_AT_MOST = 100;

/**
 * Whose turn comes first: people who have shown that they belong here (a known device, a link, a session) wait behind
 * one another only, so that no crowd of strangers keeps them out.
 */
export type Turn = 'first' | 'last';

/**
 * Hashes passwords as bcrypt(base64(HMAC-SHA-384(NFKC(password), pepper))): bcrypt alone would ignore everything past
 * 72 bytes. Hashing is the limit of what a sign-in page can carry, so a bounded queue stands before it: past it,
 * TooManyRequests.
 */
export class PasswordHasher {
  /** How many hashes were computed, and how many of them against a user's own hash; for the tests of R16 and R25. */
  readonly count = { all: 0, own: 0 };
  private readonly pepper: string;
  private readonly cost: number;
  private readonly dummy: string;
  private readonly waiting: Record<Turn, (() => void)[]> = { first: [], last: [] };
  private running = 0;

  constructor(pepper: string, cost: number) {
    this.pepper = pepper;
    this.cost = cost;
    this.dummy = dummyHash(cost);
  }

  async hash(password: string): Promise<string> {
    return this.queued('first', async () => {
      this.count.all++;
      return SCHEME + (await bcrypt.hash(this.peppered(password), this.cost));
    });
  }

  /**
   * The hash that the password belongs to, or undefined. `findHash` is asked when the turn has come, so nothing is
   * counted for whoever is turned away; where it finds none, the work is the same and the answer no (R25).
   */
  async verify(password: string, turn: Turn, findHash: () => Promise<string | undefined>): Promise<string | undefined> {
    return this.queued(turn, async () => {
      const hash = await findHash();
      this.count.all++;
      const own = hash?.startsWith(SCHEME) ? hash.slice(SCHEME.length) : undefined;
      if (own) this.count.own++;
      const same = await bcrypt.compare(this.peppered(password), own ?? this.dummy);
      return same && own ? hash : undefined;
    });
  }

  /** Whether the hash was made with less work than we ask for today (R11). */
  isOutdated(hash: string): boolean {
    return !hash.startsWith(SCHEME) || bcrypt.getRounds(hash.slice(SCHEME.length)) < this.cost;
  }

  private peppered(password: string): string {
    return createHmac('sha384', this.pepper).update(normalized(password)).digest('base64');
  }

  private async queued<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) {
      const line = this.waiting[turn];
      if (line.length >= WAITING_AT_MOST) throw new TooManyRequests(30);
      await new Promise<void>((resolve) => line.push(resolve));
    } else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.first.shift() ?? this.waiting.last.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** The hash of nothing that anybody knows: a salt and chance, in bcrypt's letters. To compare with it takes as long as with any other. */
function dummyHash(cost: number): string {
  const digest = randomBytes(23).toString('base64').slice(0, 31).replaceAll('+', '.');
  return bcrypt.genSaltSync(cost) + digest;
}
