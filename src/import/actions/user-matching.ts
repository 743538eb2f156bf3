import type { Reader } from '../../db/database.ts';
import { identityKey } from '../../text/identity-key.ts';
import { findUserIdsByIdentifier } from '../../users/user-lookup.ts';
import { findUserNames } from '../../users/user-store.ts';
import type { ImportChoices } from '../import.ts';
import type { ImportedRow } from '../imported-row.ts';
import { type LineKey, lineKeys } from './import-kind.ts';

/** Whom each line means, where anybody. */
export async function findMatches(
  db: Reader,
  rows: ImportedRow[],
  { by, mark }: Pick<ImportChoices, 'by' | 'mark'>,
): Promise<Map<ImportedRow, number>> {
  const found = new Map<ImportedRow, number>();
  const own = rows.filter(({ from }) => from?.mark === mark);
  const known = await findUserNames(
    db,
    own.map(({ from }) => from!.id),
  );
  for (const row of own) if (known.has(row.from!.id)) found.set(row, row.from!.id);
  const others = rows.filter((row) => !found.has(row) && row.values[by]);
  const ids = await findUserIdsByIdentifier(db, [...new Set(others.map(({ values }) => String(values[by])))]);
  for (const row of others) {
    const id = ids.get(String(row.values[by]));
    if (id !== undefined) found.set(row, id);
  }
  return found;
}

/** Under what a line would clash with another one, by what they have in common. */
export function keysOf({ values }: ImportedRow, id: number | undefined): LineKey[] {
  const [name, email] = [String(values.name ?? ''), String(values.email ?? '')];
  const keys = [
    { what: 'email', key: identityKey(email) },
    { what: 'name', key: identityKey(id === undefined ? name || nameOutOf(email) : name) },
    { what: 'user', key: id === undefined ? '' : String(id) },
  ];
  return lineKeys(keys);
}

/** The name of a new user of whom only the email is said. */
export function nameOutOf(email: string): string {
  return email.split('@')[0];
}
