import { whereNotDeleted } from '../db/conditions.ts';
import { type Reader, type Transaction, violatedUnique } from '../db/database.ts';
import { pieces, whereIdIn } from '../db/ids.ts';
import { type Errors, FieldErrors } from '../forms/form.ts';
import { hasLookAlikes, identityKey } from '../text/identity-key.ts';

/** What is the only one among those who are not deleted. */
const UNIQUE_COLUMNS = ['name_key', 'email_key', 'contact_id'] as const;
type UniqueColumn = (typeof UNIQUE_COLUMNS)[number];

export type Columns = Record<string, unknown>;

/** A row as it is to be inserted, with the keys under which it must be the only one. */
export type NewRow = Columns & { [K in UniqueColumn]?: string | number | null };

/** Throws FieldErrors where the database refused what is written because it is another's. */
export async function unlessTaken<T>(columns: Columns, write: () => PromiseLike<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const violated = violatedUnique(error);
    const column = UNIQUE_COLUMNS.find((one) => violated === `users.${one}`);
    if (column) throw new FieldErrors(takenError(column, columns));
    throw error;
  }
}

/** What of these rows, all of which were refused, is another's. */
export async function takenAmong(trx: Transaction, refused: NewRow[]): Promise<(row: NewRow) => Errors> {
  const taken = new Map<UniqueColumn, Set<unknown>>();
  for (const column of UNIQUE_COLUMNS) {
    const keys = refused.flatMap((row) => row[column] ?? []);
    const users = trx('users').modify(whereNotDeleted);
    taken.set(column, new Set(keys.length > 0 ? await whereIdIn(users, column, keys).pluck(column) : []));
  }
  return (row) =>
    Object.assign(
      {},
      ...UNIQUE_COLUMNS.filter((column) => taken.get(column)!.has(row[column])).map((column) =>
        takenError(column, row),
      ),
    );
}

function takenError(column: UniqueColumn, { name, email }: Columns): Errors {
  if (column === 'name_key') return { name: takenMessage('name', String(name)) };
  if (column === 'email_key') return { email: takenMessage('email', String(email)) };
  return { contactId: 'Another user is linked to this contact already.' };
}

/** What is said of a name or an email that another user has. */
export function takenMessage(field: 'name' | 'email', text: string): string {
  return hasLookAlikes(text)
    ? `This ${field} looks like that of another user: some of its letters are of another alphabet.`
    : `Another user has this ${field} already.`;
}

/**
 * Of these deleted or deactivated users, those whom the database would not let be active again, with what stands in the
 * way: a name, email or contact that an existing user, or an earlier one of the set, has.
 */
export async function findTaken(db: Reader, ids: number[]): Promise<Map<number, string>> {
  const taken = new Map<number, string>();
  const words = { name_key: 'the name', email_key: 'the system email', contact_id: 'the linked contact' };
  for (const [column, what] of Object.entries(words)) {
    const seen = new Set<string | number>();
    for (const some of pieces(ids)) {
      const rows = await db('users as restored')
        .leftJoin('users as other', (join) =>
          join.on(`other.${column}`, `restored.${column}`).andOnNull('other.deleted_from'),
        )
        .whereIn('restored.id', some)
        .where('restored.activity', 'deleted')
        .whereNotNull(`restored.${column}`)
        .select('restored.id', `restored.${column} as value`, 'other.id as other_id');
      for (const { id, value, other_id } of rows) {
        if (other_id !== null || seen.has(value)) taken.set(id, taken.get(id) ?? what);
        else seen.add(value);
      }
    }
  }
  return taken;
}

/** Of these words those by which somebody else is known here by now. */
export async function findNamesInUse(db: Reader, words: string[]): Promise<Set<string>> {
  const keys = [...new Set(words.map(identityKey))];
  const inUse: string[] = [];
  for (const column of ['name_key', 'email_key'])
    inUse.push(...(await whereIdIn(db('users').modify(whereNotDeleted), column, keys).pluck(column)));
  const used = new Set(inUse);
  return new Set(words.filter((word) => used.has(identityKey(word))));
}
