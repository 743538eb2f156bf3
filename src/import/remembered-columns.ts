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
  const { called, has } = COLUMNS[kind];
  const query = db('import_columns').where({ user_id: userId, kind }).select('head', 'meaning');
  const rows: { head: string; meaning: string }[] = await whereIdIn(query, 'head', heads.map(keyOf));
  const said = new Map(rows.map(({ head, meaning }) => [head, meaning]));
  const meanings = heads.map((head): ColumnKey | null => {
    const meaning = said.get(keyOf(head)) ?? called(head) ?? NOT_IMPORTED;
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
  const said = new Map(heads.map((head, n) => [keyOf(head), meanings[n] ?? NOT_IMPORTED]));
  const rows = [...said].map(([head, meaning]) => ({ user_id: userId, kind, head, meaning }));
  await trx('import_columns').insert(rows);
}
