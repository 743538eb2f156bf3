import { DAY, type Instant, instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import type { Row } from '../db/tables.ts';
import type { IdleWarning } from './idle-rule.ts';

export async function findWarnings(db: Reader, userIds: number[]): Promise<Map<number, IdleWarning>> {
  const rows: Row<'idle_warnings'>[] = await whereIdIn(db('idle_warnings'), 'user_id', userIds);
  return new Map(rows.map((row) => [row.user_id, warningOf(row)]));
}

/** In the place of one of an earlier time. */
export async function keepWarning(
  trx: Transaction,
  userId: number,
  { mailId, ...warning }: Pick<IdleWarning, 'seenAt' | 'address' | 'warnedAt'> & { mailId: number },
): Promise<void> {
  await trx('idle_warnings').where('user_id', userId).delete();
  const { seenAt, address, warnedAt } = warning;
  await trx('idle_warnings').insert({
    user_id: userId,
    seen_at: seenAt,
    mail_id: mailId,
    address,
    warned_at: warnedAt,
  });
}

export async function noteTold(trx: Transaction, userIds: number[], at: Instant): Promise<void> {
  await whereIdIn(trx('idle_warnings'), 'user_id', userIds).update({ told_at: at });
}

export async function forgetWarnings(trx: Transaction, userIds: number[]): Promise<void> {
  await whereIdIn(trx('idle_warnings'), 'user_id', userIds).delete();
}

/** Everybody is warned anew. */
export async function forgetAllWarnings(trx: Transaction): Promise<void> {
  await trx('idle_warnings').delete();
}

/** Those are over whose user was there since, or is not let in any more; in between they may have been told to go. */
export async function forgetPastWarnings(trx: Transaction): Promise<void> {
  const past = trx('idle_warnings')
    .join('users', 'users.id', 'idle_warnings.user_id')
    .where((either) =>
      either
        .whereNot('users.activity', 'active')
        .orWhere('users.api_only', true)
        .orWhere('users.last_activity_at', '>', trx.ref('idle_warnings.seen_at')),
    )
    .select('users.id');
  await trx('idle_warnings').whereIn('user_id', past).delete();
}

/** More than a mail is kept that nobody needs any more. */
const LONGEST_IN_POST = 20 * DAY;

/** What became of the mails since; of one of which nothing is known any more, nothing counts. */
export async function settleDeliveries(trx: Transaction, now: number, ranSeconds: number): Promise<void> {
  const open: Settled[] = await trx('idle_warnings')
    .leftJoin('outbox', 'outbox.id', 'idle_warnings.mail_id')
    .whereNull('idle_warnings.delivered_at')
    .whereNull('idle_warnings.failed_at')
    .select('idle_warnings.user_id', 'outbox.id as mail', 'outbox.sent_at', 'outbox.failed_at', 'warned_at');
  const lost = open.filter(({ mail, warned_at }) => mail === null || warned_at < instant(now - LONGEST_IN_POST));
  await forgetWarnings(
    trx,
    lost.map(({ user_id }) => user_id),
  );
  for (const { user_id, sent_at, failed_at } of open) {
    const mine = trx('idle_warnings').where({ user_id });
    if (sent_at !== null) await mine.update({ delivered_at: sent_at, ran_seconds: ranSeconds });
    else if (failed_at !== null) await mine.update({ failed_at });
  }
}

interface Settled {
  user_id: number;
  mail: number | null;
  sent_at: Instant | null;
  failed_at: Instant | null;
  warned_at: Instant;
}

function warningOf(row: Row<'idle_warnings'>): IdleWarning {
  return {
    seenAt: row.seen_at,
    address: row.address,
    warnedAt: row.warned_at,
    deliveredAt: row.delivered_at,
    ranSeconds: row.ran_seconds,
    failedAt: row.failed_at,
    toldAt: row.told_at,
  };
}
