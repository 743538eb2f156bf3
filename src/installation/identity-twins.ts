import { literal, whereNotDeleted } from '../db/conditions.ts';
import type { Reader } from '../db/database.ts';

/** Two who have one key since such keys became one: the older has it, the twin is known by its own spelling alone. */
export interface Twins {
  what: 'name' | 'email' | 'group';
  older: { id: number; written: string };
  twin: { id: number; written: string };
}

const COLUMNS = [
  { what: 'name', table: 'users', column: 'name' },
  { what: 'email', table: 'users', column: 'email' },
  { what: 'group', table: 'groups', column: 'name' },
] as const;

interface TwinRow {
  id: number;
  written: string;
  older_id: number;
  older_written: string;
}

/** All of them, for whoever is to rename them. */
export async function findTwins(db: Reader): Promise<Twins[]> {
  const found: Twins[] = [];
  for (const { what, table, column } of COLUMNS) {
    const rows: TwinRow[] = await db(`${table} as twin`)
      .join(`${table} as older`, (join) =>
        join.on(`older.${column}_key`, `twin.${column}_key`).andOn(`older.${column}_twin`, '<', `twin.${column}_twin`),
      )
      .where(`twin.${column}_twin`, '<>', literal(db, 0))
      .modify(whereNotDeleted, 'twin')
      .modify(whereNotDeleted, 'older')
      .select('twin.id', `twin.${column} as written`, 'older.id as older_id', `older.${column} as older_written`);
    // Sorted here: for an order by id the database would go through everybody instead of the few twins.
    rows.sort((a, b) => a.id - b.id || a.older_id - b.older_id);
    for (const { id, written, older_id, older_written } of rows)
      found.push({ what, older: { id: older_id, written: older_written }, twin: { id, written } });
  }
  return found;
}
