import type { Logger } from 'pino';
import { hasToChoosePassword, maySignIn, waitsForInvitation } from '../access/admission.ts';
import { recordChanges } from '../audit/audit-store.ts';
import { type Clock, HOUR, type Instant, instant, minuteOf } from '../clock.ts';
import type { Database, Reader, Transaction } from '../db/database.ts';
import { requestInvitations } from '../invitations/invitation-request-store.ts';
import { findMailedJustNow, sendInvitationsAgain } from '../invitations/invitation-sending.ts';
import { mailLinks } from '../mail/outbox-store.ts';
import { countMailed } from '../mail/sent-mails.ts';
import { issueLinks } from '../one-time-links/one-time-link-store.ts';
import { findOpenLink } from '../one-time-links/open-links.ts';
import type { User } from '../users/user.ts';
import { findUserByIdentifier } from '../users/user-lookup.ts';
import type { Act, ActSettings } from '../verbs/act.ts';
import { programAct } from '../verbs/program-act.ts';

/** To one user, however often somebody asks (R44). */
const MAILS_PER_HOUR = 3;
/** Who acts in the audit when nobody is signed in. */
const REQUESTER = 'password request';

interface Asked {
  at: Instant;
  address: string;
  requestId: string;
}

/**
 * Writes down that somebody who is not signed in asks for a link to choose a new password. Whose name it is, and whether
 * there is such a user, is looked up afterwards: so the answer is the same, and takes as long, for everybody (R26).
 */
export async function requestReset(trx: Transaction, identifier: string, asked: Asked): Promise<void> {
  await trx('reset_requests').insert({
    identifier: identifier.slice(0, 300),
    requested_at: asked.at,
    address: asked.address,
    request_id: asked.requestId,
  });
}

interface Answering {
  db: Database;
  logger: Logger;
  clock: Clock;
  settings: ActSettings;
}

/** Answers what was asked so far, each request in a transaction of its own. */
export async function answerResetRequests({ db, clock, logger, settings }: Answering): Promise<void> {
  for (const request of await db.read('reset_requests').orderBy('id'))
    try {
      await db.write((trx) => answer(trx, request, settings, instant(clock())));
    } catch (error) {
      // One that cannot be answered must not keep all mail from going out.
      logger.error({ err: error, request: request.id }, 'a request for a new password could not be answered');
    }
}

/** None that waits is answered any more. */
export async function forgetResetRequests(trx: Transaction): Promise<void> {
  await trx('reset_requests').delete();
}

async function answer(
  trx: Transaction,
  request: { id: number; identifier: string; address: string; request_id: string },
  settings: ActSettings,
  now: Instant,
): Promise<void> {
  // Another process may have answered it meanwhile.
  if ((await trx('reset_requests').where('id', request.id).delete()) === 0) return;
  const user = await findUserByIdentifier(trx, request.identifier);
  if (!user) return;
  const { address, request_id: requestId } = request;
  const act = programAct(settings, { name: REQUESTER, at: now, address, requestId });
  if (waitsForInvitation(user, minuteOf(now))) await mailInvitation(trx, act, user);
  else if (await mayBeMailed(trx, user, now)) await mailReset(trx, { ...act, channel: 'mail' }, user);
}

/** Who was invited and has no password yet is mailed the same invitation again; where it has expired an administrator sees who waits. */
async function mailInvitation(trx: Transaction, act: Act, user: User): Promise<void> {
  if (!user.invitationExpiresAt) return;
  if (!(await findOpenLink(trx, 'invitation', user.id, act.at)))
    return void (await requestInvitations(trx, act, [user]));
  if ((await findMailedJustNow(trx, [user.id], act.at)).size === 0) await sendInvitationsAgain(trx, act, [user]);
}

/** A link that is still good for a while goes out once more, so that asking twice does not spoil the first mail. */
async function mailReset(trx: Transaction, act: Act, user: User): Promise<void> {
  const open = await findOpenLink(trx, 'password-reset', user.id, act.at);
  const isFresh = open && Date.parse(open.expiresAt) - Date.parse(act.at) > act.links.lifetime['password-reset'] / 3;
  if (!isFresh) await issueLinks(trx, act, 'password-reset', [user.id]);
  await mailLinks(trx, act, 'password-reset', [user.id]);
  await recordChanges(trx, act, [
    {
      action: 'password-reset.requested',
      subjectType: 'user',
      subjectId: user.id,
      subjectName: user.name,
      after: { mailedTo: user.email },
    },
  ]);
}

async function mayBeMailed(db: Reader, user: User, now: Instant): Promise<boolean> {
  if (!(user.hasPassword || hasToChoosePassword(user)) || user.confirmedEmail !== null) return false;
  if (!maySignIn(user, minuteOf(now))) return false;
  return (await countMailed(db, 'password-reset', user.id, { within: HOUR, now })) < MAILS_PER_HOUR;
}
