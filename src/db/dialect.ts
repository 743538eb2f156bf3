import type { Knex } from 'knex';
import type { Sought } from '../text/text.ts';
import type { Copying } from './copying.ts';

/** A piece of a statement, with the values that go into it. */
export interface Piece {
  sql: string;
  values: unknown[];
}

/** What one database says otherwise than the other, named by what it means. */
export interface Dialect {
  copying: Copying;
  /** Of every row of a query what this expression is, as one list in JSON. */
  listed(expression: string): string;
  /** Several expressions as one list in JSON. */
  tuple(expressions: string[]): string;
  /** That a column is one of a set of any size, which goes along as one value. */
  isAmong(column: string, set: (number | string)[]): Piece;
  /** The same where the column must not be looked up in an index. */
  isAmongUnindexed(column: string, set: (number | string)[]): Piece;
  /** Selects rows of values of these columns of a table, which go along as one value. */
  rowsFor(table: string, columns: string[], rows: unknown[][]): Piece;
  /** Selects rows to be inserted into a table, which go along as one value. */
  newRows(table: string, rows: object[]): Piece;
  /** To run after rows whose ids were given: those that are not given follow on to them. */
  followsOn?: (table: string) => Piece;
  /** A text as it comes back. */
  kept(text: string): string;
  /** A place for a value in an expression that says nothing of its type. */
  placeFor(value: unknown): string;
  /** A number as the statement itself says it, of a column of numbers or of flags. */
  numberSaid(number: number): string;
  /** That one text stands in another. */
  holdsText(text: string, word: string): Piece;
  /** Joins to a table what finds, by an index, the rows in whose search text all of these words stand, each in one of the ways in which it may be written. Says whether there is an index for any of them. */
  findByText(query: Knex.QueryBuilder, table: 'users' | 'contacts', words: readonly Sought[]): boolean;
  /** What of a user's text is made of the name: its last mark meets the first of the email. */
  nameText: string;
  /** Whether it compiles a statement anew for each value that its plan may go by. */
  plansByValues: boolean;
  /** Where it does not begin with the first migration, but with what a number of them came to. */
  beginsWithBaseline: boolean;
  /** Whether it finds the row past which a list goes on by all columns of an index; else by the first, and passes by all rows that are alike in that. */
  seeksByRow: boolean;
  /** Waits for the migrations of another process, where the database itself does not. What it gives ends the lock. */
  lockMigrations?: (writer: Knex) => Promise<() => Promise<void>>;
  /** Counts under each key how many lines have it, and keeps the first of them. */
  countedOccurrences(importId: number, occurrences: [key: string, line: number][], named: number): Piece;
}
