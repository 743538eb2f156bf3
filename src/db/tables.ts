import { AUDIT } from './tables/audit.ts';
import type { Column } from './tables/columns.ts';
import { GROUPS } from './tables/groups.ts';
import { HOUSE } from './tables/house.ts';
import { OPERATIONS } from './tables/operations.ts';
import { PEOPLE } from './tables/people.ts';
import { PROGRAMS } from './tables/programs.ts';
import { SIGN_IN } from './tables/sign-in.ts';
import { STAYING } from './tables/staying.ts';

/** Every table that Roster reads and writes, with its columns; a test compares them with the schema. */
export const TABLES = {
  ...PEOPLE,
  ...GROUPS,
  ...SIGN_IN,
  ...AUDIT,
  ...OPERATIONS,
  ...PROGRAMS,
  ...STAYING,
  ...HOUSE,
} as const;

type Tables = typeof TABLES;

/** What a left join gives of a row that may be missing. */
export type Left<Joined> = { [Name in keyof Joined]: Joined[Name] | null };

/** A row of the table as the database gives it: the store makes of it what the domain knows. */
export type Row<Table extends keyof Tables> = {
  -readonly [Name in keyof Tables[Table]]: Tables[Table][Name] extends Column<infer T> ? T : never;
};
