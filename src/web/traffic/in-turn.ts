import type { RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Answers what one connection asks in one go one after the other, with others between: hundreds of requests fit into one packet, and would all
 * be worked on before anybody else is heard (R81), also for somebody who takes none of the answers. No browser sends a second one that early.
 */
export function inTurn(answer: RequestListener): RequestListener {
  const newest = new WeakMap<Socket, ServerResponse>();
  return (req, res) => {
    const { socket } = req;
    const before = newest.get(socket);
    newest.set(socket, res);
    if (!before || before.closed) return answer(req, res);
    before.once('close', () => setImmediate(() => socket.destroyed || answer(req, res)));
  };
}
