import type { Estimate } from './guesser.ts';

/** Whether it is one of those that attackers try first, or such a one with digits and signs behind it. */
export async function isCommon(text: string): Promise<boolean> {
  const { COMMON } = await import('./guesser.ts');
  const lower = text.toLowerCase();
  return COMMON.has(lower) || COMMON.has(lower.replace(/(?<![\d\W_])[\d\W_]+$/u, ''));
}

/** By the beginning of the text, and by words that somebody who knows its owner would try. */
export async function estimate(text: string, personal: string[]): Promise<Estimate> {
  const { guess } = await import('./guesser.ts');
  return guess(text, personal);
}
