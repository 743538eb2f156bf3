import type { RequestHandler } from 'express';
import { awaited, begin as beginAnswer, breathe } from '../../process/giving-way.ts';

/**
 * Begins one request in each turn of the event loop. Most of a page is made without waiting for anything, so that many which come at
 * once would be made in one go, and whatever else is due, short answers and timers, would stand behind all of them.
 */
export function oneEachTurn(): RequestHandler {
  const waiting: (() => void)[] = [];
  let isTaken = false;
  const begin = (next: () => void) => {
    setImmediate(() => {
      const following = waiting.shift();
      if (following) begin(following);
      else isTaken = false;
    });
    beginAnswer();
    next();
  };
  return (_req, _res, next) => {
    if (isTaken) waiting.push(next);
    else {
      isTaken = true;
      begin(next);
    }
  };
}

/** Has what goes on in between stand back as long as somebody waits for an answer. */
export function beforeLongWork(): RequestHandler {
  return (_req, res, next) => {
    res.once('close', awaited());
    next();
  };
}

/** Lets others have their turn where it took long to get here, as it does for the first request after a start. */
export function pause(): RequestHandler {
  return async (_req, _res, next) => {
    await breathe();
    next();
  };
}
