import { once } from 'node:events';
import { setTimeout as sleep, setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Response } from 'express';
import { MINUTE } from '../../clock.ts';
import { ReaderGone, type Sink } from '../../lists/written-out.ts';

/** Whoever takes nothing for so long has gone, and holds a place that others wait for. */
const PATIENCE = 2 * MINUTE;
const LAST_WORDS = 5_000;

/** Hands a file to whoever asked for it, no faster than they take it. */
export function responseSink(res: Response): Sink {
  return {
    async write(text) {
      if (res.destroyed) throw new ReaderGone('whoever asked went away');
      if (text !== '' && !res.write(text)) await drained(res);
    },
  };
}

function drained(res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (result: () => void) => {
      clearTimeout(waiting);
      res.off('drain', onDrain).off('close', onClose);
      result();
    };
    const onDrain = () => settle(resolve);
    const onClose = () => settle(() => reject(new ReaderGone('whoever asked went away')));
    const waiting = setTimeout(() => settle(() => reject(new ReaderGone('nobody took it'))), PATIENCE);
    res.on('drain', onDrain).on('close', onClose);
  });
}

/** Ends the connection behind what was written last, and without the end of the answer: the browser says that the file is not whole. */
export async function breakOff(res: Response): Promise<void> {
  const { socket } = res;
  if (!socket || socket.destroyed) return;
  const closed = once(socket, 'close');
  // What was written is with the socket from the next turn on.
  await turnOfOthers();
  socket.destroySoon();
  await Promise.race([closed, sleep(LAST_WORDS, undefined, { ref: false })]);
  socket.destroy();
}
