import { hash, randomUUID } from 'node:crypto';
import { findBegunBy } from '../../bulk-operations/bulk-operation-store.ts';
import type { Reader } from '../../db/database.ts';

const NUMBER = /^[\da-f-]{36}$/;
/** Of what its leader did last; a button is not pressed again after more than that. */
const LOOKED_AT = 20;

/** What a form carries that is its own, of one that was sent already the same again. */
export function formNumber(typed = ''): string {
  return NUMBER.test(typed) ? typed : randomUUID();
}

/**
 * By what a form that was sent is known when it comes once more, from a second press of its button: with the same in it, for whoever goes back and
 * corrects something means something else. None, where it does not say which form it is.
 */
export function sendingOf(form: string, people: { name: string; email: string }[]): string | undefined {
  if (!NUMBER.test(form)) return undefined;
  const said = people.map(({ name, email }) => [name, email]);
  return hash('sha256', JSON.stringify([form, said]), 'base64url');
}

/** Whether this leader did in the group already what it asks. */
export async function wasSent(db: Reader, userId: number, groupId: number, sending?: string): Promise<boolean> {
  if (sending === undefined) return false;
  const last = await findBegunBy(db, userId, LOOKED_AT);
  return last.some(({ choices }) => choices.group === groupId && choices.sending === sending);
}
