import type { Activity } from '../../access/activity.ts';
import { findLastAdministrator } from '../../access/administrators.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { endAccess } from '../../sessions/actions/access-ending.ts';
import type { Act } from '../../verbs/act.ts';
import { type Judge, type Written, writtenOf } from '../../verbs/action.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { allowed, forbidden, leaveOut, type Outcome } from '../../verbs/outcome.ts';
import type { Subject } from '../user.ts';
import { setActivity } from '../user-store.ts';
import { tellOfOrphans } from './owned-programs.ts';
import { recordOnUsers } from './user-events.ts';

/** They are let in no more: sessions and open links end in the same transaction. */
export async function takeOut(
  trx: Transaction,
  act: Act,
  subjects: Subject[],
  activity: Exclude<Activity, 'active'>,
): Promise<Map<number, Written>> {
  await setActivity(trx, subjects, () => activity);
  const sessions = await endAccess(
    trx,
    act,
    subjects.map((subject) => subject.id),
    { endsTokens: true },
  );
  await recordOnUsers(trx, act, subjects, `user.${activity}`, (subject) => ({
    before: { activity: subject.activity },
    after: { activity, ...(sessions.get(subject.id) && { sessionsEnded: sessions.get(subject.id) }) },
  }));
  await tellOfOrphans(trx, act, subjects, `was ${activity}`);
  await requireAdministratorRemains(trx, act);
  return writtenOf(subjects, (subject) => ({ before: { activity: subject.activity }, after: { activity } }));
}

/** Of a set that holds all administrators, the one who has to stay. */
export async function keepLastAdministrator(db: Reader, { at }: Judge, outcomes: Outcome<Subject>[]): Promise<void> {
  const going = allowed(outcomes).map((subject) => subject.id);
  const last = await findLastAdministrator(db, going, at);
  leaveOut(outcomes, (subject) =>
    subject.id === last ? forbidden('is the last administrator: there must always be one') : undefined,
  );
}
