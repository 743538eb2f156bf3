import { findAdministratorIds } from '../../access/administrators.ts';
import { recordChanges } from '../../audit/audit-store.ts';
import type { Instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { mailNotice } from '../../mail/outbox-store.ts';
import { findUsers } from '../../users/user-store.ts';
import type { ActSettings } from '../../verbs/act.ts';
import { programAct } from '../../verbs/program-act.ts';
import type { Webhook } from '../webhook.ts';
import { disable, findWebhook } from '../webhook-store.ts';

/** A webhook that cannot go on waits until somebody enables it: all administrators are told by mail, where there is any. */
export async function disableAndTell(
  trx: Transaction,
  settings: ActSettings & { at: Instant },
  { id, name }: Pick<Webhook, 'id' | 'name'>,
  why: string,
): Promise<void> {
  if (!(await findWebhook(trx, id)).isEnabled) return;
  await disable(trx, id, why);
  const act = programAct(settings, { name: 'Roster', at: settings.at });
  const event = { action: 'webhook.disabled', subjectType: 'webhook' as const, subjectId: id, subjectName: name };
  await recordChanges(trx, act, [{ ...event, after: { reason: why } }]);
  for (const { id: userId, email } of await findUsers(trx, await findAdministratorIds(trx, act.at)))
    await mailNotice(trx, act, 'webhook-disabled', { userId, address: email }, { webhook: name, why, id: String(id) });
}
