import { passwordProblem } from './password.ts';

export interface Strength {
  /** From 0 to 4. */
  score: number;
  words: string;
}

const WORDS = ['Very easy to guess', 'Easy to guess', 'Could be harder to guess', 'Good', 'Strong'];
/** Estimating takes longer the longer the text, and every page waits meanwhile. */
const LOOKED_AT = 40;

let estimator: Promise<(password: string, personal: string[]) => number> | undefined;

/** How hard the password is to guess, with what is missing in plain words. What is refused scores 0 or 1. */
export async function strengthOf(password: string, personal: string[]): Promise<Strength> {
  if (password === '') return { score: 0, words: '' };
  estimator ??= loadEstimator();
  const estimate = await estimator;
  const score = estimate(password.slice(0, LOOKED_AT), personal);
  const problem = passwordProblem(password, personal);
  return problem
    ? { score: Math.min(score, 1), words: problem }
    : { score: Math.max(score, 2), words: WORDS[Math.max(score, 2)] };
}

/** The word lists take a moment to load, and most requests never need them. */
async function loadEstimator() {
  const { ZxcvbnFactory } = await import('@zxcvbn-ts/core');
  const { adjacencyGraphs, dictionary } = await import('@zxcvbn-ts/language-common');
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: LOOKED_AT });
  return (password: string, personal: string[]) => zxcvbn.check(password, personal).score;
}
