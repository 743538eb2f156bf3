import type { Knex } from 'knex';
import type { Sought } from '../text/text.ts';
import type { Reader } from './database.ts';
import type { Piece } from './dialect.ts';
import { dialectOf } from './dialects.ts';
import { selectIds, wherePiece } from './ids.ts';

/**
 * The ids of all users in whose name every one of the folded words stands, or in name or email.
 * Words of three letters and more go through an index of their trigrams, and the text itself is looked at again.
 */
export async function findUserIdsByText(
  db: Reader,
  words: readonly Sought[],
  looksAtEmails: boolean,
): Promise<number[]> {
  if (words.length === 0) return [];
  const { findByText, nameText } = dialectOf(db);
  const query = db('users').select('users.id');
  findByText(query, 'users', words);
  const text = looksAtEmails ? 'users.search_text' : nameText;
  for (const word of words) wherePiece(query, holdingAny(query, text, word));
  return selectIds(db, query);
}

/** Restricts a query to rows whose text holds every one of the folded words. Looks at each row. */
export function whereTextHolds<T extends Knex.QueryBuilder>(query: T, column: string, words: readonly Sought[]): T {
  for (const word of words) {
    const { sql, values } = holdingAny(query, '??', word);
    wherePiece(query, { sql, values: values.flatMap((value) => [column, value]) });
  }
  return query;
}

/** Restricts a query to rows whose text ends so. Looks at each row. */
export function whereTextEnds<T extends Knex.QueryBuilder>(query: T, column: string, end: string): T {
  query.whereRaw("?? like ? escape '!'", [column, `%${end.replaceAll(/[!%_]/g, '!$&')}`]);
  return query;
}

/**
 * The ids of the contacts whose search text holds every one of the folded words, whoever may see them. Undefined where
 * there are more than `most`, or where no word is long enough for the index: then it is quicker to look at each text.
 */
export async function findContactIdsByText(
  db: Reader,
  words: readonly Sought[],
  most: number,
): Promise<number[] | undefined> {
  const query = db('contacts')
    .select('contacts.id')
    .limit(most + 1);
  if (!dialectOf(db).findByText(query, 'contacts', words)) return undefined;
  whereTextHolds(query, 'contacts.search_text', words);
  const ids = await selectIds(db, query);
  return ids.length > most ? undefined : ids;
}

/** That a text holds a word, in one of the ways in which it may be written. */
function holdingAny(query: Knex.QueryBuilder, text: string, word: Sought): Piece {
  const ways = word.map((way) => dialectOf(query).holdsText(text, way));
  return { sql: `(${ways.map(({ sql }) => sql).join(' or ')})`, values: ways.flatMap(({ values }) => values) };
}
