import { setImmediate as turn } from 'node:timers/promises';

/** So long what goes on in between stands back at a time, in milliseconds: where more is asked for than can be answered, it goes on all the same. */
const STANDS_BACK = 10;
/** Whoever waits for longer waits for something else: a file that is long, a slow line, a hash. */
const SHORT = 150;

/** Since when each request that is not answered yet is waited for. */
const waiting = new Set<{ readonly since: number }>();

/** Somebody waits for an answer from now on; what is returned says that they have it. */
export function awaited(): () => void {
  const one = { since: performance.now() };
  waiting.add(one);
  return () => waiting.delete(one);
}

/** Lets others have their turn, and whoever waits for an answer have it before what calls this goes on. */
export async function giveWay(): Promise<void> {
  const until = performance.now() + STANDS_BACK;
  do await turn();
  while (isAnyAwaited() && performance.now() < until);
}

function isAnyAwaited(): boolean {
  const since = performance.now() - SHORT;
  for (const one of waiting) if (one.since > since) return true;
  return false;
}
