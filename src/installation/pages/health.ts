import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import type { AppContext } from '../../app-context.ts';
import { instant } from '../../clock.ts';
import { refusalOfDisk } from '../data/disk-room.ts';
import { beat } from '../heartbeat.ts';

/** Whoever watches may ask as often as they like: a look is a write, and creating users would wait for it. Milliseconds. */
const LOOK_EVERY = 1_000;
/** A look that has to wait for others who write is no reason to keep whoever watches waiting. */
const ANSWERS_WITHIN = 50;

/**
 * 200 while the database can be read and written and the disk takes more, 503 otherwise; what was found holds for a second, for all who
 * ask, and for as long as the next look takes. Only a database that was taken away is seen at once.
 */
export function health(app: AppContext): RequestHandler {
  let last: { at: number; isWell: Promise<boolean>; isOver: boolean } | undefined;
  let wasWell: boolean | undefined;
  function current(): Promise<boolean> {
    if (last && (!last.isOver || performance.now() - last.at < LOOK_EVERY)) return last.isWell;
    const begun = { at: performance.now(), isWell: look(app), isOver: false };
    last = begun;
    begun.isWell = begun.isWell.then((isWell) => {
      begun.isOver = true;
      wasWell = isWell;
      return isWell;
    });
    return begun.isWell;
  }
  return async (_req, res) => {
    const found = current();
    const isWell =
      wasWell === undefined ? await found : await Promise.race([found, sleep(ANSWERS_WITHIN, wasWell, { ref: false })]);
    if (isWell && !app.db.isGone()) res.json({ status: 'ok', database: 'ok' });
    else res.status(503).json({ status: 'failing', database: 'failing' });
  };
}

async function look(app: AppContext): Promise<boolean> {
  try {
    await beat(app.db, instant(app.clock()));
    const refusal = refusalOfDisk(app.config.dataDir);
    if (refusal) app.logger.error({ err: refusal }, 'the disk takes nothing more');
    return refusal === undefined;
  } catch (error) {
    app.logger.error({ err: error }, 'the database does not answer');
    return false;
  }
}
