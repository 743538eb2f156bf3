import { jest } from '@jest/globals';

const MARKS = /[\p{M}\uff9e\uff9f]+/gu;

export interface Normalising extends Disposable {
  /** Letters in the longest text that was put into a normal form. */
  longest: number;
  /** The same of what was put into the form of keys, in which one letter may become eighteen. */
  longestKey: number;
  /** The most marks on one letter of it: the time that normalising takes grows with their square. */
  marks: number;
}

/** Watches what the program gives to Unicode's normal forms, until it is disposed of. */
export function watchNormalising(): Normalising {
  const normalize = String.prototype.normalize;
  const spy = jest.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form?: string) {
    const text = String(this);
    seen.longest = Math.max(seen.longest, text.length);
    if (form === 'NFKC') seen.longestKey = Math.max(seen.longestKey, text.length);
    for (const [marks] of text.matchAll(MARKS)) seen.marks = Math.max(seen.marks, marks.length);
    return normalize.call(text, form);
  });
  const seen: Normalising = { longest: 0, longestKey: 0, marks: 0, [Symbol.dispose]: () => spy.mockRestore() };
  return seen;
}
