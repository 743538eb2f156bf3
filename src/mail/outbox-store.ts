import { findRights } from '../access/granted-rights.ts';
import { grants } from '../access/rights.ts';
import { DAY, HOUR, type Instant, instant, MINUTE, minuteOf } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { prepared } from '../db/prepared.ts';
import type { Row } from '../db/tables.ts';
import type { TokenSource } from '../one-time-links/one-time-link-store.ts';
import { isSpent, spentLinks, standingLinks } from '../one-time-links/standing-links.ts';
import type { DateStyle } from '../text/format.ts';
import type { Act, Purpose } from '../verbs/act.ts';

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

/** A notice that is a day late tells nobody anything. */
const NOTICE_PATIENCE = DAY;
const LONGEST_PAUSE = HOUR;
/** Longer than an attempt can last: until then nobody else takes the mail, and after a crash somebody does. */
const CLAIMED_FOR = 5 * MINUTE;

/** Writes down one mail for the open link of each of these users, in the transaction that made it. */
export async function mailLinks(trx: Transaction, act: Act, purpose: Purpose, userIds: number[]): Promise<void> {
  const links = standingLinks(trx)
    .join('users', 'users.id', 'links.user_id')
    .where({ purpose })
    .select('links.id', 'links.user_id', 'links.expires_at', 'users.email')
    .orderBy('links.id');
  await bulkInsert(
    trx,
    'outbox',
    (await whereIdIn(links, 'links.user_id', userIds)).map((link) => ({
      kind: purpose,
      user_id: link.user_id,
      link_id: link.id,
      address: link.email,
      facts: JSON.stringify({ by: act.by.id === null ? '' : act.by.name }),
      created_at: act.at,
      try_until: link.expires_at,
      next_at: act.at,
    })),
  );
}

/** The same links go to the same users once more: by the mail that carried each, or by a first one where it was handed over. */
export async function mailLinksAgain(trx: Transaction, act: Act, purpose: Purpose, userIds: number[]): Promise<void> {
  const open = standingLinks(trx).where({ purpose });
  const carried: { id: number; user_id: number }[] = await whereIdIn(open, 'links.user_id', userIds)
    .join('outbox', (join) => join.on('outbox.link_id', 'links.id').onVal('outbox.kind', purpose))
    .select('outbox.id', 'links.user_id');
  const anew = { created_at: act.at, next_at: act.at, attempts: 0, sent_at: null, failed_at: null, answer: '' };
  await whereIdIn(
    trx('outbox'),
    'id',
    carried.map((mail) => mail.id),
  ).update(anew);
  const known = new Set(carried.map((mail) => mail.user_id));
  await mailLinks(
    trx,
    act,
    purpose,
    userIds.filter((id) => !known.has(id)),
  );
}

/** Of these users, those for whom a mail of this kind was written down since then. */
export async function findMailedSince(
  db: Reader,
  kind: MailKind,
  userIds: number[],
  since: Instant,
): Promise<Set<number>> {
  const mails = db('outbox').where({ kind }).where('created_at', '>', since);
  return new Set(await whereIdIn(mails, 'user_id', userIds).pluck('user_id'));
}

/** How many mails of this kind were written down for a user since then. */
export async function countMailed(db: Reader, kind: MailKind, userId: number, since: Instant): Promise<number> {
  const found = await db('outbox')
    .where({ user_id: userId, kind })
    .where('created_at', '>', since)
    .count('* as mails')
    .first();
  return Number(found?.mails);
}

/** Writes down a notice to a user, in the transaction of what it tells, and gives its id. Without mail nothing is written, nor to who has no email. */
export async function mailNotice(
  trx: Transaction,
  act: Pick<Act, 'at' | 'sendsMail'>,
  kind: Notice,
  to: { userId: number; address: string | null },
  facts: MailFacts,
): Promise<number | undefined> {
  if (!act.sendsMail || to.address === null) return undefined;
  const mail = {
    kind,
    user_id: to.userId,
    address: to.address,
    facts: JSON.stringify(facts),
    created_at: act.at,
    try_until: instant(Date.parse(act.at) + NOTICE_PATIENCE),
    next_at: act.at,
  };
  const [{ id }] = await trx('outbox').insert(mail).returning('id');
  return id;
}

/** When each of these mails was taken by the mail server; null for those that wait. Those that nobody will ever get are missing. */
export async function findDelivered(db: Reader, ids: number[]): Promise<Map<number, Instant | null>> {
  const mails = db('outbox').whereNull('failed_at').select('id', 'sent_at');
  return new Map((await whereIdIn(mails, 'id', ids)).map((mail) => [mail.id, mail.sent_at]));
}

/** Notices made after this moment, which is still to come, are tried from now on, for as long as any. Returns how many waited. */
export function hurryMailsMadeAfter(trx: Transaction, after: Instant, now: Instant): Promise<number> {
  return trx('outbox')
    .whereNull('sent_at')
    .whereNull('failed_at')
    .where('created_at', '>', after)
    .update({ created_at: now, next_at: now, try_until: instant(Date.parse(now) + NOTICE_PATIENCE) });
}

/** Whether any mail is due; asked often, so it takes no lock. */
export async function isMailDue(db: Reader, now: Instant): Promise<boolean> {
  return (await dueMails(db, now).first('id')) !== undefined;
}

/**
 * Takes the mail that has been due the longest. The attempt is counted, and the mail put off, before it is made: a crash
 * while sending leads to one more attempt later, never to a lost mail, and no two processes take the same one.
 */
export async function claimMail(trx: Transaction, now: Instant): Promise<DueMail | undefined> {
  for (;;) {
    const mail = await dueMails(trx, now).orderBy(['next_at', 'id']).first();
    if (!mail) return undefined;
    const link = mail.link_id === null ? undefined : await trx('links').where('id', mail.link_id).first();
    if (link && isSpent(link)) {
      // Used, withdrawn or replaced: the mail would carry a dead link.
      await trx('outbox').where('id', mail.id).delete();
    } else if (mail.try_until <= now) {
      await failMail(trx, mail.id, now, mail.answer || 'It could not be handed over in time.');
    } else {
      const attempts = mail.attempts + 1;
      const claimedUntil = instant(Date.parse(now) + CLAIMED_FOR);
      await trx('outbox').where('id', mail.id).update({ attempts, next_at: claimedUntil });
      const user = await trx('users')
        .where('id', mail.user_id)
        .first('name', 'email', 'created_by', 'time_zone', 'date_order');
      return {
        id: mail.id,
        kind: mail.kind,
        userId: mail.user_id,
        userName: user.name,
        userEmail: user.email,
        timeZone: user.time_zone,
        dateOrder: user.date_order,
        isNameVouchedFor: await maintainsUsers(trx, user.created_by, now),
        address: mail.address,
        facts: JSON.parse(mail.facts),
        createdAt: mail.created_at,
        attempts,
        link: link && { purpose: link.purpose, userId: link.user_id, nonce: link.nonce, expiresAt: link.expires_at },
      };
    }
  }
}

/** By what they may do now; the program itself does. */
async function maintainsUsers(trx: Transaction, userId: number | null, now: Instant): Promise<boolean> {
  return userId === null || grants(await findRights(trx, userId, minuteOf(now)), 'users', 'write');
}

/** The mail server has taken it. */
export async function markSent(trx: Transaction, id: number, now: Instant): Promise<void> {
  await trx('outbox').where({ id }).update({ sent_at: now });
}

/** It will be tried again: after a minute, then after twice as long each time, up to an hour. */
export async function postponeMail(
  trx: Transaction,
  mail: Pick<DueMail, 'id' | 'attempts'>,
  now: Instant,
  answer: string,
): Promise<void> {
  const pause = Math.min(MINUTE * 2 ** (mail.attempts - 1), LONGEST_PAUSE);
  await trx('outbox')
    .where('id', mail.id)
    .update({ answer, next_at: instant(Date.parse(now) + pause) });
}

/** Nobody will ever get it. */
export async function failMail(trx: Transaction, id: number, now: Instant, answer: string): Promise<void> {
  await trx('outbox').where({ id }).update({ failed_at: now, answer });
}

/** Nothing that waits is sent any more. Mails whose link has ended are forgotten; the others count as not delivered. */
export async function giveUpWaitingMails(trx: Transaction, now: Instant, answer: string): Promise<void> {
  const waiting = () => trx('outbox').whereNull('sent_at').whereNull('failed_at');
  await waiting().whereIn('link_id', spentLinks(trx).select('id')).delete();
  await waiting().update({ failed_at: now, answer });
}

const selectNewest = prepared<{ userId: number; limit: number }, Row<'outbox'>>((db, { userId, limit }) =>
  db('outbox').where('user_id', userId).orderBy('id', 'desc').limit(limit),
);

/** The newest mails to a user. */
export async function findMails(db: Reader, userId: number, limit: number): Promise<SentMail[]> {
  return (await selectNewest(db, { userId, limit })).map(sentMailOf);
}

/** The last test mail that this user sent to themself. */
export async function findTestMail(db: Reader, userId: number): Promise<SentMail | undefined> {
  const row = await db('outbox').where({ user_id: userId, kind: 'test-mail' }).orderBy('id', 'desc').first();
  return row && sentMailOf(row);
}

/** The mails that were tried in vain so far and wait for their next time. */
export interface StuckMail {
  mails: number;
  /** What the server said of the last that was tried. */
  answer: string;
  /** The one that is tried again first. */
  next?: { userId: number; userName: string; at: Instant };
}

const countStuck = prepared<object, { mails: number }>((db) => stuckMails(db).count('* as mails'));

/** How many they are. */
export async function countStuckMails(db: Reader): Promise<number> {
  const [{ mails }] = await countStuck(db, {});
  return Number(mails);
}

function stuckMails(db: Reader) {
  return db('outbox').whereNull('sent_at').whereNull('failed_at').whereNot('answer', '');
}

export async function findStuckMail(db: Reader): Promise<StuckMail> {
  const stuck = stuckMails(db);
  const last = await stuck.clone().orderBy('next_at', 'desc').first('answer');
  const next = await stuck
    .clone()
    .join('users', 'users.id', 'outbox.user_id')
    .orderBy(['next_at', 'outbox.id'])
    .first('user_id', 'users.name', 'next_at');
  return {
    mails: await countStuckMails(db),
    answer: last?.answer ?? '',
    next: next && { userId: next.user_id, userName: next.name, at: next.next_at },
  };
}

/** Mails are forgotten after a while; those with a link not before it was used or ended. */
export async function pruneMails(trx: Transaction, before: Instant): Promise<void> {
  const old = () => trx('outbox').where('created_at', '<', before);
  await old().whereNull('link_id').delete();
  // Each by its own link: of the links far more are spent than mails are old.
  await old()
    .whereExists(spentLinks(trx).where('links.id', trx.ref('outbox.link_id')).select('id'))
    .delete();
}

function sentMailOf(row: Row<'outbox'>): SentMail {
  return {
    kind: row.kind as MailKind,
    address: row.address,
    createdAt: row.created_at,
    attempts: row.attempts,
    nextAt: row.next_at,
    sentAt: row.sent_at,
    failedAt: row.failed_at,
    answer: row.answer,
  };
}

function dueMails(db: Reader, now: Instant) {
  // No pause is as long: one from further ahead was set by a clock that has been set back since.
  const ahead = instant(Date.parse(now) + 2 * LONGEST_PAUSE);
  return db('outbox')
    .whereNull('sent_at')
    .whereNull('failed_at')
    .where((due) => due.where('next_at', '<=', now).orWhere('next_at', '>', ahead));
}
