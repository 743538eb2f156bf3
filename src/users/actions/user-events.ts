import type { Change, Fields } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import type { Subject } from '../user.ts';

/** Writes down one event of this kind for each of the users. */
export async function recordOnUsers(
  trx: Transaction,
  act: Act,
  subjects: Subject[],
  event: string,
  fields: (subject: Subject) => { before?: Fields; after?: Fields },
): Promise<void> {
  const changes = subjects.map(
    (subject): Change => ({
      action: event,
      subjectType: 'user',
      subjectId: subject.id,
      subjectName: subject.name,
      ...fields(subject),
    }),
  );
  await recordChanges(trx, act, changes);
}
