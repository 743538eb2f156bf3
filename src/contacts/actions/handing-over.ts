import type { Transaction } from '../../db/database.ts';
import { pieces } from '../../db/ids.ts';
import type { Act } from '../../verbs/act.ts';
import { PUBLIC } from '../contact.ts';
import { findContactsOfAnyOwner } from '../contact-store.ts';
import { giveUnseen } from './changing-contacts.ts';

const AT_ONCE = 500;

/**
 * Private contacts of one user become another's, without being shown to whoever hands them over; what is somebody else's by now stays.
 * Who may ask for it is said by those who do. Returns which they were.
 */
export async function handOverContacts(
  trx: Transaction,
  act: Act,
  ids: number[],
  { from, to }: { from: number; to: number },
): Promise<number[]> {
  const handed: number[] = [];
  for (const some of pieces(ids, AT_ONCE)) {
    const contacts = await findContactsOfAnyOwner(trx, some);
    const theirs = some.flatMap((id) => contacts.get(id) ?? []).filter((contact) => contact.ownerUserId === from);
    await giveUnseen(trx, act, theirs, { ...PUBLIC, ownerUserId: to });
    handed.push(...theirs.map(({ id }) => id));
  }
  return handed;
}
