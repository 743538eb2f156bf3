import type { Level } from '../../src/access/rights.ts';
import { instant } from '../../src/clock.ts';
import type { TestApp } from '../support/app.ts';
import type { Chance } from '../support/chance.ts';

export const APPLICATIONS = ['users', 'contacts', 'payroll'];
export const LEVELS: (Level | undefined)[] = [undefined, 'read', 'write'];

/** Memberships come, go and end, groups and users come and go, and other groups grant something else. */
export async function happening(
  app: TestApp,
  chance: Chance,
  { groups, users }: { groups: number[]; users: number[] },
): Promise<void> {
  await app.db.write(async (trx) => {
    for (let n = 0; n < 8; n++) {
      const membership = { user_id: chance.one(users), group_id: chance.one(groups) };
      await trx('memberships').where(membership).delete();
      if (chance.isLikely(0.8))
        await trx('memberships').insert({
          ...membership,
          granted_at: '2026-11-01T12:00:00.000Z',
          until_at: chance.one([null, instant(app.clock.now() - 60_000), instant(app.clock.now() + 86_400_000)]),
        });
    }
    const activity = chance.one(['active', 'active', 'deactivated'] as const);
    await trx('groups').where('id', chance.one(groups)).update({ activity });
    const isDeleted = chance.isLikely(0.3);
    await trx('users')
      .where('id', chance.one(users))
      .update(isDeleted ? { activity: 'deleted', deleted_from: 'active' } : { activity: 'active', deleted_from: null });
    const granted = { group_id: chance.one(groups), application: chance.one(APPLICATIONS) };
    await trx('group_permissions').where(granted).delete();
    const level = chance.one(LEVELS);
    if (level) await trx('group_permissions').insert({ ...granted, level });
  });
}
