import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** The server itself is as patient as a large file needs; whoever sends anything else has so many times less. */
export const SOONER = 45;

const ANSWER = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

/** Ends the connection of whoever sends a body too slowly: a file has its time, and a file that was refused has not. */
export function hurry(
  server: Pick<Server, 'requestTimeout'>,
  isFile: (req: IncomingMessage) => boolean,
): (req: IncomingMessage, res: ServerResponse) => void {
  return (req, res) => {
    const hasBody = req.headers['content-length'] !== undefined || req.headers['transfer-encoding'] !== undefined;
    if (!hasBody) return;
    const begin = () => {
      if (req.complete) return;
      const waiting = setTimeout(() => end(req, res), server.requestTimeout / SOONER);
      waiting.unref();
      req.once('end', () => clearTimeout(waiting)).once('close', () => clearTimeout(waiting));
    };
    if (isFile(req)) res.once('finish', begin);
    else begin();
  };
}

function end({ socket }: IncomingMessage, res: ServerResponse): void {
  if (!res.headersSent) socket.write(ANSWER);
  socket.destroySoon();
}
