import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Clock, type Instant, instant, SECOND } from '../clock.ts';
import { type Database, isUnavailable, type Transaction } from '../db/database.ts';
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

/** Hands mails over, until it is told to break off. What it throws that is no Undelivered is a bug. */
export interface Transport {
  send(mail: Outgoing, until: AbortSignal): Promise<void>;
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
/** So long the program's end waits for a mail server that does not answer: the data is to be closed before its own patience is over. */
const LAST_PATIENCE = 5 * SECOND;

/** What became of a mail, to be written down. */
type Outcome = (trx: Transaction) => Promise<void>;

/**
 * Sends what stands in the outbox, one mail after the other: so a crash can leave at most one behind of which nobody
 * knows whether the server took it, and only that one goes out twice.
 */
export class MailSender {
  private readonly context: MailSenderContext;
  private stopping = new AbortController();
  private breakingOff = new AbortController();
  private running: Promise<void> | undefined;
  /** What became of a mail and could not be written down: it would go out once more, so this comes before any other. */
  private untold: Outcome | undefined;

  constructor(context: MailSenderContext) {
    this.context = context;
  }

  start(): void {
    this.running = this.run(this.stopping.signal);
  }

  /** Waits for the mail that is on its way, but not for ever: then it is broken off, and sent again. */
  async stop(patience = LAST_PATIENCE): Promise<void> {
    this.stopping.abort();
    const isOver = setTimeout(() => this.breakingOff.abort(), patience);
    await this.running;
    clearTimeout(isOver);
    this.context.transport.close();
  }

  /** Prepares, then sends whatever is due, until the server takes no more. */
  async round(): Promise<void> {
    const { db, clock } = this.context;
    await this.tellWhatWasUntold();
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
    const { clock, logger, transport } = this.context;
    const now = (): Instant => instant(clock());
    try {
      await transport.send(this.outgoing(mail), this.breakingOff.signal);
    } catch (error) {
      if (!(error instanceof Undelivered)) throw error;
      const { kind, answer } = error;
      logger.warn({ mail: mail.id, kind: mail.kind, attempts: mail.attempts, outcome: kind, answer }, 'mail not taken');
      await this.tell((trx) =>
        kind === 'refused' ? failMail(trx, mail, now(), answer) : postponeMail(trx, mail, now(), answer),
      );
      return kind;
    }
    await this.tell((trx) => markSent(trx, mail, now()));
    return 'sent';
  }

  private async tell(outcome: Outcome): Promise<void> {
    this.untold = outcome;
    await this.context.db.write(outcome);
    this.untold = undefined;
  }

  /** Where the database takes nothing yet it stays for the next time; an outcome that it does not take at all holds up no other mail. */
  private async tellWhatWasUntold(): Promise<void> {
    const { untold } = this;
    if (!untold) return;
    try {
      await this.tell(untold);
    } catch (error) {
      if (!isUnavailable(error)) this.untold = undefined;
      throw error;
    }
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
