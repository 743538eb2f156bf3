const TINTS = 12;
/** What stands before a letter without being seen: marks of direction, marks on nothing. */
const UNSEEN = /^[\p{C}\p{M}]+/u;

/** What most names are: nothing in it has to be looked at closely. */
const PLAIN = /^([a-z0-9])[a-z0-9]*(?:[ ._-]+([a-z0-9])[a-z0-9 ._-]*)?$/i;

/** The one or two letters that stand for a user where there is no room for the name; without a letter, what is seen first. */
export function initials(name: string): string {
  const plain = PLAIN.exec(name);
  if (plain) return (plain[1] + (plain[2] ?? '')).toUpperCase();
  const words = name.split(/[\s._-]+/).map((word) => word.replace(UNSEEN, ''));
  const letters = words
    .filter((word) => /^[\p{L}\p{N}]/u.test(word))
    .map((word) => String.fromCodePoint(word.codePointAt(0)!));
  if (letters.length > 0) return letters.slice(0, 2).join('').toUpperCase();
  return /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? firstSeen(name) ?? '?';
}

function firstSeen(name: string): string | undefined {
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(name)) if (/[^\s\p{C}\p{M}]/u.test(segment)) return segment;
  return undefined;
}

/** One of twelve colours, as a class; always the same for the same user, whatever they are called. */
export function tint(id: number): string {
  return `tint-${id % TINTS}`;
}
