import { may, type Viewer } from '../access/viewer.ts';
import { DAY, type Instant } from '../clock.ts';
import type { User } from '../users/user.ts';

/** Where events are sent as they happen. */
export interface Webhook {
  id: number;
  name: string;
  address: string;
  /** Kinds of events; empty for all, those that come to be later as well. */
  kinds: string[];
  /** What its secret is derived from. */
  nonce: string;
  /** Of the secret before, while it is good still. */
  former: { nonce: string; until: Instant } | null;
  /** Whose it is: it carries what they may read. Null for nobody's, which carries ids alone. */
  userId: number | null;
  isEnabled: boolean;
  disabledWhy: string;
  /** The last event that was looked at for it. */
  position: number;
  /** How many attempts in a row have failed. */
  failures: number;
  failingSince: Instant | null;
  restsUntil: Instant | null;
  version: number;
  createdAt: Instant;
  createdBy: number | null;
}

/** One event on its way to a webhook, or what became of it. */
export interface Delivery {
  id: number;
  webhookId: number;
  /** The same however often it is sent. */
  messageId: string;
  /** Null for a test. */
  eventId: number | null;
  kind: string;
  createdAt: Instant;
  attempts: number;
  /** Null when nothing more is tried. */
  nextAt: Instant | null;
  tryUntil: Instant;
  deliveredAt: Instant | null;
  failedAt: Instant | null;
  /** What was answered last. */
  status: number | null;
  answer: string;
}

/** The kind of a message that only tries whether messages arrive. */
export const TEST = 'webhook.test';

/** So long an event is tried; where nothing arrived for so long, the webhook is disabled. */
export const PATIENCE = 3 * DAY;

/** Whether somebody may have events sent on: what they carry is the audit. */
export function mayFollow(viewer: Viewer): boolean {
  return may(viewer, 'audit', 'read');
}

/** Why nothing is sent any more in this user's name; undefined where it is. */
export function endOfOwner({ activity }: Pick<User, 'activity'>, standing: Viewer | undefined): string | undefined {
  if (activity !== 'active') return `its user is ${activity}`;
  if (!standing) return 'its user has left';
  return mayFollow(standing) ? undefined : 'its user may not read the audit';
}
