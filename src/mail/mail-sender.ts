import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Clock, type Instant, instant } from '../clock.ts';
import type { Database } from '../db/database.ts';
import { emailChangeAddress } from '../one-time-links/email-change-store.ts';
import { linkAddress, tokenOf } from '../one-time-links/one-time-link.ts';
import type { LinkSettings } from '../verbs/act.ts';
import type { DueMail } from './mail.ts';
import { writeMessage } from './mail-words.ts';
import { htmlOf, type Place, textOf } from './message.ts';
import { claimMail, failMail, isMailDue, isMailWaiting, markSent, postponeMail } from './outbox-store.ts';

/** A mail in its last form, as it is handed to a mail server. */
export interface Outgoing {
  /** The same for every attempt, so that who gets it twice can tell. */
  messageId: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
}

/** Hands mails over. What it throws that is no Undelivered is a bug. */
export interface Transport {
  send(mail: Outgoing): Promise<void>;
  close(): void;
}

/** The mail was not taken. `refused`: for good. `deferred`: this mail, for now. `unreachable`: the server takes no mail at all just now. */
export class Undelivered extends Error {
  readonly kind: 'refused' | 'deferred' | 'unreachable';
  /** What the server said, or why it was not reached. */
  readonly answer: string;

  constructor(kind: Undelivered['kind'], answer: string) {
    super(answer);
    this.kind = kind;
    this.answer = answer;
  }
}

export interface MailSenderContext {
  db: Database;
  clock: Clock;
  logger: Logger;
  links: LinkSettings;
  place: Place;
  /** Before each round: what makes mail of what was asked for since. */
  prepare(): Promise<void>;
  transport: Transport;
}

/** How often it looks for mail that is due; a request never waits for it. */
const LOOKS_EVERY = 1_000;

/**
 * Sends what stands in the outbox, one mail after the other: so a crash can leave at most one behind of which nobody
 * knows whether the server took it, and only that one goes out twice.
 */
export class MailSender {
  private readonly context: MailSenderContext;
  private stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(context: MailSenderContext) {
    this.context = context;
  }

  start(): void {
    this.running = this.run(this.stopping.signal);
  }

  /** Waits for the mail that is on its way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.context.transport.close();
  }

  /** Prepares, then sends whatever is due, until the server takes no more. */
  async round(): Promise<void> {
    const { db, clock } = this.context;
    await this.context.prepare();
    while (!this.stopping.signal.aborted && (await isMailDue(db.read, instant(clock())))) {
      const mail = await db.write((trx) => claimMail(trx, instant(clock())));
      if (!mail || (await this.sendAlone(mail)) === 'unreachable') return;
    }
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.round();
      } catch (error) {
        this.context.logger.error({ err: error }, 'a round of mails broke off; the next one will go on');
      }
      await sleep(LOOKS_EVERY, undefined, { signal }).catch(() => {});
    }
  }

  /** A process whose clock is ahead takes a mail for forgotten that another one is just sending. */
  private async sendAlone(mail: DueMail): Promise<'sent' | Undelivered['kind']> {
    const { db } = this.context;
    let outcome: 'sent' | Undelivered['kind'] = 'sent';
    await db.processes.ifAlone(`mail ${mail.id}`, async () => {
      if (await isMailWaiting(db.read, mail.id)) outcome = await this.send(mail);
    });
    return outcome;
  }

  private async send(mail: DueMail): Promise<'sent' | Undelivered['kind']> {
    const { db, clock, logger, transport } = this.context;
    const now = (): Instant => instant(clock());
    try {
      await transport.send(this.outgoing(mail));
    } catch (error) {
      if (!(error instanceof Undelivered)) throw error;
      const { kind, answer } = error;
      logger.warn({ mail: mail.id, kind: mail.kind, attempts: mail.attempts, outcome: kind, answer }, 'mail not taken');
      await db.write((trx) =>
        kind === 'refused' ? failMail(trx, mail.id, now(), answer) : postponeMail(trx, mail, now(), answer),
      );
      return kind;
    }
    await db.write((trx) => markSent(trx, mail.id, now()));
    return 'sent';
  }

  private outgoing(mail: DueMail): Outgoing {
    const { links, place } = this.context;
    const message = writeMessage(mail, place, addressIn(mail, place.baseUrl, links));
    const { host } = new URL(place.baseUrl);
    const unique = createHash('sha256').update(`${mail.id} ${mail.createdAt} ${mail.address}`).digest('hex');
    return {
      messageId: `<${unique.slice(0, 32)}@${host.replace(/:\d+$/, '')}>`,
      to: { name: mail.userName, address: mail.address },
      subject: message.subject,
      text: textOf(message, place),
      html: htmlOf(message, place),
    };
  }
}

/** Where the one thing leads that can be pressed in it; the token is derived anew, no table holds it. */
function addressIn({ kind, link, userId, facts }: DueMail, baseUrl: string, links: LinkSettings): string | undefined {
  if (kind === 'email-change') return emailChangeAddress(baseUrl, links, { userId, nonce: facts.nonce });
  return link && linkAddress(baseUrl, link.purpose, tokenOf(links, link));
}
