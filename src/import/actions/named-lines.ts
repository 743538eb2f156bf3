import type { Reader } from '../../db/database.ts';
import { identityKey } from '../../text/identity-key.ts';
import { COLUMNS } from '../columns.ts';
import type { Import } from '../import.ts';
import { findUncertain } from '../import-plan-store.ts';
import { findLines } from '../import-store.ts';
import { importedRow } from '../imported-row.ts';

/**
 * The keys of all names and emails in lines that are refused, or meant nobody when they were looked at: whoever is called so by now is
 * in the file all the same. Piece by piece.
 */
export async function* uncertainKeys(db: Reader, { id, choices }: Import): AsyncGenerator<string[]> {
  for (let after = 0; ; ) {
    const uncertain = await findUncertain(db, id, after);
    if (uncertain.length === 0) return;
    for (const [piece, those] of Map.groupBy(uncertain, (one) => one.piece)) {
      const lines = new Set(those.map(({ line }) => line));
      const rows = (await findLines(db, id, piece))
        .filter(({ line }) => lines.has(line))
        .map((raw) => importedRow(raw, choices!.meanings, COLUMNS.users));
      yield rows.flatMap(({ values: { name, email } }) => [name ?? [], email ?? []].flat().map(identityKey));
    }
    after = uncertain.at(-1)!.line;
  }
}
