// A process of its own: a crowd that sends and reads as slowly as it can. Started by slow-clients.ts.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the crowd is asked to do. */
export interface SlowJob {
  port: number;
  connections: number;
  /** Something large that anybody may read. */
  path: string;
}

const AT_ONCE = 100;
/** A byte now and then, as the tools do that try this. */
const PAUSE = 1_000;
/** So much is asked for on one connection that no system takes it all; of few of them, or it were a crowd that asks for too much. */
const ASKED_FOR = 200;
const READS = 40;

type Begin = (socket: Socket, job: SlowJob) => () => void;

const SENDERS: Begin[] = [
  (socket) => {
    socket.resume();
    socket.write('GET /session/new HTTP/1.1\r\nHost: 127.0.0.1\r\n');
    return () => socket.write('X-Slow: x\r\n');
  },
  (socket) => {
    socket.resume();
    const head = 'Host: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000';
    socket.write(`POST /session HTTP/1.1\r\n${head}\r\n\r\n`);
    return () => socket.write('x');
  },
];

const reader: Begin = (socket, { path }) => {
  socket.pause();
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`.repeat(ASKED_FOR));
  // A little at a time; the rest stays with the system.
  return () => void socket.read(256);
};

// Whoever started it is gone: nobody wants the crowd any more.
process.once('disconnect', () => process.exit());
process.once('message', (job: SlowJob) => crowd(job));

/** Goes on until it is ended. */
async function crowd(job: SlowJob): Promise<never> {
  const open = new Map<Socket, () => void>();
  for (let n = 0; n < job.connections; n++) {
    const begin = n % READS === 0 ? reader : SENDERS[n % SENDERS.length];
    const socket = connect(job.port, '127.0.0.1');
    socket.on('connect', () => open.set(socket, begin(socket, job)));
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    if (n % AT_ONCE === AT_ONCE - 1) await sleep(100);
  }
  for (;;) {
    await sleep(PAUSE);
    for (const [socket, goOn] of open) if (!socket.destroyed) goOn();
  }
}
