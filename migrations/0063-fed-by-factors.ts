import type { Knex } from 'knex';

const CHANGED = [
  ['insert', 'new'],
  ['update', 'new'],
  ['delete', 'old'],
];

/** The feed of users tells whose second factor came, was confirmed or went: the list is filtered by it. */
export async function up(knex: Knex): Promise<void> {
  for (const [on, row] of CHANGED) {
    const name = `second_factors_changed_${on}`;
    const body = `insert into user_changes (user_id) values (${row}.user_id);`;
    if (isPostgres(knex)) {
      await knex.raw(
        `create function ${name}() returns trigger language plpgsql as $$ begin ${body} return null; end $$`,
      );
      await knex.raw(`create trigger ${name} after ${on} on second_factors for each row execute function ${name}()`);
    } else await knex.raw(`create trigger ${name} after ${on} on second_factors begin ${body} end`);
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const [on] of CHANGED) {
    const name = `second_factors_changed_${on}`;
    await knex.raw(isPostgres(knex) ? `drop trigger ${name} on second_factors` : `drop trigger ${name}`);
    if (isPostgres(knex)) await knex.raw(`drop function ${name}()`);
  }
}

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';
