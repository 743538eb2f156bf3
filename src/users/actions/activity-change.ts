import type { Activity } from '../../access/activity.ts';
import { findLastAdministratorAmong } from '../../access/administrators.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { endAccess } from '../../sessions/actions/access-ending.ts';
import type { Act } from '../../verbs/act.ts';
import { type Facts, type Judge, type Written, writtenOf } from '../../verbs/action.ts';
import { requireAdministratorRemains } from '../../verbs/administrator-guard.ts';
import { allowed, forbidden, leaveOut, type Outcome } from '../../verbs/outcome.ts';
import type { Subject } from '../user.ts';
import { setActivity } from '../user-store.ts';
import { tellOfOrphans } from './owned-programs.ts';
import { recordOnUsers } from './user-events.ts';

/** What is so of many is one object: it is written down once. */
const IS: Record<Activity, Readonly<Facts>> = {
  active: { activity: 'active' },
  deactivated: { activity: 'deactivated' },
  deleted: { activity: 'deleted' },
};

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
  const after = IS[activity];
  await recordOnUsers(trx, act, subjects, `user.${activity}`, (subject) => {
    const sessionsEnded = sessions.get(subject.id);
    return { before: IS[subject.activity], after: sessionsEnded ? { ...after, sessionsEnded } : after };
  });
  await tellOfOrphans(trx, act, subjects, `was ${activity}`);
  await requireAdministratorRemains(trx, act);
  return writtenOf(subjects, (subject) => ({ before: IS[subject.activity], after }));
}

/** Of a set that holds all administrators, the one who has to stay. */
export async function keepLastAdministrator(db: Reader, { at }: Judge, outcomes: Outcome<Subject>[]): Promise<void> {
  const last = await findLastAdministratorAmong(db, allowed(outcomes), at);
  leaveOut(outcomes, (subject) =>
    subject.id === last ? forbidden('is the last administrator: there must always be one') : undefined,
  );
}
