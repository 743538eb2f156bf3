import type { Sought } from '../../text/text.ts';
import { BitSet } from '../sets/bit-set.ts';
import { IdSet } from '../sets/id-set.ts';
import { TextPool } from './text-pool.ts';

/** So many searches are kept and follow every change. */
const KEPT = 64;
const ASCII = 128;

/** The ids whose text has a certain letter, or two certain letters beside each other. */
interface Letters {
  set: IdSet;
  /** The number of the text that was taken in last; a text has most letters more than once. */
  last: number;
}

/** Those who are found by every one of these words, in whichever way it is written, and nobody by none at all; in a set of its own. */
export function foundByAll(words: readonly Sought[], find: (way: string) => BitSet): BitSet {
  const [first = new BitSet(), ...others] = words.map(([way, ...ways]) =>
    ways.reduce((found, one) => found.unite(find(one)), ways.length > 0 ? find(way).copy() : find(way)),
  );
  const found = first.copy();
  for (const other of others) found.intersect(other);
  return found;
}

/**
 * The texts of ids, to be searched for whatever stands anywhere in them. For every letter and every two letters beside each
 * other it keeps who has them: that answers the shortest searches, and leaves few texts to be looked at for longer ones.
 */
export class TextIndex {
  private readonly texts = new TextPool();
  private readonly ascii: (Letters | undefined)[] = new Array(ASCII * ASCII);
  private readonly others = new Map<number, Letters>();
  private readonly kept = new Map<string, BitSet>();
  private number = 0;

  /** The text of an id from now on; an empty one is never found. Returns whether it is another one. */
  set(id: number, text: string): boolean {
    const old = this.texts.of(id);
    if (old === text) return false;
    if (old !== '') this.forget(id, old, text);
    this.texts.set(id, text);
    this.number++;
    this.eachLetters(text, (letters) => {
      if (letters.last === this.number) return;
      letters.last = this.number;
      if (old === '' || !letters.set.has(id)) letters.set.add(id);
    });
    for (const [search, found] of this.kept)
      if (text.includes(search)) found.add(id);
      else found.delete(id);
    return true;
  }

  /** Everything in whose text the search stands, which is not empty. Not to be changed. */
  find(search: string): BitSet {
    const found = this.kept.get(search) ?? this.look(search);
    this.kept.delete(search);
    this.kept.set(search, found);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!);
    return found;
  }

  /** The same where it stands before a mark, in a set of its own. */
  findBefore(mark: string, search: string): BitSet {
    const found = this.find(search).copy();
    this.texts.keepHolding(found, search, mark);
    return found;
  }

  private look(search: string): BitSet {
    const sets: IdSet[] = [];
    for (const key of keysOf(search)) {
      const letters = this.lettersOf(key);
      if (!letters) return new BitSet();
      sets.push(letters.set);
    }
    sets.sort((a, b) => a.size - b.size);
    const found = sets[0].toBits();
    for (const set of sets.slice(1)) set.restrict(found);
    if (search.length > 2) this.texts.keepHolding(found, search);
    return found;
  }

  /** Takes an id from the letters that its new text does not have. */
  private forget(id: number, old: string, text: string): void {
    const remaining = new Set([...lettersIn(text)]);
    for (const key of new Set(lettersIn(old))) if (!remaining.has(key)) this.lettersOf(key)!.set.delete(id);
  }

  private eachLetters(text: string, visit: (letters: Letters) => void): void {
    let before = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      visit(this.madeLetters(0, code));
      if (before !== 0) visit(this.madeLetters(before, code));
      before = code;
    }
  }

  private lettersOf(key: number): Letters | undefined {
    const [before, code] = [key >>> 16, key & 0xffff];
    return before < ASCII && code < ASCII ? this.ascii[before * ASCII + code] : this.others.get(key);
  }

  private madeLetters(before: number, code: number): Letters {
    if (before < ASCII && code < ASCII) {
      this.ascii[before * ASCII + code] ??= { set: new IdSet(), last: 0 };
      return this.ascii[before * ASCII + code]!;
    }
    const key = keyOf(before, code);
    const found = this.others.get(key) ?? { set: new IdSet(), last: 0 };
    this.others.set(key, found);
    return found;
  }
}

function keyOf(before: number, code: number): number {
  return before * 0x1_0000 + code;
}

/** The letters and pairs of letters of a text, as often as they stand in it. */
function* lettersIn(text: string): Generator<number> {
  for (let at = 0; at < text.length; at++) {
    yield keyOf(0, text.charCodeAt(at));
    if (at > 0) yield keyOf(text.charCodeAt(at - 1), text.charCodeAt(at));
  }
}

/** What a text must have in order to hold the search. */
function keysOf(search: string): Iterable<number> {
  return new Set(search.length === 1 ? lettersIn(search) : [...lettersIn(search)].filter((key) => key > 0xffff));
}
