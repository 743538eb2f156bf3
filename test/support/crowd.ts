import { generateUsers } from '../../seeds/generator.ts';
import type { Surroundings } from '../../seeds/surroundings.ts';
import type { Activity } from '../../src/access/activity.ts';
import type { User } from '../../src/users/user.ts';
import { selectUsers, userOf } from '../../src/users/user-row.ts';
import { actSettings } from '../../src/verbs/act.ts';
import type { TestApp } from './app.ts';

/** Somebody of the crowd with all that the list shows and filters by. */
export interface Listed extends User {
  activity: Activity;
  groups: number[];
  tags: number[];
}

/** Adds made-up users beside the cast, always the same ones. Returns what surrounds them, for whatever is to be made besides. */
export async function addCrowd(app: TestApp, users = 300): Promise<Surroundings> {
  return generateUsers(app.db, {
    users,
    now: app.clock.now(),
    settings: actSettings(app.config),
    loginAttempts: app.config.loginAttempts,
    invitationHours: app.config.invitationHours,
    passwordHash: 'nobody knows it',
  });
}

/** Everybody, read without the list's own ways; with the names of those contacts that Alice may see. */
export async function everybody({ db, people }: TestApp): Promise<Listed[]> {
  const users = (await selectUsers(db.read)).map(userOf);
  const memberships: { user_id: number; group_id: number }[] = await db.read('memberships');
  const tags: { user_id: number; tag_id: number }[] = await db.read('user_tags');
  const sorted = new Set<number>(await db.read('users').whereNotNull('contact_sort').pluck('id'));
  const groupIds = memberships.filter((one) => one.user_id === people.alice).map((one) => one.group_id);
  const own: { id: number; name: string }[] = await db
    .read('contacts')
    .where('owner_user_id', people.alice)
    .orWhereIn('owner_group_id', groupIds);
  const nameOf = new Map(own.map((contact) => [contact.id, contact.name]));
  return users.map((user) => ({
    ...user,
    contactName: sorted.has(user.id) ? user.contactName : (nameOf.get(user.contactId ?? 0) ?? null),
    groups: memberships.filter((one) => one.user_id === user.id).map((one) => one.group_id),
    tags: tags.filter((one) => one.user_id === user.id).map((one) => one.tag_id),
  }));
}

/** Adds groups that grant nothing, "Team 1" and so on. */
export async function addGroups(app: TestApp, groups: number): Promise<void> {
  const rows = Array.from({ length: groups }, (_, n) => ({
    name: `Team ${n + 1}`,
    name_key: `team ${n + 1}`,
    created_at: '2026-11-01T12:00:00.000Z',
  }));
  await app.db.write((trx) => trx.batchInsert('groups', rows, 100));
}

/** Adds so many users of whom nothing is known but that they are in these groups: by one statement, since there are thousands. */
export async function addMembers(app: TestApp, number: number, groupIds: number[]): Promise<void> {
  const made = `select 'x' || n, 'x' || n, 'x' || n, 'x' || n, '2026-11-01' from n`;
  await app.db.write(async (trx) => {
    await trx.raw(
      `with recursive n(n) as (select 1 union all select n + 1 from n where n < ${number})
       insert into users (name, name_key, sort_name, search_text, created_at) ${made}`,
    );
    for (const groupId of groupIds)
      await trx.raw(
        `insert into memberships (user_id, group_id, granted_at)
         select id, ${groupId}, '2026-11-01' from users where created_at = '2026-11-01' and name like 'x%'`,
      );
  });
}
