import { connect } from 'node:net';

export interface Bare {
  /** 0 where the connection ended without an answer. */
  status: number;
  head: string;
  body: string;
  milliseconds: number;
}

/** Sends bytes that no library would, on a connection of their own, and reads what comes back until it ends. */
export function sendBare(url: string, text: string | Buffer, patience = 5_000): Promise<Bare> {
  const { hostname, port } = new URL(url);
  const start = performance.now();
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(text));
    const done = () => {
      const [head, ...body] = Buffer.concat(parts).toString('latin1').split('\r\n\r\n');
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
      resolve({ status, head, body: body.join('\r\n\r\n'), milliseconds: performance.now() - start });
    };
    socket.on('data', (part) => parts.push(part));
    socket.on('close', done);
    socket.on('error', () => {});
    socket.setTimeout(patience, () => socket.destroy());
  });
}
