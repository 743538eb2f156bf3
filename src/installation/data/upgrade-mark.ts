import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from './whole-file.ts';

/** An upgrade that was begun: what it was to do, and the backup of the data as it was before. */
const mark = z.object({ migrations: z.array(z.string()), backup: z.string() });
type Mark = z.infer<typeof mark>;

/** From the backup before an upgrade until all of it is done. */
export function noteUpgrade(dataDir: string, begun: Mark): void {
  writeWhole(markFile(dataDir), JSON.stringify(begun));
}

/**
 * Whether an upgrade that was begun stopped half-way, and the backup from before it is still there: no version has served the data since,
 * and each start that tries again would make one more of data in between, until the one that is needed is pruned.
 */
export function isHalfUpgraded(dataDir: string, pending: string[]): boolean {
  const begun = readMark(dataDir);
  return begun !== undefined && begun.migrations.indexOf(pending[0]) > 0 && existsSync(begun.backup);
}

export function forgetUpgrade(dataDir: string): void {
  rmSync(markFile(dataDir), { force: true });
}

function readMark(dataDir: string): Mark | undefined {
  try {
    return mark.parse(JSON.parse(readFileSync(markFile(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}

function markFile(dataDir: string): string {
  return join(dataDir, 'upgrading');
}
