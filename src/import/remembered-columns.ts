import type { Reader, Transaction } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { fold } from '../text/text.ts';
import { COLUMNS, type ColumnKey, type ImportKindName, type Meanings } from './columns.ts';

const LONGEST_HEAD = 200;
const NOT_IMPORTED = '';
const keyOf = (head: string) => fold(head).slice(0, LONGEST_HEAD);

/** Whose memory it is, and of which files. */
interface Rememberer {
  userId: number;
  kind: ImportKindName;
}

/** What the columns mean by what this person said of such columns before, or else by what they are called. */
export async function rememberedMeanings(db: Reader, { userId, kind }: Rememberer, heads: string[]): Promise<Meanings> {
  const { meaningsOf, has } = COLUMNS[kind];
  const query = db('import_columns').where({ user_id: userId, kind }).select('head', 'meaning');
  const rows: { head: string; meaning: string }[] = await whereIdIn(query, 'head', heads.map(keyOf));
  const said = new Map(rows.map(({ head, meaning }) => [head, meaning]));
  const called = meaningsOf(heads);
  const meanings = heads.map((head, n): ColumnKey | null => {
    const remembered = said.get(keyOf(head));
    // Without their emails nobody new is in a file: that one of another kind went without is no reason.
    const isOwed = remembered === NOT_IMPORTED && (called[n] === 'email' || called[n] === 'emails');
    const meaning = (isOwed ? undefined : remembered) ?? called[n] ?? NOT_IMPORTED;
    return has(meaning) ? meaning : null;
  });
  // Two that mean the same are for a person to tell apart.
  return meanings.map((key, n) => (meanings.indexOf(key) < n ? null : key));
}

export async function rememberMeanings(
  trx: Transaction,
  { userId, kind }: Rememberer,
  heads: string[],
  meanings: Meanings,
): Promise<void> {
  const own = () => trx('import_columns').where({ user_id: userId, kind });
  await whereIdIn(own(), 'head', heads.map(keyOf)).delete();
  const called = COLUMNS[kind].meaningsOf(heads);
  const said = new Map<string, string>();
  for (const [n, head] of heads.entries()) {
    const meaning = meanings[n];
    // Of what another column of this file means it is not said what it means in the next one.
    const isSaid = meaning !== null || called[n] === null || !meanings.includes(called[n]);
    if (isSaid && !said.get(keyOf(head))) said.set(keyOf(head), meaning ?? NOT_IMPORTED);
  }
  const rows = [...said].map(([head, meaning]) => ({ user_id: userId, kind, head, meaning }));
  if (rows.length > 0) await trx('import_columns').insert(rows);
}
