import { once } from 'node:events';
import type { Response } from 'express';
import type { AppContext } from '../../app-context.ts';
import { readStretch } from '../../audit/event-feed.ts';
import { toldEvents } from '../../audit/pages/told-events.ts';
import { type Caller, callerNow } from '../contract/caller.ts';
import { seerOf } from './audit-routes.ts';
import { mayFollow } from './events-need.ts';

/** So much is read and written at once. */
const AT_ONCE = 100;
/** In milliseconds: so that nobody on the way takes the silence for an end. */
const HEARTBEAT = 15_000;
/** In milliseconds: who takes nothing for so long is gone. */
const PATIENCE = 60_000;
/** In milliseconds: so soon whoever was cut off comes again. */
const COMES_AGAIN_AFTER = 3_000;

/** One who listens (Server-Sent Events). What they may know is asked anew for each piece. */
export class EventStream {
  readonly #app: AppContext;
  readonly #caller: Caller;
  readonly #kinds: string[];
  readonly #res: Response;
  #after: number;
  #isBusy = false;
  #lastSaid = performance.now();

  constructor(app: AppContext, caller: Caller, { after, kinds }: { after: number; kinds: string[] }, res: Response) {
    this.#app = app;
    this.#caller = caller;
    this.#kinds = kinds;
    this.#res = res;
    this.#after = after;
  }

  get tokenId(): number {
    return this.#caller.token.id;
  }

  begin(): void {
    this.#res.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      // Neither kept nor packed on the way: either would hold back what is said.
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    });
    this.#res.flushHeaders();
    this.#res.write(`retry: ${COMES_AGAIN_AFTER}\n\n`);
    void this.follow();
  }

  end(): void {
    this.#res.end();
  }

  /** Says what happened since, up to this event at least. Never throws. */
  async follow(newest = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#isBusy) {
      if (performance.now() - this.#lastSaid > PATIENCE) this.#res.destroy();
      return;
    }
    this.#isBusy = true;
    try {
      if (newest > this.#after) await this.#tell();
      if (performance.now() - this.#lastSaid > HEARTBEAT) await this.#beat();
    } catch (error) {
      this.#app.logger.warn({ err: error, token: this.tokenId }, 'a stream of events broke off');
      this.end();
    } finally {
      this.#isBusy = false;
    }
  }

  async #tell(): Promise<void> {
    const { db } = this.#app;
    for (let isMore = true; isMore && !this.#res.destroyed && !this.#res.writableEnded; ) {
      const caller = await callerNow(this.#app, this.#caller);
      const stretch = await readStretch(db.read, { after: this.#after, kinds: this.#kinds, limit: AT_ONCE });
      if (!caller || !mayFollow(caller) || !stretch) return this.end();
      const viewer = await seerOf({ app: this.#app, viewer: caller.viewer });
      const events = await toldEvents(db.read, viewer, stretch.ids);
      for (const event of events.toReversed()) await this.#say(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
      this.#after = stretch.upTo;
      isMore = stretch.isMore;
    }
  }

  /** With how far it was looked: whoever comes again does so from there. */
  async #beat(): Promise<void> {
    const caller = await callerNow(this.#app, this.#caller);
    if (caller && mayFollow(caller)) await this.#say(`: still here\nid: ${this.#after}\n\n`);
    else this.end();
  }

  /** Waits where whoever listens is slow. */
  async #say(text: string): Promise<void> {
    const { destroyed, writableEnded } = this.#res;
    if (destroyed || writableEnded) return;
    this.#lastSaid = performance.now();
    if (this.#res.write(text)) return;
    const waiting = new AbortController();
    const events = ['drain', 'close'].map((event) => once(this.#res, event, { signal: waiting.signal }));
    await Promise.race(events).finally(() => waiting.abort());
  }
}
