/** Somebody who was erased, and what they were called. */
export interface Erased {
  userId: number;
  words: string[];
}

/** Shorter words say too much else: they are found where a text is nothing but that. */
const SHORTEST_WITHIN = 3;

/** Not within another word, nor within another address. */
const BEFORE = '(?<![\\p{L}\\p{N}_@+-]|[\\p{L}\\p{N}]\\.)';
const AFTER = '(?![\\p{L}\\p{N}_@+-]|\\.[\\p{L}\\p{N}])';

/** What is said in the place of whoever was erased. */
export function erasedName(userId: number): string {
  return `erased user ${userId}`;
}

/** Finds those who were erased in what others wrote. */
export class NamedPersons {
  /** As the database may look for them before they are looked at closely: without big letters of the Latin alphabet. */
  readonly spellings: string[];
  readonly #byWord = new Map<string, number>();
  readonly #within: RegExp | undefined;

  constructor(erased: Erased[]) {
    for (const { userId, words } of erased)
      for (const word of words.flatMap(inAddresses)) this.#byWord.set(word.toLowerCase(), userId);
    const words = [...this.#byWord.keys()].sort((a, b) => b.length - a.length);
    this.spellings = [...new Set(words.flatMap((word) => [word, word.toUpperCase()].map(inSmallLatin)))];
    const long = words.filter((word) => word.length >= SHORTEST_WITHIN).map(escaped);
    this.#within = long.length > 0 ? new RegExp(`${BEFORE}(${long.join('|')})${AFTER}`, 'iu') : undefined;
  }

  /** Who is named in a text; undefined where nobody is. */
  in(text: string): number | undefined {
    const whole = this.#byWord.get(text.trim().toLowerCase());
    if (whole !== undefined) return whole;
    const found = this.#within?.exec(text)?.[1];
    return found === undefined ? undefined : this.#byWord.get(found.toLowerCase());
  }

  /** The text with another name in the place of each line that names somebody. */
  without(text: string): string {
    return text
      .split('\n')
      .map((line) => {
        const userId = this.in(line);
        return userId === undefined ? line : erasedName(userId);
      })
      .join('\n');
  }
}

/** An email stands in addresses of pages as well. */
function inAddresses(word: string): string[] {
  return [...new Set([word, encodeURIComponent(word)])];
}

function inSmallLatin(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
