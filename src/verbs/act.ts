import type { Viewer } from '../access/viewer.ts';
import { HOUR, type Instant, MINUTE } from '../clock.ts';
import type { Config } from '../config.ts';
import type { Transaction } from '../db/database.ts';

/** What a one-time link opens. A token of one purpose is worth nothing for the other (R35). */
export type Purpose = 'invitation' | 'password-reset';

/** How a link reaches its user: by mail, or copied and handed over by whoever made it. */
export type Channel = 'mail' | 'copy';

/** The secret that tokens are derived with, and how long links last, in milliseconds. */
export interface LinkSettings {
  secret: string;
  lifetime: Record<Purpose, number>;
}

/** With which settings of this place somebody acts. */
export interface ActSettings {
  /** Seals what they do. */
  auditKey: string;
  links: LinkSettings;
  /** Whether mail can tell of it; left out, nobody is told. */
  sendsMail?: boolean;
}

/** Who acts, when and from where, with which settings. Every verb that changes state takes one. */
export interface Act extends ActSettings {
  by: Viewer;
  at: Instant;
  address: string;
  requestId: string;
  /** How the links get there that this makes; left out, they are copied. */
  channel?: Channel;
  /** The token by which a program acts; left out for people. */
  tokenId?: number;
  /** The bulk operation that it is a part of. */
  operationId?: number;
  /** Throws where whoever acts may not act so any more; asked in the transaction of each change. Left out for the program itself. */
  confirm?: (trx: Transaction) => Promise<void>;
}

export function actSettings(
  { secrets, invitationHours, resetMinutes }: Pick<Config, 'secrets' | 'invitationHours' | 'resetMinutes'>,
  sendsMail = false,
): ActSettings {
  const lifetime = { invitation: invitationHours * HOUR, 'password-reset': resetMinutes * MINUTE };
  return { auditKey: secrets.audit, links: { secret: secrets.link, lifetime }, sendsMail };
}
