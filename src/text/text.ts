/**
 * As many marks on one letter as any script needs (UAX #15, Stream-Safe Text Format). Normalising sorts the marks of a letter, which takes
 * time that grows with their square: a hundred thousand take seconds.
 */
const TOO_MANY_MARKS = /([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu;

/** The text in a normal form of Unicode, of which no letter keeps more than 30 marks. */
export function normalizedAs(form: 'NFC' | 'NFKC' | 'NFKD', text: string): string {
  return text.replace(TOO_MANY_MARKS, '$1').normalize(form);
}

/** With the ends of lines that JSON and most files have. Browsers send others: a text that nobody changed is to be the same, whatever it went through. */
export function withPlainLines(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

const LETTERS: Record<string, string> = { ł: 'l', ø: 'o', ß: 'ss', đ: 'd', ı: 'i', æ: 'ae', œ: 'oe', ς: 'σ' };

/** What needs no more than to be written small. */
const FOLDS_EASILY = /^(?:[!-~]+(?: [!-~]+)*)?$/;

/** Folds text for search and for sorting: case, accents and letters with strokes no longer matter. */
export function fold(text: string): string {
  if (FOLDS_EASILY.test(text)) return text.toLowerCase();
  return normalizedAs('NFKD', text)
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[łøßđıæœς]/g, (letter) => LETTERS[letter])
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

const UNSEEN = /[\0-\x08\x0e-\x1f\x7f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/** Without what programs put between and around texts, and nobody sees: marks of directions as well. Joiners are parts of words. */
export function withoutUnseen(text: string): string {
  return text.replace(UNSEEN, '');
}

/** What needs no more than to be written small to be searched in. */
const IS_SEARCHED_EASILY = /^(?:[!-_a-~]+(?: [!-_a-~]+)*)?$/;

/** The text with one apostrophe and one hyphen for all that are typed for them: nobody remembers which of them stands in a name. */
function signsAlike(text: string): string {
  return text.replace(/[‘’‛ʼʻ′´`]/g, "'").replace(/[\u2010-\u2015\u2212]/g, '-');
}

/** What somebody typed or pasted to look for it, folded: no name has in it what nobody sees. */
export function foldTyped(text: string): string {
  return foldSearched(withoutUnseen(text));
}

function foldSearched(text: string): string {
  return fold(signsAlike(text));
}

/** How letters are written by people who have no key for them. */
const WRITTEN_OUT: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' };

/** Both ways in which a text is folded, where they differ: `muller` and `mueller` mean Müller. */
export function foldings(text: string): string[] {
  if (IS_SEARCHED_EASILY.test(text)) return [text.toLowerCase()];
  const [plain, writtenOut] = [foldSearched(text), foldWrittenOut(text)];
  return plain === writtenOut ? [plain] : [plain, writtenOut];
}

function foldWrittenOut(text: string): string {
  return foldSearched(
    normalizedAs('NFC', text)
      .toLowerCase()
      .replace(/[äöüåø]/g, (letter) => WRITTEN_OUT[letter]),
  );
}

/** Stands around each part of a search text that is a name, so that what begins with something can be looked for as well. */
export const MARK = '\n';
/** The same around each address and whatever else follows the names. */
export const LATER_MARK = '\t';

/** What stands in a search text where names end and something follows them. */
export const END_OF_NAMES = MARK + LATER_MARK;

/** What a search looks at: names, and what follows them, each in both foldings. */
export function searchText(names: string[], later: string[] = []): string {
  return marked(names, MARK) + marked(later, LATER_MARK);
}

function marked(texts: string[], mark: string): string {
  return texts.length === 0 ? '' : mark + texts.flatMap(foldings).join(mark) + mark;
}

/** Something that is looked for, folded, in each of the ways in which it may be written: who types "Müller" means whoever is called `mueller` as well. */
export type Sought = readonly string[];

/**
 * The words of a search, in whatever list; "Müller, Jörg" means both words, unless nothing but commas was typed. Undefined where
 * nothing was typed; none at all where folding leaves nothing of it, as of marks without a letter: that stands nowhere.
 */
export function searchedWords(text: string): Sought[] | undefined {
  if (text.trim() === '') return undefined;
  const words = wordsIn(text, /[ ,;]+/);
  return words.length > 0 ? words : wordsIn(text, / +/);
}

/** All that somebody typed, for whom it names wholly or begins to name. */
export function searchedWhole(text: string): Sought {
  return foldings(withoutUnseen(text));
}

/** Written in another way a word stays one: both ways have as many. */
function wordsIn(text: string, between: RegExp): Sought[] {
  const [plain, others = plain] = searchedWhole(text).map((one) => one.split(between).filter(Boolean));
  return plain.map((word, n) => (word === others[n] ? [word] : [word, others[n]]));
}

export interface Part {
  text: string;
  isMatch: boolean;
}

/**
 * Puts texts into parts, so that a page can mark where a search found its folded words. Of the texts of one row each word is marked once,
 * where it is first found: more would tell nothing, and a page of rows by one letter would be a tenth larger.
 */
export function marking(words: readonly Sought[] = []): (text: string) => Part[] {
  let left = words;
  return (text) => {
    if (left.length === 0) return [{ text, isMatch: false }];
    const both = foldedBoth(text);
    const isMatch = new Uint8Array(both[0].letters.length);
    const found = left.filter((word) => both.some((one) => word.some((way) => markFirst(one, way, isMatch))));
    if (found.length === 0) return [{ text, isMatch: false }];
    left = left.filter((word) => !found.includes(word));
    joinMarks(both[0].letters, isMatch);
    const parts: Part[] = [];
    for (const [at, letter] of Array.from(both[0].letters).entries()) {
      const last = parts.at(-1);
      if (last?.isMatch === Boolean(isMatch[at])) last.text += letter;
      else parts.push({ text: letter, isMatch: Boolean(isMatch[at]) });
    }
    return parts;
  };
}

function markFirst({ folded, letters, origin }: Folded, word: string, isMatch: Uint8Array): boolean {
  const from = folded.indexOf(word);
  if (from === -1) return false;
  let [first, end] = [origin[from], origin[from + word.length - 1] + 1];
  while (isJoined(letters, first)) first--;
  while (isJoined(letters, end)) end++;
  isMatch.fill(1, first, end);
  return true;
}

const IS_SPOKEN = /[\p{L}\p{N}]/u;

/** What parts two words and is none itself is marked with them: one mark says what two would. */
function joinMarks(letters: ArrayLike<string>, isMatch: Uint8Array): void {
  for (let at = isMatch.indexOf(1); at !== -1; ) {
    const end = isMatch.indexOf(0, at);
    const next = end === -1 ? -1 : isMatch.indexOf(1, end);
    if (next === -1) return;
    let gap = end;
    while (gap < next && !IS_SPOKEN.test(letters[gap])) gap++;
    if (gap === next) isMatch.fill(1, end, next);
    at = next;
  }
}

/** Marks, joiners and shades of skin, which are one sign with what stands before them. */
const JOINED = /^(?:\p{M}|\u200d|[\u{1f3fb}-\u{1f3ff}])/u;

/** Whether a letter is drawn as one with that before it: parted by the end of a mark, both would look otherwise. */
function isJoined(letters: ArrayLike<string>, at: number): boolean {
  return at > 0 && at < letters.length && (JOINED.test(letters[at]) || letters[at - 1] === '\u200d');
}

function foldedBoth(text: string): Folded[] {
  return PLAIN.test(text) ? [foldedPlain(text)] : [foldSearched, foldWrittenOut].map((by) => foldedByLetter(text, by));
}

/** What folding does nothing to but write it small. */
const LONGEST_PLAIN = 1_000;
const PLAIN = new RegExp(`^[ -_a-~]{0,${LONGEST_PLAIN}}$`);

interface Folded {
  folded: string;
  letters: ArrayLike<string> & Iterable<string>;
  /** For each place of what is folded, which letter it came from. */
  origin: ArrayLike<number>;
}

function foldedPlain(text: string): Folded {
  return { folded: text.toLowerCase(), letters: text, origin: SAME };
}

/** What is folded may be longer or shorter than what it came from: each folded letter remembers its own. */
function foldedByLetter(text: string, foldOne: (letter: string) => string): Folded {
  const letters = [...text];
  let folded = '';
  const origin: number[] = [];
  for (const [at, letter] of letters.entries())
    for (const one of /\s/.test(letter) ? ' ' : foldOne(letter)) {
      folded += one;
      for (let unit = 0; unit < one.length; unit++) origin.push(at);
    }
  return { folded, letters, origin };
}

const SAME = new Uint16Array(LONGEST_PLAIN).map((_, at) => at);

/** A whole number with separators between the thousands. The library of the language takes long to load, and for each number. */
export function grouped(number: number): string {
  if (number < 1_000) return String(number);
  return `${grouped(Math.floor(number / 1_000))},${String(number % 1_000).padStart(3, '0')}`;
}

/** "3 users", "1 user": a number with its noun, the number with separators. */
export function counted(number: number, singular: string, plural = `${singular}s`): string {
  return `${grouped(number)} ${number === 1 ? singular : plural}`;
}

/** How much of a whole a part is: 0 % and 100 % only where it is none or all of it. */
export function share(part: number, whole: number): string {
  if (part === whole) return '100 %';
  const percent = Math.floor((part / whole) * 100);
  return percent === 0 && part > 0 ? 'less than 1 %' : `${percent} %`;
}

/** "3 users were", "1 user was": as a sentence about them begins. */
export function were(number: number, singular: string): string {
  return `${counted(number, singular)} ${number === 1 ? 'was' : 'were'}`;
}

/** The first of the texts with commas, and how many more there are; of many, no more of them need be told than are said. */
export function shortened(texts: string[], most: number, number = texts.length): string {
  const rest = number - most;
  return `${texts.slice(0, most).join(', ')}${rest > 0 ? ` and ${grouped(rest)} more` : ''}`;
}

/** Whether every word of the text stands somewhere in the name. */
export function isNamed(name: string, text: string): boolean {
  return fitTo(text)(name) !== undefined;
}

/**
 * How well names fit what was typed: 2 for the whole of one, 1 for its beginning, 0 where every word of it stands somewhere in the name, and
 * undefined where not.
 */
export function fitTo(text: string): (name: string) => 0 | 1 | 2 | undefined {
  const typed = searchedWhole(text);
  const words = searchedWords(text) ?? ANYTHING;
  return (name) => {
    const folded = foldings(name);
    if (!standIn(words, folded)) return undefined;
    if (typed.some((way) => folded.includes(way))) return 2;
    return typed.some((way) => folded.some((one) => one.startsWith(way))) ? 1 : 0;
  };
}

function standIn(words: readonly Sought[], folded: string[]): boolean {
  return words.length > 0 && words.every((word) => word.some((way) => folded.some((one) => one.includes(way))));
}

/** Stands in every text. */
export const ANYTHING: readonly Sought[] = [['']];
