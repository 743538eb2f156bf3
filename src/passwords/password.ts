import { fold, normalizedAs } from '../text/text.ts';
import { estimate, isCommon } from './guessing.ts';

/** Without a second factor (NIST SP 800-63B-4, 3.1.1.2). */
const SHORTEST_PASSWORD = 15;
/** Beside a second factor (R1). */
export const SHORTEST_BESIDE_FACTOR = 8;
/** Far above what anyone types; a megabyte is refused before any work is done with it (R10). */
export const LONGEST_PASSWORD = 256;
const TOO_LONG = `Too long: at most ${LONGEST_PASSWORD} characters.`;

/** The decimal logarithm of the guesses that a password must withstand. Three unrelated words take ten thousand times as many. */
const LEAST_GUESSES = 9;
/** Characters in no order count ten guesses each, so that the shortest of them could not withstand more (R1). */
const leastGuesses = (shortest: number) => Math.min(LEAST_GUESSES, shortest - 1);

const WEAK: Record<string, string> = {
  repeat: 'It repeats itself, so it is guessed quickly. Three or four unrelated words do well.',
  sequence: 'It follows a sequence, so it is guessed quickly. Three or four unrelated words do well.',
  spatial: 'It follows the keys of a keyboard, so it is guessed quickly. Three or four unrelated words do well.',
};
const WELL_KNOWN = 'It is made of what attackers try first. Three or four unrelated words do well.';

/** How many characters it needs, at least. */
export function shortestFor({ hasFactor }: { hasFactor: boolean }): number {
  return hasFactor ? SHORTEST_BESIDE_FACTOR : SHORTEST_PASSWORD;
}

/** Whether a password is long enough to let somebody in without a second factor. */
export function isLongEnoughAlone(password: string): boolean {
  return [...normalized(password)].length >= SHORTEST_PASSWORD;
}

/** One form for all ways to type the same password (NIST SP 800-63B-4, 3.1.1.2). */
export function normalized(password: string): string {
  return normalizedAs('NFKC', password);
}

/**
 * Why this password will not do, in words for the person who chose it; undefined when it will.
 * No rules of composition: long, hard to guess, and not about the person is all that is asked (R4, R5, R92).
 * `personal`: the names, addresses and product names that it must not consist of.
 */
export async function passwordProblem(
  password: string,
  personal: string[],
  shortest = SHORTEST_PASSWORD,
): Promise<string | undefined> {
  // Before any work is done with it. What is longer than this is too long in every form.
  if (password.length > LONGEST_PASSWORD * 8) return TOO_LONG;
  const text = normalized(password);
  const length = [...text].length;
  if (length < shortest)
    return length === 0
      ? 'Choose a password.'
      : `Too short: ${shortest - length} more ${shortest - length === 1 ? 'character' : 'characters'}, ${shortest} in all. Three or four unrelated words do well.`;
  if (length > LONGEST_PASSWORD) return TOO_LONG;
  if (await isCommon(text)) return 'This password is among those that attackers try first. Choose another.';
  if (isPersonal(text, personal))
    return 'This is little more than a name or address of yours. Choose something unrelated to you.';
  const least = leastGuesses(shortest);
  const { guesses, pattern } = await estimate(text, personal);
  if (guesses < least) return WEAK[pattern] ?? WELL_KNOWN;
  // What stands between its parts does not make a pattern harder to guess.
  const bare = text.replace(/[^\p{L}\p{N}]+/gu, '');
  const within = bare === text ? undefined : await estimate(bare, personal);
  return within && within.guesses < least ? WEAK[within.pattern] : undefined;
}

/** What is left without the personal words is only digits and punctuation. */
function isPersonal(text: string, personal: string[]): boolean {
  let rest = fold(text);
  const words = personal.map(fold).filter((word) => word.length > 2);
  for (const word of words.sort((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '');
  return rest !== fold(text) && !/\p{L}/u.test(rest);
}

/** The words that a password of this person must not consist of (R5). */
export function personalWords(
  user: { name: string; email: string | null; contactName?: string | null },
  instanceName: string,
): string[] {
  const [local, domain = ''] = (user.email ?? '').split('@');
  const whole = [user.name, user.email ?? '', local, domain, user.contactName ?? '', instanceName, 'roster'];
  return [...whole, ...whole.flatMap((text) => text.split(/[\s._+@-]+/))];
}
