import type { TestApp } from './app.ts';

/** Groups called g01, g02 …, each led by l01, l02 …, who sign in with the password of the cast, and each with so many members m01-1 … */
export async function groupsWithLeaders(app: TestApp, number: number, members: number): Promise<void> {
  await app.db.write(async (trx) => {
    const { id: _id, ...bob } = await trx('users').where('name', 'bob').first();
    const make = async (name: string): Promise<number> => {
      const email = `${name}@example.com`;
      const own = { name, name_key: name, sort_name: name, email, email_key: email, search_text: `${name} ${email}` };
      return (
        await trx('users')
          .insert({ ...bob, ...own, contact_id: null, contact_name: null })
          .returning('id')
      )[0].id;
    };
    for (let n = 1; n <= number; n++) {
      const two = String(n).padStart(2, '0');
      const leader_id = await make(`l${two}`);
      const group = { name: `g${two}`, name_key: `g${two}`, activity: 'active', description: '', leader_id };
      const created_at = '2026-01-01T00:00:00.000Z';
      const [{ id: group_id }] = await trx('groups')
        .insert({ ...group, created_at })
        .returning('id');
      const ids = [leader_id];
      for (let m = 1; m <= members; m++) ids.push(await make(`m${two}-${m}`));
      const rows = ids.map((user_id) => ({ user_id, group_id, granted_at: created_at, granted_by: null }));
      await trx('memberships').insert(rows);
    }
  });
}
