import { activatedTo } from '../../access/activity.ts';
import { givesAdministration } from '../../access/administrators.ts';
import { hasLeft } from '../../access/admission.ts';
import type { Instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import type { Format } from '../../text/format.ts';
import { counted, were } from '../../text/text.ts';
import type { Act } from '../../verbs/act.ts';
import { type Written, wasActivity, writtenOf } from '../../verbs/action.ts';
import { backAsBefore } from '../../verbs/back-as-before.ts';
import { countOf, joined, NOBODY_COUNTED, type Notes } from '../../verbs/notes.ts';
import { allowed, inapplicable, leaveOut, WAS_ERASED } from '../../verbs/outcome.ts';
import type { Subject } from '../user.ts';
import { keepUsers, setActivity } from '../user-store.ts';
import { findTaken } from '../user-uniqueness.ts';
import { PROVISIONED } from './provisioned-notes.ts';
import { administered, type UserAction } from './user-action.ts';
import { recordOnUsers } from './user-events.ts';

const OF_THEIR_ENDS: Notes<Subject> = {
  count: ({ subjects }, _db, { at }) => ({
    ended: countOf(subjects.filter((subject) => hasEnded(subject, at))),
    leaving: countOf(subjects.filter(({ leavesAt }) => leavesAt !== null && leavesAt > at)),
  }),
  inWords: ({ ended = NOBODY_COUNTED, leaving = NOBODY_COUNTED }) => [
    ...(ended.number > 0
      ? [`${were(ended.number, 'user')} to leave at a moment that is over: that end is taken away.`]
      : []),
    ...(leaving.number > 0
      ? [`${counted(leaving.number, 'user still leaves', 'users still leave')} when it is set.`]
      : []),
  ],
};

export const ACTIVATION: UserAction = {
  name: 'activate',
  label: 'Activate',
  otherNames: ['Restore', 'Enable'],
  icon: 'undo',
  path: 'deactivation',
  method: 'delete',
  page: 'delete',
  button: 'Activate user',
  consequences: (user, { at, format }) => [
    activatedTo(user) === 'active'
      ? `${user.name} may sign in again, with the groups that stand in the record.`
      : `${user.name} comes back as before the deletion: deactivated, and may not sign in.`,
    ...(user.activity === 'deleted'
      ? ['This works only while nobody else has the name, the system email or the contact.']
      : []),
    ...ofTheEnd(user, at, format),
  ],
  done: (user) => `${user.name} is active again.`,
  otherwise: {
    holds: (user) => activatedTo(user) !== 'active',
    label: 'Restore',
    button: 'Restore user',
    done: (user) => `${user.name} is restored, and deactivated as before.`,
  },
  bulk: {
    button: (number) => `Activate ${counted(number, 'user')}`,
    done: (number) => `${were(number, 'user')} activated.`,
    consequence: 'They may sign in again, with the groups that stand in their records.',
  },
  isLikely: true,
  demandsProof: (_db, _judge, subjects) =>
    subjects.some(
      (user) => user.activity !== 'active' && activatedTo(user) === 'active' && givesAdministration(user.rights),
    ),
  notes: joined(backAsBefore('user'), OF_THEIR_ENDS, PROVISIONED),
  refusalOf: administered(({ activity, erasedAt }) => {
    if (erasedAt !== null) return inapplicable(WAS_ERASED);
    return activity === 'active' ? inapplicable('is already active') : undefined;
  }),
  async refuseAmong(db, _judge, outcomes) {
    const ids = allowed(outcomes).map((subject) => subject.id);
    const taken = await findTaken(db, ids);
    leaveOut(outcomes, ({ id }) => {
      const what = taken.get(id);
      return what ? inapplicable(`cannot be restored: ${what} belongs to another user by now`) : undefined;
    });
  },
  perform: (trx, act, subjects) => letIn(trx, act, subjects, (subject) => hasEnded(subject, act.at)),
  was: wasActivity,
  events: { 'user.activated': 'activated' },
};

/** What takes a deactivation back: whoever had left by then has left still. */
export const REACTIVATION: Pick<UserAction, 'refusalOf' | 'refuseAmong' | 'perform' | 'demandsProof'> = {
  demandsProof: ACTIVATION.demandsProof,
  refusalOf: ACTIVATION.refusalOf,
  refuseAmong: ACTIVATION.refuseAmong,
  perform: (trx, act, subjects) => letIn(trx, act, subjects, () => false),
};

async function letIn(
  trx: Transaction,
  act: Act,
  subjects: Subject[],
  losesEnd: (subject: Subject) => boolean,
): Promise<Map<number, Written>> {
  await setActivity(trx, subjects, activatedTo);
  const ended = subjects.filter(losesEnd).map(({ id }) => ({ id, columns: { leaves_at: null } }));
  await keepUsers(trx, ended);
  const written = (subject: Subject) => ({
    before: { activity: subject.activity, ...(losesEnd(subject) && { leavesAt: subject.leavesAt }) },
    after: { activity: activatedTo(subject), ...(losesEnd(subject) && { leavesAt: null }) },
  });
  await recordOnUsers(trx, act, subjects, 'user.activated', written);
  return writtenOf(subjects, written);
}

/** Whether they are let in again only without the end that was set. */
function hasEnded(subject: Subject, at: Instant): boolean {
  return activatedTo(subject) === 'active' && hasLeft(subject, at);
}

/** Whoever comes back loses an end only knowingly. */
function ofTheEnd(user: Subject, at: Instant, format: Format): string[] {
  if (user.leavesAt === null) return [];
  return [
    hasEnded(user, at)
      ? `${user.name} left on ${format.end(user.leavesAt)}: that end is taken away.`
      : `${user.name} still leaves on ${format.end(user.leavesAt)}.`,
  ];
}
