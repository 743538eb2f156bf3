import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import type { User } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';
import { endSession, endSessions } from '../session-store.ts';

type Person = Pick<User, 'id' | 'name'>;

/** Ends one session of a user; false where it had ended already. */
export async function endOneSession(trx: Transaction, act: Act, user: Person, handle: string): Promise<boolean> {
  await act.confirm?.(trx);
  const ended = await endSession(trx, user.id, handle);
  if (ended) await record(trx, act, user, { sessionsEnded: 1, signedInFrom: ended.address });
  return ended !== undefined;
}

/** Ends all sessions of a user but the one that is kept; returns how many there were. */
export async function endOtherSessions(trx: Transaction, act: Act, user: Person, keptId: string): Promise<number> {
  await act.confirm?.(trx);
  const ended = (await endSessions(trx, [user.id], keptId)).get(user.id) ?? 0;
  if (ended > 0) await record(trx, act, user, { sessionsEnded: ended });
  return ended;
}

async function record(trx: Transaction, act: Act, user: Person, after: Record<string, unknown>): Promise<void> {
  await recordChanges(trx, act, [
    { action: 'user.sessions-ended', subjectType: 'user', subjectId: user.id, subjectName: user.name, after },
  ]);
}
