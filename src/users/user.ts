import type { Activity, Living } from '../access/activity.ts';
import type { Holder } from '../access/viewer.ts';
import type { Day, Instant } from '../clock.ts';

/** A login identity. */
export interface User extends Living {
  id: number;
  name: string;
  /** Null for some that are API-only: programs read no mail. */
  email: string | null;
  /** The email that was known to be theirs, while nobody has confirmed the one that stands there since; else null. */
  confirmedEmail: string | null;
  hasPassword: boolean;
  /** Sessions are bound to it: a new password ends those of the old one. Without a password: the one that was set then is worth nothing any more. */
  passwordSetAt: Instant | null;
  noSharedData: boolean;
  /** Before this moment they are let in not yet. */
  startsAt: Instant | null;
  /** From this moment on they are let in no more. */
  leavesAt: Instant | null;
  description: string;
  contactId: number | null;
  /** For rules, never for a page: whether somebody may know it is decided by whose the contact is. */
  contactName: string | null;
  apiOnly: boolean;
  apiOnlyReason: string | null;
  apiOnlyOwnerId: number | null;
  apiOnlyReviewOn: Day | null;
  /** Of whoever answers for it: null where nobody was named. */
  ownerActivity: Activity | null;
  ownerLeavesAt: Instant | null;
  /** When the last of its tokens ends or ended; null where it has none that was not revoked. */
  tokenUntil: Instant | null;
  lastLoginAt: Instant | null;
  lastActivityAt: Instant | null;
  accessConfirmedAt: Instant | null;
  accessConfirmedBy: number | null;
  /** Failed sign-ins of strangers since the last success of one, or since the last lock ended. */
  loginAttempts: number;
  lockedUntil: Instant | null;
  /** The same at browsers that are known for the user: counted apart, and no part of the state *locked*. */
  attemptsAtKnownDevices: number;
  /** When the open invitation ends or ended; null without one. */
  invitationExpiresAt: Instant | null;
  /** Its mail failed for good. */
  invitationFailed: boolean;
  /** Whether the linked contact, or its company, is a customer or supplier: login identities are kept apart from these. */
  linkedToAccount: boolean;
  /** Whether more than the password is asked of them. */
  hasSecondFactor: boolean;
  /** Where it is passkeys alone, with recovery codes, and no authenticator. */
  isFactorPasskeys: boolean;
  /** In which they want to read moments; null where that of their browser does. */
  timeZone: string | null;
  /** When their personal data was removed for good; what is left is a number. */
  erasedAt: Instant | null;
  version: number;
  createdAt: Instant;
  createdBy: number | null;
}

/** A user together with what a change to them is measured by. */
export interface Subject extends User, Holder {
  /** Whether they are signed in somewhere. */
  hasSession: boolean;
  /** Whether they have a passkey, for whatever domain. */
  hasPasskey: boolean;
}
