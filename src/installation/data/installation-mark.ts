import { randomInt } from 'node:crypto';
import type { Transaction } from '../../db/database.ts';

/** Consonants make no words, and letters alone are for no spreadsheet program a number, a day or a time. */
const LETTERS = 'bcdfghjklmnpqrstvwxz';
const LENGTH = 16;

/** What files that come from this data are known by: the ids in them mean these records and no others. Anybody may know it. */
export async function installationMark(trx: Transaction): Promise<string> {
  const known = await trx('installation_mark').first('mark');
  if (known) return known.mark;
  const mark = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  await trx('installation_mark').insert({ only: 1, mark });
  return mark;
}

/** Files that were made before are those of another from now on: after a restore their ids may come to mean other records. */
export async function forgetMark(trx: Transaction): Promise<void> {
  await trx('installation_mark').delete();
}
