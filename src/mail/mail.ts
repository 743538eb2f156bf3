import type { Instant } from '../clock.ts';
import type { TokenSource } from '../one-time-links/one-time-link.ts';
import type { DateStyle } from '../text/format.ts';
import type { Purpose } from '../verbs/act.ts';

/** What a user is told without being sent a link. */
export type Notice =
  | 'account-locked'
  | 'signed-in-after-failures'
  | 'signed-in-on-new-device'
  | 'password-changed'
  | 'email-change'
  | 'email-changed'
  | 'account-secured'
  | 'second-factor-changed'
  | 'account-reported'
  | 'invitation-asked-for'
  | 'operation-paused'
  | 'token-ends'
  | 'people-leave'
  | 'idle-warning'
  | 'idle-told'
  | 'what-waits'
  | 'programs-orphaned'
  | 'review-asks'
  | 'handed-over'
  | 'person-leaves'
  | 'webhook-disabled'
  | 'access-asked'
  | 'access-answered'
  | 'leads-group'
  | 'you-leave'
  | 'test-mail';

export type MailKind = Purpose | Notice;

/** What a mail says besides who it is for; never a secret. */
export type MailFacts = Record<string, string>;

/** A mail that is to be sent now. */
export interface DueMail {
  id: number;
  kind: MailKind;
  userId: number;
  userName: string;
  userEmail: string;
  /** As they chose to read moments; null where they did not. */
  timeZone: string | null;
  dateOrder: DateStyle | null;
  /** Whether the name was given by somebody who may maintain users; a stranger must not be written to in a leader's own words. */
  isNameVouchedFor: boolean;
  /** Where it goes: the system email as it was when the mail was written down. */
  address: string;
  facts: MailFacts;
  createdAt: Instant;
  /** How often it was tried, this time included. */
  attempts: number;
  link?: TokenSource & { expiresAt: Instant };
}

/** What became of a mail so far, for the record. */
export interface SentMail {
  kind: MailKind;
  address: string;
  createdAt: Instant;
  attempts: number;
  nextAt: Instant;
  sentAt: Instant | null;
  failedAt: Instant | null;
  /** What the mail server said last; empty where it was never reached. */
  answer: string;
}
