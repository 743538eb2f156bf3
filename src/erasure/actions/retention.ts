import { EVERYTHING } from '../../access/rights.ts';
import { DAY, type Instant, instant } from '../../clock.ts';
import type { Database } from '../../db/database.ts';
import type { ActSettings } from '../../verbs/act.ts';
import { programAct } from '../../verbs/program-act.ts';
import { type ErasureSettings, findDeletedBefore, findRevival } from '../erasure.ts';
import { eraseUsers } from './user-erasure.ts';

const AT_ONCE = 100;

/** Erases those who were deleted so many days ago, where the settings say so. */
export async function eraseWhoIsDue(
  db: Pick<Database, 'read' | 'write'>,
  settings: ActSettings,
  retention: ErasureSettings & { deletedDays: number },
  at: Instant,
): Promise<void> {
  const { deletedDays } = retention;
  if (deletedDays === 0) return;
  // Who was deleted in data of earlier may have been brought back since: there is as long to see it as after a deletion.
  const revivedAt = await findRevival(db.read);
  if (revivedAt && instant(Date.parse(revivedAt) + Math.max(1, retention.eraseAfterDays) * DAY) > at) return;
  const days = Math.max(deletedDays, retention.eraseAfterDays);
  const act = programAct(settings, { name: 'retention', rights: EVERYTHING, at });
  const due = await findDeletedBefore(db.read, instant(Date.parse(at) - days * DAY));
  for (let n = 0; n < due.length; n += AT_ONCE)
    await db.write((trx) => eraseUsers(trx, act, retention, due.slice(n, n + AT_ONCE)));
}
