// Loaded when the first password is estimated: its word lists take a moment, and most requests never need them.
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/** How hard a text is to guess. */
export interface Estimate {
  /** From 0 to 4. */
  score: number;
  /** The decimal logarithm of the number of guesses. */
  guesses: number;
  /** What a guesser would make most of it from. */
  pattern: string;
}

/** Estimating takes longer the longer the text, up to some hundredths of a second, and every page waits meanwhile. */
const LOOKED_AT = 30;

export const COMMON = new Set(dictionary['passwords-common'].map((password) => String(password)));

const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: LOOKED_AT });

/** By the beginning of the text. */
export function guess(text: string, personal: string[]): Estimate {
  const { score, guessesLog10, sequence } = zxcvbn.check(text.slice(0, LOOKED_AT), personal);
  const longest = sequence.toSorted((a, b) => b.token.length - a.token.length)[0];
  return { score, guesses: guessesLog10, pattern: longest?.pattern ?? '' };
}
