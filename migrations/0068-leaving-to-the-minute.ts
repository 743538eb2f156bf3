import type { Knex } from 'knex';

/** From which moment on it is over, and the last day, in UTC, that it was called before. */
const ENDS = [
  { table: 'users', moment: 'leaves_at', day: 'expires_on' },
  { table: 'memberships', moment: 'until_at', day: 'until_on' },
];

/** No moment after it sorts as the moments do. */
const LAST = '9999-12-31T23:59:00.000Z';

/**
 * What ends does so at a moment. The days stay for a process of the version before, which reads and writes them: each follows the other.
 */
export async function up(knex: Knex): Promise<void> {
  const text = isPostgres(knex) ? 'text collate "C"' : 'text';
  for (const { table, moment, day } of ENDS) {
    await knex.raw(`alter table ${table} add column ${moment} ${text}`);
    await knex.raw(`update ${table} set ${moment} = ${momentOf(knex, day)} where ${day} is not null`);
    await (isPostgres(knex) ? keepOnPostgres : keepOnSqlite)(knex, { table, moment, day });
  }
  await knex.raw('create index users_by_leaving on users (leaves_at, id)');
  await noteLeadersAndOwners(knex);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`drop trigger users_leaving_noted_update${isPostgres(knex) ? ' on users' : ''}`);
  if (isPostgres(knex)) await knex.raw('drop function users_leaving_noted_update()');
  await knex.raw('drop index users_by_leaving');
  for (const { table, moment } of ENDS) {
    if (isPostgres(knex)) {
      await knex.raw(`drop trigger ${table}_end_kept on ${table}`);
      await knex.raw(`drop function ${table}_end_kept()`);
    } else
      for (const what of ['moment_insert', 'day_insert', 'moment_update', 'day_update'])
        await knex.raw(`drop trigger ${table}_end_${what}`);
    await knex.raw(`alter table ${table} drop column ${moment}`);
  }
}

interface End {
  table: string;
  moment: string;
  day: string;
}

/** The end of the day in UTC. */
function momentOf(knex: Knex, day: string): string {
  const next = isPostgres(knex)
    ? `to_char(${day}::date + 1, 'YYYY-MM-DD"T00:00:00.000Z"')`
    : `strftime('%Y-%m-%dT00:00:00.000Z', ${day}, '+1 day')`;
  return `case when ${day} >= '9999-12-31' then '${LAST}' else ${next} end`;
}

/** The last day in UTC of which there is some left. */
function dayOf(knex: Knex, moment: string): string {
  return isPostgres(knex)
    ? `to_char((${moment}::timestamptz at time zone 'UTC') - interval '1 millisecond', 'YYYY-MM-DD')`
    : `date(${moment}, '-1 second')`;
}

async function keepOnPostgres(knex: Knex, { table, moment, day }: End): Promise<void> {
  await knex.raw(`create function ${table}_end_kept() returns trigger language plpgsql as $$ begin
    if tg_op = 'INSERT' then
      if new.${moment} is null then new.${moment} := ${momentOf(knex, `new.${day}`)};
      else new.${day} := ${dayOf(knex, `new.${moment}`)}; end if;
    elsif new.${moment} is distinct from old.${moment} then new.${day} := ${dayOf(knex, `new.${moment}`)};
    elsif new.${day} is distinct from old.${day} then new.${moment} := ${momentOf(knex, `new.${day}`)};
    end if;
    return new; end $$`);
  await knex.raw(`create trigger ${table}_end_kept before insert or update of ${moment}, ${day} on ${table}
    for each row execute function ${table}_end_kept()`);
}

async function keepOnSqlite(knex: Knex, { table, moment, day }: End): Promise<void> {
  const set = (column: string, value: string) =>
    `begin update ${table} set ${column} = ${value} where rowid = new.rowid; end`;
  const [asDay, asMoment] = [dayOf(knex, `new.${moment}`), momentOf(knex, `new.${day}`)];
  await knex.raw(`create trigger ${table}_end_moment_insert after insert on ${table}
    when new.${moment} is not null and new.${day} is not ${asDay} ${set(day, asDay)}`);
  await knex.raw(`create trigger ${table}_end_day_insert after insert on ${table}
    when new.${moment} is null and new.${day} is not null ${set(moment, asMoment)}`);
  await knex.raw(`create trigger ${table}_end_moment_update after update of ${moment} on ${table}
    when new.${moment} is not old.${moment} and new.${day} is not ${asDay} ${set(day, asDay)}`);
  await knex.raw(`create trigger ${table}_end_day_update after update of ${day} on ${table}
    when new.${moment} is old.${moment} and new.${day} is not old.${day} and new.${day} is not ${asDay}
    ${set(moment, asMoment)}`);
}

/** The feeds tell of the groups whose leader, and of the programs whose owner, leaves at another moment. */
async function noteLeadersAndOwners(knex: Knex): Promise<void> {
  const name = 'users_leaving_noted_update';
  const body = `insert into group_changes (group_id) select id from groups where leader_id = new.id;
    insert into user_changes (user_id) select id from users where api_only_owner_id = new.id;`;
  if (isPostgres(knex)) {
    await knex.raw(
      `create function ${name}() returns trigger language plpgsql as $$ begin ${body} return null; end $$`,
    );
    await knex.raw(`create trigger ${name} after update of leaves_at on users for each row
      when (old.leaves_at is distinct from new.leaves_at) execute function ${name}()`);
  } else
    await knex.raw(`create trigger ${name} after update of leaves_at on users
      when old.leaves_at is not new.leaves_at begin ${body} end`);
}

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';
