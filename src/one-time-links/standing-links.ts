import type { Knex } from 'knex';
import type { Reader } from '../db/database.ts';
import type { Row } from '../db/tables.ts';

/** Links that nothing has ended but, perhaps, their time: it is said here alone which these are. */
export function standingLinks(db: Reader) {
  return db('links').whereNull('used_at').whereNull('ended_at');
}

/** Those that were used, or were ended. */
export function spentLinks(db: Reader) {
  return db('links').where((spent) => spent.whereNotNull('used_at').orWhereNotNull('ended_at'));
}

export function isSpent(link: Pick<Row<'links'>, 'used_at' | 'ended_at'>): boolean {
  return link.used_at !== null || link.ended_at !== null;
}

/** Adds to a query of users the invitation of each that stands, under this name. */
export function joinInvitation<T extends Knex.QueryBuilder>(query: T, name: string): T {
  query.leftJoin(`links as ${name}`, (join) =>
    join
      .on(`${name}.user_id`, 'users.id')
      .onVal(`${name}.purpose`, 'invitation')
      .onNull(`${name}.used_at`)
      .onNull(`${name}.ended_at`),
  );
  return query;
}
