import { isNotStarted } from '../../access/admission.ts';
import { HOUR } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { mailLinks } from '../../mail/outbox-store.ts';
import { issueLinks } from '../../one-time-links/one-time-link-store.ts';
import type { Act, Purpose } from '../../verbs/act.ts';
import type { Judge } from '../../verbs/action.ts';
import { inapplicable, leaveOut, type Outcome } from '../../verbs/outcome.ts';
import type { Subject } from '../user.ts';
import { mailOnlyFor } from './user-action.ts';
import { recordOnUsers } from './user-events.ts';

/** A new link for each; the old one is dead. The mail that carries it is written down with it. */
export async function issue(trx: Transaction, act: Act, subjects: Subject[], purpose: Purpose): Promise<void> {
  const ids = subjects.map((subject) => subject.id);
  await issueLinks(trx, act, purpose, ids);
  if (act.channel === 'mail') await mailLinks(trx, act, purpose, ids);
  await recordOnUsers(trx, act, subjects, `${purpose}.issued`, (subject) => ({
    after: { hours: act.links.lifetime[purpose] / HOUR, ...(act.channel === 'mail' && { mailedTo: subject.email }) },
  }));
}

const NOT_YET = 'has not started: a link works from the start on, when the invitation goes out';

/** Links are made only for those who have started; those that are copied, for those whose links the actor may see. */
export async function keepUnseenLinks(
  _db: Reader,
  { by, at, channel }: Judge,
  outcomes: Outcome<Subject>[],
): Promise<void> {
  leaveOut(outcomes, (subject) => (isNotStarted(subject, at) ? inapplicable(NOT_YET) : undefined));
  if (channel !== 'mail') leaveOut(outcomes, (subject) => mailOnlyFor(by, subject));
}
