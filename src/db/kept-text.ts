import type { Reader } from './database.ts';
import { dialectOf } from './dialects.ts';

/** A text as the database will give it back: some of what strangers type cannot be written into it. */
export function asKept(db: Reader, text: string): string {
  return dialectOf(db).kept(text);
}
