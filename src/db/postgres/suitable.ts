import type { Knex } from 'knex';
import { CannotStart } from '../../process/cannot-start.ts';

/** The oldest that is kept by those who make it. */
const OLDEST = 14;
/** In every database of ours, all at once; those of migrations come a moment before, and are there as well where it was interrupted. */
const OURS = ['users', 'audit_events'];
const OF_MIGRATIONS = ['migrations', 'migrations_lock'];
const MOST_NAMED = 3;

/** What is looked at. */
export interface Found {
  name: string;
  user: string;
  version: number;
  encoding: string;
  schema: string | null;
  /** Whether it may make tables there. */
  may_make: boolean | null;
  has_trigrams: boolean;
  knows_trigrams: boolean;
  /** Whether it may switch on an extension. */
  may_extend: boolean;
  /** Those that no extension brought. */
  tables: string[];
}

const LOOK = `select current_database()::text as name, current_user::text as user,
  current_setting('server_version_num')::int / 10000 as version, current_setting('server_encoding') as encoding,
  current_schema()::text as schema, has_schema_privilege(current_schema(), 'create') as may_make,
  exists (select from pg_extension where extname = 'pg_trgm') as has_trigrams,
  exists (select from pg_available_extensions where name = 'pg_trgm') as knows_trigrams,
  has_database_privilege(current_database(), 'create') as may_extend,
  (select json_agg(relname::text order by relname) from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
      and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e'))::text as tables`;

/** Throws CannotStart, with a sentence for each thing, where Roster cannot begin in this database or go on in it. */
export async function requireSuitable(db: Knex): Promise<void> {
  const [{ tables, ...found }] = await db.raw(LOOK);
  const lines = objections({ ...found, tables: JSON.parse(tables ?? '[]') });
  if (lines.length > 0) throw new CannotStart(lines);
}

/** A sentence for each thing that is not as it must be. */
export function objections(found: Found): string[] {
  const { name, user, version, encoding, tables } = found;
  if (version < OLDEST) return [`the server is PostgreSQL ${version}, and Roster needs ${OLDEST} or newer`];
  if ([...OURS, ...OF_MIGRATIONS].every((table) => tables.includes(table))) return [];
  const lines: string[] = [];
  if (encoding !== 'UTF8')
    lines.push(`the database ${name} keeps texts in ${encoding}, and Roster needs UTF8: ${newDatabase(name)}`);
  const others = tables.filter((table) => !OF_MIGRATIONS.includes(table));
  if (others.length > 0)
    lines.push(
      `the database ${name} holds tables of another program (${named(others)}): give Roster one of its own, ${newDatabase('roster')}`,
    );
  if (!found.may_make)
    lines.push(`${user} may not make tables in the database ${name}: alter database ${name} owner to ${user}`);
  if (!found.has_trigrams && !found.knows_trigrams)
    lines.push('the server does not know the extension pg_trgm: install what its system calls postgresql-contrib');
  else if (!found.has_trigrams && !found.may_extend)
    lines.push(
      `${user} may not switch on the extension pg_trgm: as owner of the database ${name}, create extension pg_trgm`,
    );
  return lines;
}

export function newDatabase(name: string): string {
  return `create database ${name} encoding 'UTF8' template template0`;
}

function named(tables: string[]): string {
  const more = tables.length - MOST_NAMED;
  return tables.slice(0, MOST_NAMED).join(', ') + (more > 0 ? `, ${more} more` : '');
}
