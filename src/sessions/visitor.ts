import type { User } from '../users/user.ts';

/** The browser that a password comes from. */
export interface Visitor {
  agent: string;
  /** Whether it may turn out to be a known device at all. */
  claimsDevice: boolean;
  /** The device as which it is known for the user; null for a stranger's. */
  deviceOf(user: Pick<User, 'id' | 'passwordSetAt'>): string | null;
  /** What it keeps since the user wanted it to be remembered; null where they did not. */
  tokenOf(user: Pick<User, 'id'>): string | null;
}
