import { executeKept } from '../../bulk-operations/actions/kept-operation.ts';
import { forgetItems } from '../../bulk-operations/bulk-item-store.ts';
import type { BulkOperation } from '../../bulk-operations/bulk-operation.ts';
import { createDraft, findOperation, forgetOperation } from '../../bulk-operations/bulk-operation-store.ts';
import type { Transaction } from '../../db/database.ts';
import { PEOPLE_INVITING } from '../../users/actions/operations/people-inviting.ts';
import type { Subject } from '../../users/user.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import type { Act } from '../../verbs/act.ts';
import type { Performed } from '../../verbs/action.ts';
import { type Invited, inviteIntoGroup } from './leading.ts';
import { wasSent } from './sent-forms.ts';

/** What a leader did to members of a group, as it is kept. */
export interface LedDeed {
  groupId: number;
  /** The action that a report names it by. */
  action: string;
  choices?: BulkOperation['choices'];
  undoes?: number;
}

/** Does it as an operation with a report; where nobody was changed nothing is kept. Returns the operation, if there is one. */
export async function keepLeading(
  trx: Transaction,
  act: Act,
  { groupId, action, choices, undoes }: LedDeed,
  work: (act: Act) => Promise<Performed<Subject>[]>,
): Promise<number | undefined> {
  const id = await createDraft(trx, act, { subjectType: 'user', action, ids: [], undoes });
  await executeKept(trx, act, { id, choices: { ...choices, group: groupId } }, work);
  const { tally } = await findOperation(trx, id);
  if (tally.changed > 0) return id;
  await forgetItems(trx, id, Number.MAX_SAFE_INTEGER);
  await forgetOperation(trx, id);
  return undefined;
}

/** Invites into the group as an operation: who is new, and who is known and could be added; undefined where the same sending did it already. */
export async function keepInvitations(
  trx: Transaction,
  act: Act,
  groupId: number,
  people: Invited[],
  sending?: string,
): Promise<{ ids: number[]; undo: number | undefined } | undefined> {
  if (await wasSent(trx, act.by.id!, groupId, sending)) return undefined;
  let ids: number[] = [];
  const known = await findUserIdsByIdentifier(
    trx,
    people.map(({ email }) => email),
  );
  const invited = people.filter(({ email }) => !known.has(email)).length;
  const choices = { invited, access: act.channel ?? 'copy', sending };
  const undo = await keepLeading(trx, act, { groupId, action: PEOPLE_INVITING.name, choices }, async (own) => {
    const done = await inviteIntoGroup(trx, own, groupId, people);
    ids = done.ids;
    return done.outcomes;
  });
  return { ids, undo };
}
