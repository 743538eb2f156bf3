import { createDraft, findOperation, keepChoices } from '../../bulk-operations/bulk-operation-store.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import type { Typed } from '../../forms/form.ts';
import type { Act } from '../../verbs/act.ts';
import { NotFound } from '../../verbs/refusals.ts';
import type { InvitedRow } from '../leading-form.ts';

/** It is worked on and sent by pages of leaders alone: as an operation nobody carries it out. */
const ACTION = 'invite-led-list';

/** A list that a leader pasted, as it was read and corrected. */
export interface LedList {
  typed: Typed;
  rows: InvitedRow[];
  /** Its people were invited. */
  isDone?: boolean;
}

/** Keeps it, so that its table has an address: as the draft of an operation, which nobody else sees and which is forgotten after a day. */
export async function createListDraft(trx: Transaction, act: Act, group: number, list: LedList): Promise<number> {
  return createDraft(trx, act, { subjectType: 'user', action: ACTION, ids: [], choices: choicesOf(group, list) });
}

/** Keeps it as it was corrected. */
export async function keepListDraft(trx: Transaction, id: number, group: number, list: LedList): Promise<void> {
  await keepChoices(trx, id, choicesOf(group, list));
}

/** Throws NotFound for what is not this leader's, of this group. */
export async function findListDraft(db: Reader, id: number, userId: number, group: number): Promise<LedList> {
  const { action, choices, createdBy } = await findOperation(db, id);
  if (action !== ACTION || createdBy !== userId || choices.group !== group) throw new NotFound();
  const { typed, rows, isDone } = choices as unknown as LedList;
  return { typed, rows, isDone };
}

function choicesOf(group: number, { typed: { form, text, channel }, rows, isDone }: LedList) {
  return { group, typed: { form, text, channel }, rows, isDone };
}
