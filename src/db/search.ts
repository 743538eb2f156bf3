import type { Knex } from 'knex';
import type { Reader } from './database.ts';
import { selectIds } from './ids.ts';

const SHORTEST_INDEXED = 3;

/** What of a user's text is made of the name: its last mark meets the first of the email. */
const NAME_TEXT = 'substr(users.search_text, 1, instr(users.search_text, char(10, 9)))';

/**
 * The ids of all users in whose name every one of the folded words stands, or in name or email.
 * Words of three letters and more go through the trigram index, which keeps no positions: so each is asked for
 * as the set of its trigrams, and the text itself is looked at again.
 */
export async function findUserIdsByText(db: Reader, words: string[], looksAtEmails: boolean): Promise<number[]> {
  if (words.length === 0) return [];
  const query = db('users').select('users.id');
  const matching = matchOf(words);
  if (matching)
    query.join('users_search', 'users_search.rowid', 'users.id').whereRaw('users_search match ?', [matching]);
  const text = looksAtEmails ? 'users.search_text' : NAME_TEXT;
  for (const word of words) query.whereRaw(`instr(${text}, ?) > 0`, [word]);
  return selectIds(db, query);
}

/** Restricts a query to rows whose text holds every one of the folded words. Looks at each row. */
export function whereTextHolds<T extends Knex.QueryBuilder>(query: T, column: string, words: string[]): T {
  for (const word of words) query.whereRaw('instr(??, ?) > 0', [column, word]);
  return query;
}

function trigramsOf(word: string): string[] {
  const letters = [...word];
  return letters.slice(2).map((_, at) => letters.slice(at, at + 3).join(''));
}

/**
 * The ids of the contacts whose search text holds every one of the folded words, whoever may see them. Undefined where
 * there are more than `most`, or where no word is long enough for the index: then it is quicker to look at each text.
 */
export async function findContactIdsByText(db: Reader, words: string[], most: number): Promise<number[] | undefined> {
  const matching = matchOf(words);
  if (!matching) return undefined;
  const query = db('contacts')
    .join('contacts_search', 'contacts_search.rowid', 'contacts.id')
    .whereRaw('contacts_search match ?', [matching])
    .select('contacts.id')
    .limit(most + 1);
  whereTextHolds(query, 'contacts.search_text', words);
  const ids = await selectIds(db, query);
  return ids.length > most ? undefined : ids;
}

/** All trigrams of all words; undefined where no word has one. */
function matchOf(words: string[]): string | undefined {
  const trigrams = words.filter((word) => [...word].length >= SHORTEST_INDEXED).flatMap(trigramsOf);
  if (trigrams.length === 0) return undefined;
  return trigrams.map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');
}
