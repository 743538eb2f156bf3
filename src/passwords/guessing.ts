import type { Estimate } from './guesser.ts';

/** By the beginning of the text, and by words that somebody who knows its owner would try. */
export async function estimate(text: string, personal: string[]): Promise<Estimate> {
  const { guess } = await import('./guesser.ts');
  return guess(text, personal);
}
