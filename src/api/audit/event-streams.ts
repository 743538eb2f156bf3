import type { Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { findNewest } from '../../audit/event-feed.ts';
import { instant } from '../../clock.ts';
import { findUsable } from '../../tokens/token-store.ts';
import { TooManyRequests } from '../../verbs/refusals.ts';
import { HttpError } from '../../web/http-error.ts';
import type { Call } from '../contract/route.ts';
import { EventStream } from './event-stream.ts';

/** One look for all of them, so often; in milliseconds. */
const LOOKS_EVERY = 500;
/** Of one process, and of one token. */
const MOST = 200;
const MOST_OF_A_TOKEN = 4;
const LATER = 30;

const known = new WeakMap<AppContext, EventStreams>();

/** Those of a running program. */
export function streamsOf(app: AppContext): EventStreams {
  const streams = known.get(app) ?? new EventStreams(app);
  known.set(app, streams);
  return streams;
}

/**
 * Everybody who listens for events. However many there are, one look in half a second finds whether anything happened, in whichever process,
 * and whose token has ended.
 */
class EventStreams {
  readonly #app: AppContext;
  readonly #open = new Set<EventStream>();
  #timer: NodeJS.Timeout | undefined;

  constructor(app: AppContext) {
    this.#app = app;
    app.ends.push(() => this.#endAll());
  }

  /** What answers a call by a stream. Throws where there are too many. */
  opening(call: Call, from: { after: number; kinds: string[] }): (res: Response) => void {
    const own = [...this.#open].filter(({ tokenId }) => tokenId === call.caller.token.id).length;
    if (own >= MOST_OF_A_TOKEN) throw new TooManyRequests(LATER, `A token has ${MOST_OF_A_TOKEN} streams at most.`);
    if (this.#open.size >= MOST) throw new HttpError(503, 'As many listen for events as can. Ask without a stream.');
    return (res) => {
      const stream = new EventStream(this.#app, call.caller, from, res);
      this.#open.add(stream);
      res.once('close', () => this.#open.delete(stream));
      stream.begin();
      this.#lookLater();
    };
  }

  #lookLater(): void {
    if (this.#timer || this.#open.size === 0) return;
    this.#timer = setTimeout(async () => {
      await this.#look();
      this.#timer = undefined;
      this.#lookLater();
    }, LOOKS_EVERY).unref();
  }

  async #look(): Promise<void> {
    const { db, clock, logger } = this.#app;
    try {
      const newest = await findNewest(db.read);
      const tokenIds = [...new Set([...this.#open].map(({ tokenId }) => tokenId))];
      const usable = await findUsable(db.read, tokenIds, instant(clock()));
      for (const stream of this.#open)
        if (usable.has(stream.tokenId)) void stream.follow(newest);
        else stream.end();
    } catch (error) {
      logger.warn(
        { err: error },
        'what happened could not be looked up for those who listen; the next look tries again',
      );
    }
  }

  #endAll(): void {
    clearTimeout(this.#timer);
    for (const stream of this.#open) stream.end();
  }
}
