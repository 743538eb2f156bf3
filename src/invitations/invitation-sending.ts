import { recordChanges } from '../audit/audit-store.ts';
import { HOUR, type Instant } from '../clock.ts';
import type { Reader, Transaction } from '../db/database.ts';
import { mailLinksAgain } from '../mail/outbox-store.ts';
import { findMailedLately } from '../mail/sent-mails.ts';
import type { User } from '../users/user.ts';
import type { Act } from '../verbs/act.ts';

/** At most three times an hour, like every link that is asked for (R44). */
const MAILED_AGAIN_AFTER = HOUR / 3;

/** Of these users, those whose invitation was mailed so short a time ago that it does not go out once more. */
export function findMailedJustNow(db: Reader, userIds: number[], now: Instant): Promise<Set<number>> {
  return findMailedLately(db, 'invitation', userIds, { within: MAILED_AGAIN_AFTER, now });
}

/** The same open invitation once more to each of these users. */
export async function sendInvitationsAgain(
  trx: Transaction,
  act: Act,
  users: Pick<User, 'id' | 'name' | 'email'>[],
): Promise<void> {
  await mailLinksAgain(
    trx,
    act,
    'invitation',
    users.map(({ id }) => id),
  );
  await recordChanges(
    trx,
    act,
    users.map(({ id, name, email }) => ({
      action: 'invitation.sent-again',
      subjectType: 'user',
      subjectId: id,
      subjectName: name,
      after: { mailedTo: email },
    })),
  );
}
