import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import type { Subject } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import { endingRefusal, isLive, type Token } from '../token.ts';
import { endToken } from '../token-store.ts';

/** Ends a token at once; false where it had ended already. Throws Forbidden. */
export async function revokeToken(trx: Transaction, act: Act, subject: Subject, token: Token): Promise<boolean> {
  await act.confirm?.(trx);
  const refusal = endingRefusal(act.by, subject);
  if (refusal) throw new Forbidden(`${subject.name} ${refusal.reason}.`);
  if (!isLive(token, act.at)) return false;
  await endToken(trx, token.id, act.at);
  const event = { action: 'token.revoked', subjectType: 'user' as const, subjectId: subject.id };
  await recordChanges(trx, act, [{ ...event, subjectName: subject.name, after: { token: token.name } }]);
  return true;
}
