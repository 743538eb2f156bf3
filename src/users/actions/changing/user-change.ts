import type { Day } from '../../../clock.ts';
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
  /** The last day on which memberships count that come with it: one for all, or by group. Those that are there keep theirs. */
  groupsUntil?: Day | null | Readonly<Record<number, Day | null>>;
  tags?: SetChange<string>;
  /** The last day on which they are let in. */
  expiresOn?: Day | null;
  noSharedData?: boolean;
  /** Null for a person. */
  apiOnly?: ApiOnly | null;
  /** Only something of it, of those who are API-only already. */
  program?: Partial<Pick<ApiOnly, 'ownerId' | 'reviewOn'>>;
  description?: string;
}

/** A user who is only now made: all but name and email may be left out. */
export interface NewUser extends Omit<UserChange, 'groups' | 'tags'> {
  name: string;
  email: string | null;
  groups?: number[];
  tags?: string[];
}
