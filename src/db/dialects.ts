import type { Knex } from 'knex';
import type { Dialect } from './dialect.ts';
import { postgresDialect } from './postgres/dialect.ts';
import { sqliteDialect } from './sqlite/dialect.ts';

export function dialectOf({ client }: Pick<Knex, 'client'>): Dialect {
  return client.dialect === 'postgresql' ? postgresDialect : sqliteDialect;
}
