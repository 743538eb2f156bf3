import type { Reader } from '../db/database.ts';
import { isWhole, type SetChange } from '../verbs/set-change.ts';
import { spelledTags } from './tag-store.ts';

/** A change of tags, each spelled as it is already where there is one. */
export async function spelledChange(db: Reader, tags?: SetChange<string>): Promise<SetChange<string> | undefined> {
  if (tags === undefined) return undefined;
  if (isWhole(tags)) return spelledTags(db, [...tags]);
  return {
    add: await spelledTags(db, [...(tags.add ?? [])]),
    remove: await spelledTags(db, [...(tags.remove ?? [])]),
  };
}
