import { findRights } from '../access/granted-rights.ts';
import { grants } from '../access/rights.ts';
import { DAY, HOUR, type Instant, instant, MINUTE, minuteOf } from '../clock.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { isSpent, spentLinks, standingLinks } from '../one-time-links/standing-links.ts';
import type { Act, Purpose } from '../verbs/act.ts';
import type { DueMail, MailFacts, Notice } from './mail.ts';

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

/** Whether nobody knows yet what became of it. */
export async function isMailWaiting(db: Reader, id: number): Promise<boolean> {
  return (await db('outbox').where({ id }).whereNull('sent_at').whereNull('failed_at').first('id')) !== undefined;
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
      await failMail(trx, mail, now, mail.answer || 'It could not be handed over in time.');
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

/** An attempt, whose outcome is none of one that was asked for anew meanwhile: its attempts are counted from the beginning. */
type Attempt = Pick<DueMail, 'id' | 'attempts'>;

/** The mail as long as it was not. Another process may have taken it for forgotten, and counted one more, before it left it alone. */
function attempted(trx: Transaction, { id, attempts }: Attempt) {
  return trx('outbox').where({ id }).where('attempts', '>=', attempts);
}

/** The mail server has taken it. */
export async function markSent(trx: Transaction, attempt: Attempt, now: Instant): Promise<void> {
  await attempted(trx, attempt).update({ sent_at: now });
}

/** It will be tried again: after a minute, then after twice as long each time, up to an hour. */
export async function postponeMail(trx: Transaction, attempt: Attempt, now: Instant, answer: string): Promise<void> {
  const pause = Math.min(MINUTE * 2 ** (attempt.attempts - 1), LONGEST_PAUSE);
  await attempted(trx, attempt).update({ answer, next_at: instant(Date.parse(now) + pause) });
}

/** Nobody will ever get it. */
export async function failMail(trx: Transaction, attempt: Attempt, now: Instant, answer: string): Promise<void> {
  await attempted(trx, attempt).update({ failed_at: now, answer });
}

/** Nothing that waits is sent any more. Mails whose link has ended are forgotten; the others count as not delivered. */
export async function giveUpWaitingMails(trx: Transaction, now: Instant, answer: string): Promise<void> {
  const waiting = () => trx('outbox').whereNull('sent_at').whereNull('failed_at');
  await waiting().whereIn('link_id', spentLinks(trx).select('id')).delete();
  await waiting().update({ failed_at: now, answer });
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

function dueMails(db: Reader, now: Instant) {
  // No pause is as long: one from further ahead was set by a clock that has been set back since.
  const ahead = instant(Date.parse(now) + 2 * LONGEST_PAUSE);
  return db('outbox')
    .whereNull('sent_at')
    .whereNull('failed_at')
    .where((due) => due.where('next_at', '<=', now).orWhere('next_at', '>', ahead));
}
