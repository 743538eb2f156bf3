import type { Knex } from 'knex';

const FED = 'users_listed_update';
const BEFORE = { on: 'contact_id, activity', facts: (row: string) => `(${row}.contact_id, ${row}.activity)` };
const NOW = {
  on: 'contact_id, activity, deleted_from',
  facts: (row: string) => `(${row}.contact_id, ${row}.deleted_from is null)`,
};

/**
 * That a user signs in as a contact is so until they are deleted: whoever is activated or deactivated changes nothing of it, and a large
 * operation had as many contacts read anew.
 */
export async function up(knex: Knex): Promise<void> {
  await feed(knex, NOW);
}

export async function down(knex: Knex): Promise<void> {
  await feed(knex, BEFORE);
}

async function feed(knex: Knex, { on, facts }: typeof NOW): Promise<void> {
  const [table, body] = isPostgres(knex) ? [' on users', FOR_EACH_ROW] : ['', BODY];
  const differs = isPostgres(knex) ? 'is distinct from' : 'is not';
  await knex.raw(`drop trigger ${FED}${table}`);
  await knex.raw(`create trigger ${FED} after update of ${on} on users
    ${body(`${facts('old')} ${differs} ${facts('new')}`)}`);
}

const FOR_EACH_ROW = (when: string) => `for each row when (${when}) execute function ${FED}()`;
const BODY = (when: string) => `when ${when}
    begin insert into contact_changes(contact_id)
      select old.contact_id where old.contact_id is not null
      union select new.contact_id where new.contact_id is not null; end`;

const isPostgres = (knex: Knex) => knex.client.dialect === 'postgresql';
