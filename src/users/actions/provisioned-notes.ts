import type { Reader } from '../../db/database.ts';
import { countKept } from '../../provisioning/provisioned-user-store.ts';
import { counted } from '../../text/text.ts';
import type { Subject } from '../user.ts';

/** What a sheet says of those whose activity a program writes over; nothing of none. */
export async function notesOnProvisioned(subjects: Pick<Subject, 'id'>[], db: Reader): Promise<string[]> {
  const number = await countKept(
    db,
    subjects.map(({ id }) => id),
  );
  if (number === 0) return [];
  const are = number === 1 ? 'is' : 'are';
  return [`${counted(number, 'user')} of them ${are} provisioned: the program may say otherwise the next time.`];
}
