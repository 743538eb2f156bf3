import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';

/** In milliseconds. */
const LOOKS_EVERY = 1_000;
/** Of the time since the last look. */
const MOST_AT_WORK = 0.1;
/** Looks in a row that found little to do: a pause between two pages is none. */
const RESTED = 15;
/** Looks from the first of these until V8 has given all back. */
const DONE = 45;
/** Of what the old generation may grow by until it is tidied, in percent. */
const GROWS_BY = 8;

/**
 * Has the room of a load given back once it is over. V8 would do that some seconds later by itself, a little at a time, but waits for
 * something of Chromium to tell how fast it makes garbage, and in Node nothing tells it; where it is to save memory it does not ask. While
 * there is work it may not, since it would then collect twice as often; so it is told so for half a minute after each load.
 */
export function giveBackWhenIdle(): void {
  const look = idleWatch(setFlagsFromString);
  let since = performance.eventLoopUtilization();
  setInterval(() => {
    const until = performance.eventLoopUtilization();
    look(performance.eventLoopUtilization(until, since).utilization);
    since = until;
  }, LOOKS_EVERY).unref();
}

/** Takes which part of the time there was work, and sets the flag where that makes it another one. */
export function idleWatch(setFlag: (flag: string) => void): (atWork: number) => void {
  let rest = 0;
  return (atWork) => {
    const before = rest;
    rest = atWork <= MOST_AT_WORK ? rest + 1 : 0;
    if (isSaving(rest) !== isSaving(before)) setFlag(isSaving(rest) ? '--memory-saver-mode' : '--no-memory-saver-mode');
  };
}

function isSaving(rest: number): boolean {
  return rest >= RESTED && rest < DONE;
}

/**
 * Has the old generation tidied when it has grown by less than it may, until what is returned is called: a long work leaves behind what
 * lived for as long as one of its pieces, and nothing stays of it. Each tidying takes as long as ever, so a page is not worth more of them.
 */
export function tidiedSooner(setFlag: (flag: string) => void = setFlagsFromString): () => void {
  const tidyAt = (percent: number) => {
    for (const trigger of ['soft', 'hard']) setFlag(`--incremental-marking-${trigger}-trigger=${percent}`);
  };
  tidyAt(GROWS_BY);
  return () => tidyAt(0);
}
