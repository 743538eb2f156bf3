import type { Person } from '../../seeds/cast.ts';
import type { TestApp } from './app.ts';
import { groupId } from './people.ts';

/** From now on everybody may ask for the group; with what it gives. Returns its number. */
export async function letAskFor(app: TestApp, group: string, gives: Record<string, string> = {}): Promise<string> {
  const id = await groupId(app, group);
  await app.db.write(async (trx) => {
    await trx('groups').where({ id }).update({ can_be_asked_for: true });
    for (const [application, level] of Object.entries(gives))
      await trx('group_permissions')
        .insert({ group_id: Number(id), application, level })
        .onConflict(['group_id', 'application'])
        .merge();
  });
  return id;
}

/** Somebody has asked for a group, or for a right. Returns the path of what they asked. */
export async function asked(
  app: TestApp,
  by: Person,
  what: { group_id: number } | { application: string; level: string },
): Promise<string> {
  const row = { user_id: app.people[by], reason: 'I help out', asked_at: '2026-11-21T09:00:00.000Z', ...what };
  const [{ id }] = await app.db.write((trx) => trx('access_requests').insert(row).returning('id'));
  return `/access-requests/${id}`;
}
