import { createHash } from 'node:crypto';
import { Malformed } from '../verbs/refusals.ts';

/** What names a state of what is at an address (RFC 9110, section 8.8.3). */
export interface EntityTag {
  /** Said to be as good as another, and not the very same. */
  isWeak: boolean;
  text: string;
}

const HASHED = 12;

/** Names everything else that an answer says, beside the version of what it is about. */
export function tagText(version: number | string, said: string): string {
  return `${version}.${createHash('sha256').update(said).digest('base64url').slice(0, HASHED)}`;
}

/** What If-Match or If-None-Match names: whatever there is, or a list (RFC 9110, section 13.1). Throws Malformed. */
export function tagsIn(header: string, name: string): 'any' | EntityTag[] {
  if (header.trim() === '*') return 'any';
  const tags: EntityTag[] = [];
  // What stands before the next comma, which a tag may hold as well; an empty place in a list is none.
  const one = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;
  while (one.lastIndex < header.length) {
    const found = one.exec(header);
    if (!found) throw malformed(name);
    if (found[2] !== undefined) tags.push({ isWeak: found[1] !== undefined, text: found[2] });
  }
  if (tags.length === 0) throw malformed(name);
  return tags;
}

function malformed(name: string): Malformed {
  return new Malformed(`${name} is *, or ETags in quotes with commas between: "5", "6".`);
}

/** Whether who asks has this already: a comparison in which weak ones are as good (RFC 9110, section 13.1.2). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = tagsIn(ifNoneMatch, 'If-None-Match');
  return tags === 'any' || tags.some(({ text }) => `"${text}"` === etag.replace(/^W\//, ''));
}
