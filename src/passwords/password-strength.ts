import { estimate } from './guessing.ts';
import { passwordProblem } from './password.ts';

export interface Strength {
  /** From 0 to 4. */
  score: number;
  words: string;
}

const WORDS = ['Very easy to guess', 'Easy to guess', 'Could be harder to guess', 'Good', 'Strong'];

/** How hard the password is to guess, with what is missing in plain words. What is refused scores 0 or 1. */
export async function strengthOf(password: string, personal: string[], shortest?: number): Promise<Strength> {
  if (password === '') return { score: 0, words: '' };
  const { score } = await estimate(password, personal);
  const problem = await passwordProblem(password, personal, shortest);
  return problem
    ? { score: Math.min(score, 1), words: problem }
    : { score: Math.max(score, 2), words: WORDS[Math.max(score, 2)] };
}
