import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  // Words of one or two letters are looked for in every text: the index holds the texts alone.
  await knex.raw('create index users_by_text on users (search_text)');
  await knex.raw(
    `create virtual table users_search using fts5(search_text, content='users', content_rowid='id', tokenize='trigram', detail='none')`,
  );
  await knex.raw(`create trigger users_search_insert after insert on users
    begin insert into users_search(rowid, search_text) values (new.id, new.search_text); end`);
  await knex.raw(`create trigger users_search_update after update of search_text on users when new.search_text <> old.search_text
    begin
      insert into users_search(users_search, rowid, search_text) values ('delete', old.id, old.search_text);
      insert into users_search(rowid, search_text) values (new.id, new.search_text);
    end`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop trigger users_search_update');
  await knex.raw('drop trigger users_search_insert');
  await knex.raw('drop table users_search');
  await knex.raw('drop index users_by_text');
}
