import { Malformed } from '../verbs/refusals.ts';

/** How deep what programs send may be nested. */
const DEEPEST = 12;

/** Level by level, so that what is very deep costs nothing. Throws Malformed. */
export function requireBounded(body: unknown): void {
  let level = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) throw new Malformed(`What is sent is at most ${DEEPEST} deep.`);
    for (const one of level) if (typeof one === 'string') requireText(one);
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
}

/** Throws Malformed for what no database keeps as it is. */
export function requireText(text: string): void {
  if (text.includes('\0')) throw new Malformed('A text has no NUL character in it.');
  // JSON can say one, UTF-8 cannot: it would be kept as another character, the same one for all of them.
  if (!text.isWellFormed()) throw new Malformed('A text has no half of a surrogate pair in it.');
}
