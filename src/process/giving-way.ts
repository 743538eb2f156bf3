import { setImmediate as turnOfOthers } from 'node:timers/promises';

/** So long what goes on in between stands back at a time, in milliseconds: where more is asked for than can be answered, it goes on all the same. */
const STANDS_BACK = 10;
/** Whoever waits for longer waits for something else: a file that is long, a slow line, a hash. */
const SHORT = 150;

/** What goes on for longer without a pause makes one where it can, in milliseconds. */
const LONG = 3;

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
  do await turnOfOthers();
  while (isAnyAwaited() && performance.now() < until);
}

/** When the answer at work was begun, or went on after a pause. */
let begun = 0;

/** An answer is worked on from now on. */
export function begin(): void {
  begun = performance.now();
}

/**
 * Lets others have their turn where an answer has been worked on for long. A page is made in one go, which no longer takes long once it was made
 * some times; the first after a start takes many times as long. Says whether they had it.
 */
export async function breathe(): Promise<boolean> {
  if (performance.now() - begun < LONG) return false;
  await turnOfOthers();
  begin();
  return true;
}

function isAnyAwaited(): boolean {
  const since = performance.now() - SHORT;
  for (const one of waiting) if (one.since > since) return true;
  return false;
}
