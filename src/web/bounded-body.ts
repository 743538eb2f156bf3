import { Malformed } from '../verbs/refusals.ts';

/** How deep what programs send may be nested. */
const DEEPEST = 12;

/** Level by level, so that what is very deep costs nothing. Throws Malformed. */
export function requireBounded(body: unknown): void {
  let level = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) throw new Malformed(`What is sent is at most ${DEEPEST} deep.`);
    if (level.some((one) => typeof one === 'string' && one.includes('\0')))
      throw new Malformed('A text has no NUL character in it.');
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
}
