import type { AddressInfo } from 'node:net';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** From whom to whom: there is to the server. */
export type Direction = 'there' | 'back';
const BOTH: Direction[] = ['there', 'back'];

/**
 * What lies between a program and its server. Where it is cut, nothing arrives any more: neither what is sent nor that the other side is gone, and nobody
 * is told.
 */
export class Cable {
  private readonly server: Server;
  private readonly to: { host: string; port: number };
  private lines = new Set<Line>();
  private forgotten: Line[] = [];
  private cutDirections = new Set<Direction>();
  private watchedFor: string | undefined;

  private constructor(server: Server, to: { host: string; port: number }) {
    this.server = server;
    this.to = to;
    // Nothing may come to be known before somebody may know it.
    server.on('connection', (near) => this.connected(near));
  }

  static async layTo(port: number, host = '127.0.0.1'): Promise<Cable> {
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Cable(server, { host, port });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  cut(...directions: Direction[]): void {
    this.watchedFor = undefined;
    this.cutDirections = new Set(directions.length > 0 ? directions : BOTH);
    for (const line of this.lines) line.follow(this.cutDirections);
  }

  /** Lets these words arrive, and then nothing come back. Resolves when that has happened. */
  cutAfter(words: string): Promise<void> {
    this.watchedFor = words;
    return new Promise((resolve) => {
      this.hasCut = resolve;
    });
  }
  private hasCut: (() => void) | undefined;

  /** What was sent meanwhile arrives. With `forgets` it never does: what lies between knows only who connects from now on. */
  mend({ forgets = false } = {}): void {
    this.watchedFor = undefined;
    if (forgets) this.forget();
    this.cutDirections = new Set();
    for (const line of this.lines) line.follow(this.cutDirections);
  }

  /** From now on nothing arrives on the connections that there are; those that are made next are as good as ever. */
  forget(): void {
    for (const line of this.lines) line.follow(new Set(BOTH));
    this.forgotten.push(...this.lines);
    this.lines = new Set();
  }

  async end(): Promise<void> {
    for (const line of [...this.lines, ...this.forgotten]) line.end();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private connected(near: Socket): void {
    const line: Line = new Line(near, createConnection({ ...this.to, allowHalfOpen: true }), (chunk) => {
      if (this.watchedFor === undefined || !chunk.includes(this.watchedFor)) return;
      this.cut('back');
      this.hasCut?.();
    });
    this.lines.add(line);
    line.follow(this.cutDirections);
  }
}

/** One connection. */
class Line {
  private readonly near: Socket;
  private readonly far: Socket;

  constructor(near: Socket, far: Socket, sent: (chunk: Buffer) => void) {
    this.near = near;
    this.far = far;
    near.on('data', (chunk) => {
      sent(chunk);
      far.write(chunk);
    });
    far.on('data', (chunk) => near.write(chunk));
    this.ends(near, far);
    this.ends(far, near);
  }

  follow(cut: Set<Direction>): void {
    move(this.near, !cut.has('there'));
    move(this.far, !cut.has('back'));
  }

  end(): void {
    this.near.destroy();
    this.far.destroy();
  }

  private ends(one: Socket, other: Socket): void {
    one.on('end', () => other.end());
    one.on('error', () => other.destroy());
    one.on('close', () => {
      // What is held back arrives first.
      if (!one.isPaused()) other.destroy();
    });
  }
}

function move(socket: Socket, isOpen: boolean): void {
  if (isOpen) socket.resume();
  else socket.pause();
}
