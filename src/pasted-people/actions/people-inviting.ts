import { executeKept } from '../../bulk-operations/actions/kept-operation.ts';
import { inviteLater } from '../../bulk-operations/actions/scheduling.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { FieldErrors, RefusedFields } from '../../forms/form.ts';
import type { EndedLink } from '../../permissions/outgrown-links.ts';
import { changeUsers } from '../../users/actions/changing/changing-users.ts';
import { createUsers } from '../../users/actions/changing/user-creation.ts';
import { INVITATION } from '../../users/actions/invitation.ts';
import type { InvitingChoices } from '../../users/actions/operations/people-inviting.ts';
import { renewLinks } from '../../users/actions/renewed-links.ts';
import { performOnUsers } from '../../users/actions/user-actions.ts';
import type { Subject } from '../../users/user.ts';
import { findSubjects } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { Performed } from '../../verbs/action.ts';
import { writtenOfMade } from '../../verbs/facts.ts';
import { inapplicable, withFields } from '../../verbs/outcome.ts';
import type { ForAll } from '../people-form.ts';
import { alikeIn, newIn, type PlannedPerson } from './people-plan.ts';

/** How access starts, and until when the memberships last. */
export type Terms = Pick<InvitingChoices, 'access'> &
  Pick<ForAll, 'untilAt'> & {
    /** When the invitation goes out of somebody who starts then; undefined for at once. */
    inviteAt: (startsAt: Instant | null) => Instant | undefined;
  };

/**
 * Makes the new ones of the list, invites them by the channel or not yet, and gives the known ones what they are to have besides: all of
 * it or nothing, as the operation whose draft it was. Whether it was not done before. Throws FieldErrors where some cannot be made after
 * all, each field with the number of the row behind it.
 */
export async function invitePeople(
  trx: Transaction,
  act: Act,
  { id, plan }: { id: number; plan: PlannedPerson[] },
  { access, untilAt, inviteAt }: Terms,
): Promise<boolean> {
  const choices: InvitingChoices = { invited: newIn(plan).length, access };
  const by: Act = access === 'later' ? act : { ...act, channel: access };
  return executeKept(trx, by, { id, choices }, async (act) => {
    const made = await create(trx, act, plan);
    if (access !== 'later')
      for (const [at, some] of Map.groupBy(made, ({ subject }) => inviteAt(subject.startsAt))) {
        const ids = some.map(({ subject }) => subject.id);
        if (at !== undefined) await inviteLater(trx, by, ids, at);
        else await performOnUsers(trx, act, INVITATION, ids);
      }
    const { performed, linksEnded } = await change(trx, act, plan, untilAt);
    if (access !== 'later') await renewLinks(trx, act, linksEnded);
    return [...made, ...performed, ...leftOutOf(plan)];
  });
}

async function create(trx: Transaction, act: Act, plan: PlannedPerson[]): Promise<Performed<Subject>[]> {
  const people = newIn(plan);
  if (people.length === 0) return [];
  const creations = await createUsers(
    trx,
    act,
    people.map(({ newUser }) => newUser),
  );
  const errors = creations.flatMap(({ refusal }, n) =>
    Object.entries(refusal?.fields ?? {}).map(([field, message]) => [`${field}-${people[n].n}`, message]),
  );
  const isForbidden = creations.some(({ refusal }) => refusal?.kind === 'forbidden');
  if (errors.length > 0) throw new (isForbidden ? RefusedFields : FieldErrors)(Object.fromEntries(errors));
  const subjects = await findSubjects(
    trx,
    creations.map(({ id }) => id!),
    minuteOf(act.at),
  );
  return subjects.map((subject) => ({ subject, written: writtenOfMade() }));
}

/** Gives the known ones what they do not have yet, those at once who are to have the same. */
async function change(
  trx: Transaction,
  act: Act,
  plan: PlannedPerson[],
  untilAt: Terms['untilAt'],
): Promise<{ performed: Performed<Subject>[]; linksEnded: EndedLink[] }> {
  const performed: Performed<Subject>[] = [];
  const linksEnded: EndedLink[] = [];
  for (const { ids, groups, tags } of alikeIn(plan)) {
    const to = { groups: { add: groups.map(({ id }) => id) }, groupsUntil: untilAt, tags: { add: tags } };
    const changed = await changeUsers(trx, act, ids, to);
    withFields(changed.outcomes);
    performed.push(...changed.outcomes.map((one) => ({ ...one, written: changed.written.get(one.subject.id) })));
    linksEnded.push(...changed.linksEnded);
  }
  return { performed, linksEnded };
}

/** Of those who are known, whom nothing is done to. */
function leftOutOf(plan: PlannedPerson[]): Performed<Subject>[] {
  return plan.flatMap(({ row, known }) => {
    if (!known || (row.isKept && !known.reason)) return [];
    return { subject: known.subject, refusal: inapplicable(known.reason ?? 'was not ticked') };
  });
}
