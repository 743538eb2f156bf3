import { recordChanges } from '../../audit/audit-store.ts';
import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import type { User } from '../../users/user.ts';
import type { Act } from '../../verbs/act.ts';

/** Writes down a mail to whoever asks for it, by which they see whether mail goes out. */
export async function sendTestMail(trx: Transaction, act: Act, { id, name, email }: User): Promise<void> {
  await mailNotice(trx, act, 'test-mail', { userId: id, address: email }, { by: name });
  const change = { action: 'system.test-mail-sent', subjectType: 'system', subjectName: 'Roster' } as const;
  await recordChanges(trx, act, [{ ...change, subjectId: null, after: { mailedTo: email } }]);
}
