import type { Transaction } from '../../db/database.ts';
import { FieldErrors, RefusedFields } from '../../forms/form.ts';
import type { EndedLink } from '../../permissions/outgrown-links.ts';
import { changeUsers } from '../../users/actions/changing/changing-users.ts';
import { createUsers } from '../../users/actions/changing/user-creation.ts';
import { INVITATION } from '../../users/actions/invitation.ts';
import { performOnUsers } from '../../users/actions/user-actions.ts';
import type { Subject } from '../../users/user.ts';
import type { Act, Channel } from '../../verbs/act.ts';
import type { Outcome } from '../../verbs/outcome.ts';
import type { ForAll } from '../people-form.ts';
import { changingIn, type KnownPerson, newIn, type PlannedPerson } from '../people-plan.ts';

/** What a list of people came to. */
export interface Invited {
  /** Of the new users, in the order of the list. */
  ids: number[];
  /** What became of those who were known. */
  known: Outcome<Subject>[];
  linksEnded: EndedLink[];
}

/**
 * Makes the new ones of the list, invites them by the channel or not yet, and gives the known ones what they are to have besides: all of
 * it or nothing. Throws FieldErrors where some cannot be made after all, each field with the number of the row behind it.
 */
export async function invitePeople(
  trx: Transaction,
  act: Act,
  plan: PlannedPerson[],
  { access, untilOn }: { access: Channel | 'later' } & Pick<ForAll, 'untilOn'>,
): Promise<Invited> {
  const ids = await create(trx, act, plan);
  if (access !== 'later' && ids.length > 0) await performOnUsers(trx, { ...act, channel: access }, INVITATION, ids);
  const invited: Invited = { ids, known: [], linksEnded: [] };
  const alike = Map.groupBy(changingIn(plan), ({ known }) => JSON.stringify(comingTo(known)));
  for (const people of alike.values()) {
    const { groups, tags } = comingTo(people[0].known);
    const change = { groups: { add: groups }, groupsUntil: untilOn, tags: { add: tags } };
    const changed = await changeUsers(
      trx,
      act,
      people.map(({ known }) => known.subject.id),
      change,
    );
    invited.known.push(...changed.outcomes);
    invited.linksEnded.push(...changed.linksEnded);
  }
  return invited;
}

async function create(trx: Transaction, act: Act, plan: PlannedPerson[]): Promise<number[]> {
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
  return creations.map(({ id }) => id!);
}

function comingTo({ groups, tags }: KnownPerson): { groups: number[]; tags: string[] } {
  return { groups: groups.map((group) => group.id), tags };
}
