import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CERTIFICATE, CERTIFIED_KEY } from './certificates.ts';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  message: { type: string; timestamp: string; data: Record<string, unknown> };
  path: string;
}

/** Gets what webhooks send, on this machine. */
export class Receiver {
  readonly received: Received[] = [];
  /** What is answered; the tests say otherwise. */
  answer: (res: ServerResponse) => void = (res) => res.writeHead(204).end();
  readonly #listener: RequestListener = (req, res) => {
    let body = '';
    req.on('data', (piece) => {
      body += piece;
    });
    req.on('end', () => {
      this.received.push({ headers: req.headers, body, message: JSON.parse(body), path: req.url! });
      this.answer(res);
    });
  };
  readonly #server;

  private constructor(isSecure: boolean) {
    this.#server = isSecure
      ? createSecureServer({ cert: CERTIFICATE, key: CERTIFIED_KEY }, this.#listener)
      : createServer(this.#listener);
  }

  /** With `isSecure` it speaks TLS, as hooks.example.com. */
  static async start({ isSecure = false } = {}): Promise<Receiver> {
    const receiver = new Receiver(isSecure);
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    receiver.#server.unref();
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  types(): string[] {
    return this.received.map(({ message }) => message.type);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
