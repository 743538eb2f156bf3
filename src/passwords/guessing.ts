/** How hard a text is to guess. */
export interface Estimate {
  /** From 0 to 4. */
  score: number;
  /** The decimal logarithm of the number of guesses. */
  guesses: number;
  /** What a guesser would make most of it from. */
  pattern: string;
}

/** By the beginning of the text, and by words that somebody who knows its owner would try. */
export async function estimate(text: string, personal: string[]): Promise<Estimate> {
  const { guess } = await import('./guesser.ts');
  return guess(text, personal);
}
