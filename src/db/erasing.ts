import type { Reader, Transaction } from './contract.ts';
import { dialectOf } from './dialects.ts';
import { pieces, whereIdIn, whereRowIn } from './ids.ts';
import { type Found, type Kept, PERSONAL_DATA } from './personal-data.ts';

/** What finds people in texts. */
export interface Finder {
  spellings: string[];
  in(text: string): number | undefined;
  without(text: string): string;
}

type StoredRow = Record<string, string | number | null>;

/** Those whose rows others refer to come after these. */
const FIRST = ['outbox'];
const CHANGED_AT_ONCE = 500;

const ALL = Object.entries(PERSONAL_DATA) as [string, Kept][];
const IN_ORDER = [
  ...ALL.filter(([table]) => FIRST.includes(table)),
  ...ALL.filter(([table]) => !FIRST.includes(table)),
];

/** Removes what is theirs by their ids, or blanks it where the row stays, in every table. */
export async function eraseOwn(trx: Transaction, userIds: number[]): Promise<void> {
  for (const [table, { of, blanked }] of IN_ORDER) {
    if (!of) continue;
    const rows = whereIdIn(trx(table).where(of.where ?? {}), of.column, userIds);
    await (blanked ? rows.update(blanked) : rows.delete());
  }
}

/** Blanks what operations on them, and files that named them, keep of them. */
export async function eraseKeptOf(db: Reader, write: Write, userIds: number[]): Promise<void> {
  const operations = db('bulk_operations').where('subject_type', 'user').select('id');
  const items = whereIdIn(db('bulk_operation_items'), 'subject_id', userIds).whereIn('operation_id', operations);
  const blank = { reason: '', before: '{"erased":true}', after: '{}' };
  for (const some of pieces(await keysOf(db, 'bulk_operation_items', items), CHANGED_AT_ONCE))
    await write((trx) => whereKeys(trx, 'bulk_operation_items', some).update(blank));
  const imports = db('imports').where('kind', 'users').select('id');
  const plans = whereIdIn(db('import_plans'), 'subject_id', userIds).whereIn('import_id', imports);
  for (const some of pieces(await keysOf(db, 'import_plans', plans), CHANGED_AT_ONCE))
    await write((trx) => whereKeys(trx, 'import_plans', some).delete());
}

/** Runs in a transaction of its own, so that nobody is held up for long. */
export type Write = <T>(work: (trx: Transaction) => Promise<T>) => Promise<T>;

/** Looks through what others wrote for those whom it names, and takes that out. */
export async function eraseNamed(db: Reader, write: Write, finder: Finder): Promise<void> {
  if (finder.spellings.length === 0) return;
  for (const [table, { searched }] of IN_ORDER) {
    if (!searched) continue;
    const columns = Object.entries(searched) as [string, Found][];
    const names = columns.map(([column]) => column);
    const found = await keysOf(db, table, whereMayName(db(table), names, finder));
    for (const some of pieces(found, CHANGED_AT_ONCE))
      await write(async (trx) => {
        for (const key of some) await eraseIn(trx, table, columns, key, finder);
      });
  }
}

/** Rows in whose columns one of the spellings stands, within a word perhaps. */
export function whereMayName<T extends ReturnType<Reader>>(query: T, columns: string[], { spellings }: Finder): T {
  if (spellings.length === 0) query.where(query.client.raw('1 = 0'));
  const { holdsText } = dialectOf(query);
  query.where((any) => {
    for (const column of columns)
      for (const spelling of spellings) {
        const { sql, values } = holdsText('lower(??)', spelling);
        any.orWhereRaw(sql, [column, ...values] as string[]);
      }
  });
  return query;
}

/** As it stands now: it may have changed since it was found. */
async function eraseIn(
  trx: Transaction,
  table: string,
  columns: [string, Found][],
  key: Key,
  finder: Finder,
): Promise<void> {
  const row: StoredRow | undefined = await whereKeys(trx, table, [key]).first(columns.map(([column]) => column));
  if (!row) return;
  const changes: StoredRow = {};
  for (const [column, found] of columns) {
    const text = row[column];
    if (typeof text !== 'string') continue;
    const erased = erasedFrom(text, found, finder);
    if (erased === text) continue;
    if (found === 'row') {
      await whereKeys(trx, table, [key]).delete();
      return;
    }
    changes[column] = erased;
  }
  if (Object.keys(changes).length > 0) await whereKeys(trx, table, [key]).update(changes);
}

function erasedFrom(text: string, found: Found, finder: Finder): string | null {
  if (found === 'lines') return finder.without(text);
  const isNamed = namesSomebody(text, finder);
  if (found === 'not given' || found === 'row') return isNamed ? null : text;
  try {
    const value: unknown = JSON.parse(text);
    const changed = found === 'cells' ? withoutCells(value, finder) : withoutNames(value, finder);
    return JSON.stringify(changed) === JSON.stringify(value) ? text : JSON.stringify(changed);
  } catch {
    return isNamed ? '' : text;
  }
}

/** In the text as it stands, or in one that it holds as JSON. */
function namesSomebody(text: string, finder: Finder): boolean {
  if (finder.in(text) !== undefined) return true;
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(withoutNames(value, finder)) !== JSON.stringify(value);
  } catch {
    return false;
  }
}

function withoutNames(value: unknown, finder: Finder): unknown {
  if (typeof value === 'string') return finder.without(value);
  if (Array.isArray(value)) return value.map((part) => withoutNames(part, finder));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, part]) => [field, withoutNames(part, finder)]));
}

function withoutCells(value: unknown, finder: Finder): unknown {
  if (!Array.isArray(value)) return value;
  const texts = value.filter((cell) => typeof cell === 'string');
  if (texts.length === 0) return value.map((part) => withoutCells(part, finder));
  const isNamed = texts.some((cell) => finder.in(cell) !== undefined);
  return isNamed ? value.map((cell) => (typeof cell === 'string' ? '' : cell)) : value;
}

type Key = StoredRow;

async function keysOf(db: Reader, table: string, query: ReturnType<Reader>): Promise<Key[]> {
  return (await query.select(await dialectOf(db).copying.keyOf(db, table))) as Key[];
}

function whereKeys(trx: Transaction, table: string, keys: Key[]) {
  const columns = Object.keys(keys[0]);
  return whereRowIn(
    trx(table),
    table,
    columns,
    keys.map((key) => columns.map((column) => key[column])),
  );
}
