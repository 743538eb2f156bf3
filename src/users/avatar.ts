const TINTS = 12;

/** The one or two letters that stand for a user where there is no room for the name. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.slice(0, 2).map((word) => String.fromCodePoint(word.codePointAt(0)!));
  return letters.length > 0 ? letters.join('').toUpperCase() : '?';
}

/** One of twelve colours, as a class; always the same for the same user, whatever they are called. */
export function tint(id: number): string {
  return `tint-${id % TINTS}`;
}
