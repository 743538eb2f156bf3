import type { BulkOperation } from '../../bulk-operations/bulk-operation.ts';
import { createDraft, keepChoices } from '../../bulk-operations/bulk-operation-store.ts';
import type { Transaction } from '../../db/database.ts';
import { PEOPLE_INVITING } from '../../users/actions/operations/people-inviting.ts';
import type { Act } from '../../verbs/act.ts';
import { NotFound } from '../../verbs/refusals.ts';
import { type TypedPeople, typedPeople } from '../people-form.ts';

/** Keeps a list as it was read, so that its pages have addresses: as the draft of an operation, which nobody else sees. */
export async function createPeopleDraft(trx: Transaction, act: Act, people: TypedPeople): Promise<number> {
  const choices = choicesOf(people);
  return createDraft(trx, act, { subjectType: 'user', action: PEOPLE_INVITING.name, ids: [], choices });
}

/** Keeps it as it was corrected. */
export async function keepPeopleDraft(trx: Transaction, id: number, people: TypedPeople): Promise<void> {
  await keepChoices(trx, id, choicesOf(people));
}

/** The list of a draft. Throws NotFound for an operation of another kind. */
export function draftedPeople({ action, choices }: BulkOperation): TypedPeople {
  if (action !== PEOPLE_INVITING.name) throw new NotFound();
  const { typed, rows } = choices as unknown as TypedPeople;
  // Drafts of before know nothing of starts.
  return {
    typed: { ...typedPeople({}).typed, ...typed },
    rows: rows.map((row) => ({ ...row, startsAt: row.startsAt ?? '' })),
  };
}

/** The same without what was looked for: whatever it is, it is none of what will be done. */
export function withoutSearch({ typed, rows }: TypedPeople): TypedPeople {
  return { typed: { ...typed, groupsSearch: '', step: '' }, rows };
}

/** What stands in rows is kept with these alone. */
function choicesOf({ typed, rows }: TypedPeople): BulkOperation['choices'] {
  const { text, nameBy, tags, startsAt, leavesAt, untilAt, noSharedData, access, groups, told, groupsSearch, step } =
    typed;
  const forAll = { tags, startsAt, leavesAt, untilAt, noSharedData, access, groups, groupsSearch };
  return { typed: { text, nameBy, ...forAll, told, step }, rows };
}
