/** How hard a text is to guess. */
export interface Estimate {
  /** From 0 to 4. */
  score: number;
  /** The decimal logarithm of the number of guesses. */
  guesses: number;
  /** What a guesser would make most of it from. */
  pattern: string;
}

type Estimator = (text: string, personal: string[]) => Estimate;

/** Estimating takes longer the longer the text, up to some hundredths of a second, and every page waits meanwhile. */
const LOOKED_AT = 30;

let estimator: Promise<Estimator> | undefined;

/** By the beginning of the text. The word lists take a moment to load, and most requests never need them. */
export async function estimate(text: string, personal: string[]): Promise<Estimate> {
  estimator ??= loadEstimator();
  return (await estimator)(text.slice(0, LOOKED_AT), personal);
}

async function loadEstimator(): Promise<Estimator> {
  const { ZxcvbnFactory } = await import('@zxcvbn-ts/core');
  const { adjacencyGraphs, dictionary } = await import('@zxcvbn-ts/language-common');
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: LOOKED_AT });
  return (text, personal) => {
    const { score, guessesLog10, sequence } = zxcvbn.check(text, personal);
    const longest = sequence.toSorted((a, b) => b.token.length - a.token.length)[0];
    return { score, guesses: guessesLog10, pattern: longest?.pattern ?? '' };
  };
}
