import type { Reader } from './database.ts';
import { selectIds } from './ids.ts';

const SHORTEST_INDEXED = 3;

/**
 * The ids of all users whose search text holds every one of the folded words.
 * Words of three letters and more go through the trigram index, which keeps no positions: so each is asked for
 * as the set of its trigrams, and the text itself is looked at again.
 */
export async function findUserIdsByText(db: Reader, words: string[]): Promise<number[]> {
  if (words.length === 0) return [];
  const query = db('users').select('users.id');
  const trigrams = words.filter((word) => [...word].length >= SHORTEST_INDEXED).flatMap(trigramsOf);
  if (trigrams.length > 0)
    query
      .join('users_search', 'users_search.rowid', 'users.id')
      .whereRaw('users_search match ?', [
        trigrams.map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND '),
      ]);
  for (const word of words) query.whereRaw('instr(users.search_text, ?) > 0', [word]);
  return selectIds(db, query);
}

function trigramsOf(word: string): string[] {
  const letters = [...word];
  return letters.slice(2).map((_, at) => letters.slice(at, at + 3).join(''));
}
