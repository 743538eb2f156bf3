import type { Change, Fields } from '../../audit/audit-event.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import type { Act } from '../../verbs/act.ts';
import type { Subject } from '../user.ts';

/** Writes down one event of this kind for each of the users. */
export async function recordOnUsers<S extends Pick<Subject, 'id' | 'name'>>(
  trx: Transaction,
  act: Act,
  subjects: S[],
  event: string,
  fields: (subject: S) => { before?: Fields; after?: Fields },
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
