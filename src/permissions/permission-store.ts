import type { Level, Rights } from '../access/rights.ts';
import type { Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';

/** What a group is to grant on each application; others stay as they are. */
export type Levels = Readonly<Record<string, Level | 'none'>>;

/** Makes each of the groups grant this. */
export async function setLevels(trx: Transaction, groupIds: number[], levels: Levels): Promise<void> {
  const applications = Object.keys(levels);
  const granted = whereIdIn(trx('group_permissions'), 'group_id', groupIds);
  await granted.whereIn('application', applications).delete();
  const rows = groupIds.flatMap((group_id) =>
    applications.flatMap((application) => {
      const level = levels[application];
      return level === 'none' ? [] : [{ group_id, application, level }];
    }),
  );
  if (rows.length > 0) await trx('group_permissions').insert(rows);
}

/** No group grants anything on it any more. */
export async function forgetApplication(trx: Transaction, application: string): Promise<void> {
  await trx('group_permissions').where({ application }).delete();
}

/** What the group grants after it. */
export function granting(rights: Rights, levels: Levels): Rights {
  const left = Object.entries({ ...rights, ...levels }).filter(([, level]) => level !== 'none');
  return Object.fromEntries(left) as Rights;
}
