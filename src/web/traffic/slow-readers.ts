import type { Server, ServerResponse } from 'node:http';
import { SOONER } from './slow-senders.ts';

/**
 * Ends the connection of whoever does not read what they asked for: where nothing of a long answer was taken for so long, or a whole one was
 * not taken within that time. What a page weighs the system takes at once, however slowly it is read. Whoever waits for an answer is left alone.
 */
export function dropSlowReaders(server: Pick<Server, 'requestTimeout'>): (res: ServerResponse) => void {
  return (res) => {
    const { socket } = res.req;
    const within = server.requestTimeout / SOONER;
    res.setTimeout(within, () => {
      if (socket.writableLength > 0) socket.destroy();
    });
    res.once('prefinish', () => {
      // Whoever has left reads nothing: no end comes any more that would stop the clock.
      if (res.closed || socket.destroyed) return;
      const waiting = setTimeout(() => socket.destroy(), within);
      waiting.unref();
      res.once('finish', () => clearTimeout(waiting)).once('close', () => clearTimeout(waiting));
    });
  };
}
