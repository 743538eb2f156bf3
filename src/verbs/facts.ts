import type { Activity } from '../access/activity.ts';
import { withPlainLines } from '../text/text.ts';
import type { Facts, Written } from './action.ts';
import { fieldWords } from './field-words.ts';

/** The facts that are one for each tag. */
const TAG = 'tag:';

export const tagFact = (tag: string) => `${TAG}${tag}`;

/** The tag of a fact that is about one. */
export function tagOf(field: string): string | undefined {
  return field.startsWith(TAG) ? field.slice(TAG.length) : undefined;
}

export function tagFacts(tags: readonly string[]): Facts {
  return Object.fromEntries(tags.map((tag) => [tagFact(tag), true]));
}

/** What is written of a record that was not there before. */
export function writtenOfMade(activity: Activity = 'active'): Written {
  return { before: { activity: null }, after: { activity } };
}

/** Whether what was written made the record. */
export function isMade(before: Facts): boolean {
  return before.activity === null;
}

/** Whether the tag was there before something was taken back. */
export function hadTag(tag: string, value: unknown): string {
  return value === true ? `had the tag ${tag}` : `did not have the tag ${tag}`;
}

/** Only what differs between the two. */
export function differing(before: Facts, after: Facts): Written {
  const written: Written = { before: {}, after: {} };
  for (const field of Object.keys({ ...before, ...after })) {
    if (isSame(before[field], after[field])) continue;
    written.before[field] = before[field] ?? null;
    written.after[field] = after[field] ?? null;
  }
  return written;
}

/** What was written down before the ends of lines were kept in one way is the same with others. */
export function isSame(one: unknown, other: unknown): boolean {
  const [a, b] = [one ?? null, other ?? null];
  if (typeof a === 'string' && typeof b === 'string') return a === b || withPlainLines(a) === withPlainLines(b);
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Which fields they are. Those that are one for each group, tag or account are told by what they are, and who is named by their part. */
export function fieldsInWords(facts: Facts): string {
  const words = Object.keys(facts).map((field) => {
    if (field.startsWith('membership:')) return 'membership';
    const [name, ...part] = field.split(/:(.*)/s, 2);
    return [fieldWords(name.replace(/Id$/, '')), ...part].join(' ');
  });
  return [...new Set(words)].join(', ');
}
