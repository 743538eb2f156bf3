import type { Day, Instant } from '../../../clock.ts';
import type { SetChange } from '../../../verbs/set-change.ts';

/** What makes a user an integration. */
export interface ApiOnly {
  reason: string;
  /** Who answers for it. */
  ownerId: number;
  reviewOn: Day;
}

/** What is to be different about users. What is left out stays as it is; it fits one user as well as many. */
export interface UserChange {
  name?: string;
  /** Null only for who is API-only. */
  email?: string | null;
  /** The person who signs in so. */
  contactId?: number | null;
  /** Whether it was read that the person is a customer's or a supplier's. */
  acceptsAccounts?: boolean;
  groups?: SetChange<number>;
  /** When memberships end that come with it: one moment for all, or by group. Those that are there keep theirs. */
  groupsUntil?: Instant | null | Readonly<Record<number, Instant | null>>;
  tags?: SetChange<string>;
  /** Before this moment they are let in not yet. */
  startsAt?: Instant | null;
  /** It is told by a file or another system, which knows since when somebody has been here: to whoever is typing, a day that is past is a slip. */
  startMayBeOver?: boolean;
  /** From this moment on they are let in no more. */
  leavesAt?: Instant | null;
  /** What is taken back stood so before: whoever was let in no more by now is let in no more. */
  asBefore?: boolean;
  noSharedData?: boolean;
  /** Null for a person. */
  apiOnly?: ApiOnly | null;
  /** Only something of it, of those who are API-only already. */
  program?: Partial<ApiOnly>;
  description?: string;
}

/** A user who is only now made: all but name and email may be left out. */
export interface NewUser extends Omit<UserChange, 'groups' | 'tags'> {
  name: string;
  email: string | null;
  groups?: number[];
  tags?: string[];
}
