import { fold, type Sought } from './text.ts';

const DIGITS = /[0-9]+/g;
/** Stands in no folded text, and before every letter that may. */
const AFTERWARDS = '\u0001';

/**
 * What a name is sorted by, wherever it stands: compared letter by letter, in the program and in any database, it puts `user2`
 * before `user10`. It is the folded text, in which every number is written after its length and without the zeros before it.
 * These are told at the end, so that no two texts have one key that are told apart when folded.
 */
export function sortKey(text: string): string {
  const folded = fold(text);
  const zeros: string[] = [];
  const key = folded.replace(DIGITS, (digits) => {
    const number = digits.replace(/^0+(?=[0-9])/, '');
    zeros.push('0'.repeat(digits.length - number.length));
    return `${lengthOf(number)}${number}`;
  });
  return zeros.some(Boolean) ? `${key}${AFTERWARDS}${zeros.join(',')}` : key;
}

/** How long a number is, so that a longer one stands later: a digit below nine, or a nine, then the same of the length itself. */
function lengthOf(number: string): string {
  if (number.length < 9) return String(number.length);
  const length = String(number.length);
  return `9${lengthOf(length)}${length}`;
}

/** Between which keys all names stand that begin with what was typed, in whichever way they are folded. */
export function keysOfBegun(typed: Sought): { first: string; last: string } {
  // What follows may be part of a number, or of a letter that is written out: where what was typed is, the last way has it so.
  const sure = typed
    .at(-1)!
    .replace(/(?<![0-9])[0-9]+$/, '')
    .replace(/(?<=[aou])[ea].*$/s, '')
    // Where one apostrophe or hyphen was typed, another may stand.
    .replace(/['-].*$/s, '');
  const [first] = sortKey(sure).split(AFTERWARDS);
  return { first, last: `${first}\u{10ffff}` };
}

/** In the order of their names; those called alike stay as they are. */
export function sortedByName<T>(all: readonly T[], nameOf: (one: T) => string): T[] {
  if (all.length < 2) return [...all];
  return all
    .map((one) => ({ one, key: knownKey(nameOf(one)) }))
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ one }) => one);
}

/** Those that were asked for last: mostly the same few names are sorted again and again. */
const known = new Map<string, string>();
const MOST_KNOWN = 1_000;

function knownKey(name: string): string {
  let key = known.get(name);
  if (key === undefined) {
    key = sortKey(name);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(name, key);
  }
  return key;
}
