import { dictionary } from '@zxcvbn-ts/language-common';
import { fold } from '../text.ts';

/** Without a second factor (NIST SP 800-63B-4, 3.1.1.2). */
export const SHORTEST_PASSWORD = 15;
/** Far above what anyone types; a megabyte is refused before any work is done with it (R10). */
export const LONGEST_PASSWORD = 256;

const COMMON = new Set(dictionary['passwords-common'].map((password) => String(password)));

/** One form for all ways to type the same password (NIST SP 800-63B-4, 3.1.1.2). */
export function normalized(password: string): string {
  return password.normalize('NFKC');
}

/**
 * Why this password will not do, in words for the person who chose it; undefined when it will.
 * No rules of composition: long, not well known, and not about the person is all that is asked.
 * `personal`: the names, addresses and product names that it must not consist of.
 */
export function passwordProblem(password: string, personal: string[]): string | undefined {
  const text = normalized(password);
  const length = [...text].length;
  if (length < SHORTEST_PASSWORD)
    return length === 0
      ? 'Choose a password.'
      : `Too short: ${SHORTEST_PASSWORD - length} more ${SHORTEST_PASSWORD - length === 1 ? 'character' : 'characters'}, ${SHORTEST_PASSWORD} in all. Three or four unrelated words do well.`;
  if (length > LONGEST_PASSWORD) return `Too long: at most ${LONGEST_PASSWORD} characters.`;
  if (isCommon(text)) return 'This password is among those that attackers try first. Choose another.';
  if (isPersonal(text, personal))
    return 'This is little more than a name or address of yours. Choose something unrelated to you.';
  return undefined;
}

function isCommon(text: string): boolean {
  const lower = text.toLowerCase();
  return COMMON.has(lower) || COMMON.has(lower.replace(/[\d\W_]+$/u, ''));
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
  user: { name: string; email: string; contactName?: string | null },
  instanceName: string,
): string[] {
  const [local, domain = ''] = user.email.split('@');
  const whole = [user.name, user.email, local, domain, user.contactName ?? '', instanceName, 'roster'];
  return [...whole, ...whole.flatMap((text) => text.split(/[\s._+@-]+/))];
}
