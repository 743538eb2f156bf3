import { TooManyRequests } from '../../verbs/refusals.ts';

/** Each holds up everybody else a little. */
const MOST_AT_ONCE = 4;
const TRY_AGAIN_AFTER = 30;

/** Runs it where not too many of its kind run already. */
export type OneOfFew = <T>(work: () => Promise<T>) => Promise<T>;

export function fewAtOnce(kind: string): OneOfFew {
  let running = 0;
  return async (work) => {
    if (running >= MOST_AT_ONCE)
      throw new TooManyRequests(TRY_AGAIN_AFTER, `${MOST_AT_ONCE} ${kind} are running already. Wait for one to end.`);
    running++;
    try {
      return await work();
    } finally {
      running--;
    }
  };
}
