import type { Reader } from '../../../db/database.ts';
import { unlessRefused } from '../../../forms/refused-for-all.ts';
import type { BulkAction, ChangingWords } from '../../../verbs/action.ts';
import { allowed, inapplicable, leaveOut, notSo, type Outcome, withFields } from '../../../verbs/outcome.ts';
import type { Subject } from '../../user.ts';
import { findUserIdsByIdentifier } from '../../user-lookup.ts';
import { findLinkedUser } from '../../user-store.ts';
import { takenMessage } from '../../user-uniqueness.ts';
import { keepLastAdministrator } from '../activity-change.ts';
import { changeUsers, takeSteps } from '../changing/changing-users.ts';
import { planChange, type Step } from '../changing/planned-change.ts';
import type { UserChange } from '../changing/user-change.ts';
import { isWeightyChange } from '../changing/weighty-change.ts';
import { administered } from '../user-action.ts';

/** An action that changes of users what forms change as well, by the same verb. */
export function changingAction(
  change: UserChange,
  { unchanged, ...words }: ChangingWords<Subject>,
): BulkAction<Subject> {
  /** The judgement and the deed see the same, as long as these were not read again. */
  let planned: { db: Reader; steps: ReadonlyMap<Subject, Step> } | undefined;
  return {
    ...words,
    async demandsProof(db, { by }, subjects) {
      const { groups: _, ...rest } = change;
      for (const subject of subjects) if (await isWeightyChange(db, by.id ?? 0, subject, rest)) return true;
      return false;
    },
    refusalOf: administered(({ activity }) => (activity === 'deleted' ? inapplicable('is deleted') : undefined)),
    refuseAmong: (db, judge, outcomes) =>
      unlessRefused(outcomes, async () => {
        await keepTaken(db, outcomes, change);
        const { steps } = await planChange(db, judge, outcomes, change);
        keepApart(outcomes, steps, change);
        withFields(outcomes);
        const left = new Set(allowed(outcomes));
        const changing = new Map(steps.filter(({ subject }) => left.has(subject)).map((step) => [step.subject, step]));
        planned = { db, steps: changing };
        leaveOut(outcomes, (subject) => (changing.has(subject) ? undefined : inapplicable(unchanged)));
        // Nobody whose access ends is an administrator (promise 4).
        if (change.startsAt || change.leavesAt || change.apiOnly) await keepLastAdministrator(db, judge, outcomes);
      }),
    async perform(trx, act, subjects) {
      const steps = planned?.db === trx ? subjects.flatMap((subject) => planned!.steps.get(subject) ?? []) : [];
      if (steps.length === subjects.length) return (await takeSteps(trx, act, steps)).written;
      const ids = subjects.map(({ id }) => id);
      return (await changeUsers(trx, act, ids, change)).written;
    },
    events: {},
  };
}

/** Where several would be given one name or one email, it cannot be said whose it is to be. */
function keepApart(outcomes: Outcome<Subject>[], steps: readonly Step[], { name, email }: UserChange): void {
  const changing = new Set(steps.map(({ subject }) => subject.id));
  if (changing.size <= 1) return;
  for (const [what, text] of [
    ['name', name],
    ['email', email],
  ])
    if (text)
      leaveOut(outcomes, ({ id }) =>
        changing.has(id) ? inapplicable(`cannot be changed so: ${text} is the ${what} of one alone`) : undefined,
      );
}

/** A name, an email or a contact that is somebody else's by now. */
async function keepTaken(
  db: Reader,
  outcomes: Outcome<Subject>[],
  { name, email, contactId }: UserChange,
): Promise<void> {
  const named = [
    ['name', name],
    ['email', email],
  ] as const;
  for (const [field, text] of named) {
    if (text === undefined || text === null) continue;
    const owner = (await findUserIdsByIdentifier(db, [text])).get(text);
    const refusal = inapplicable(notSo(takenMessage(field, text)));
    leaveOut(outcomes, ({ id }) => (owner === undefined || owner === id ? undefined : refusal));
  }
  const linked = contactId ? await findLinkedUser(db, contactId) : undefined;
  const refusal = inapplicable(notSo('another user is linked to the contact by now'));
  leaveOut(outcomes, ({ id }) => (linked === undefined || linked === id ? undefined : refusal));
}
