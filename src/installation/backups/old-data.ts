import { pauseAll } from '../../bulk-operations/bulk-operation-store.ts';
import { letAllWait } from '../../bulk-operations/schedule-store.ts';
import type { Transaction } from '../../db/database.ts';
import { pauseIdleRule } from '../../idle-accounts/idle-rule-store.ts';
import { giveUpWaitingMails } from '../../mail/outbox-store.ts';
import { endAllLinks, type SpentLink, spendLinks } from '../../one-time-links/one-time-link-store.ts';
import { forgetResetRequests } from '../../passwords/reset-request-store.ts';
import { endAllSessions, endSessionsExcept } from '../../sessions/session-store.ts';
import { format } from '../../text/format.ts';
import { endAllTokens, endTokensByHash } from '../../tokens/token-store.ts';
import type { Act } from '../../verbs/act.ts';
import { disableAll } from '../../webhooks/webhook-store.ts';
import { lastMonday } from '../../weekly-mails/week.ts';
import { letWeekPass } from '../../weekly-mails/weekly-mail-store.ts';
import { forgetMark } from '../data/installation-mark.ts';

/** What is known of the time since the data was left as it is. */
export interface Since {
  /** The sessions that are left, by their keys. */
  sessions: string[];
  spentLinks: SpentLink[];
  /** Those that had ended, by their hashes. */
  endedTokens: string[];
}

/** What becomes of sessions and open links: ended, or kept but for what ended since, as far as that is known. */
export type Access = 'ended' | { since: Since | undefined };

/** What no longer acts of the data that came back. */
export interface Ended {
  sessionsEnded: number;
  linksEnded: number;
}

/** Before data of earlier comes to life again: nothing in it acts by itself, since it may have acted already. */
export async function endWhatActs(
  trx: Transaction,
  act: Act,
  access: Access,
  why: { mails: string; operations: string; webhooks: string },
): Promise<Ended> {
  const ended = access === 'ended' ? await endAll(trx, act.at) : await endSpent(trx, access.since, act.at);
  await giveUpWaitingMails(trx, act.at, why.mails);
  await forgetResetRequests(trx);
  await letWeekPass(trx, lastMonday(Date.parse(act.at), format));
  await pauseAll(trx, act.at, why.operations);
  await letAllWait(trx, why.operations);
  await pauseIdleRule(trx, why.operations);
  await disableAll(trx, why.webhooks);
  await forgetMark(trx);
  return ended;
}

async function endAll(trx: Transaction, at: string): Promise<Ended> {
  await endAllTokens(trx, at);
  return { sessionsEnded: await endAllSessions(trx), linksEnded: await endAllLinks(trx, at) };
}

/** What ended or was used since stays so. */
async function endSpent(trx: Transaction, since: Since | undefined, at: string): Promise<Ended> {
  if (!since) return { sessionsEnded: 0, linksEnded: 0 };
  const { sessions, spentLinks, endedTokens } = since;
  await endTokensByHash(trx, endedTokens, at);
  return { sessionsEnded: await endSessionsExcept(trx, sessions), linksEnded: await spendLinks(trx, spentLinks) };
}
