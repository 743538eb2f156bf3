import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reader } from '../../db/database.ts';
import type { ErasedUser } from '../../erasure/erasing.ts';
import { findErased } from '../../users/user-store.ts';
import { writeWhole } from '../data/whole-file.ts';
import { backupsFolder } from './backups.ts';

/** Beside backups: who is to be erased again when one of them is restored. */
export const ERASED_LIST = 'erased-users.txt';

const HEAD =
  '# Users who were erased: id, when they were made, when they were erased. A restore erases them again. Keep it beside the backups.';
const LINE = /^([1-9]\d{0,14}) (\S+Z) (\S+Z)$/;

/** Those that the list in a folder names; none where there is no list. */
export function readErasedList(folder: string): ErasedUser[] {
  const file = join(folder, ERASED_LIST);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .flatMap((line) => {
      const [, id, createdAt, erasedAt] = LINE.exec(line.trim()) ?? [];
      return id === undefined ? [] : [{ id: Number(id), createdAt, erasedAt }];
    });
}

/** Nobody is ever taken from it: an older backup still holds them. */
export function addToErasedList(folder: string, erased: ErasedUser[]): void {
  const known = readErasedList(folder);
  const all = new Map([...known, ...erased].map((one) => [`${one.id} ${one.createdAt}`, one]));
  if (all.size === known.length) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lines = [...all.values()].map(({ id, createdAt, erasedAt }) => `${id} ${createdAt} ${erasedAt}`);
  writeWhole(join(folder, ERASED_LIST), [HEAD, ...lines, ''].join('\n'));
}

/** Beside the backups that the server makes. */
export async function keepErasedList(db: Reader, dataDir: string): Promise<void> {
  const erased = await findErased(db);
  if (erased.length > 0) addToErasedList(backupsFolder(dataDir), erased);
}
