import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ServerProcess, startServer } from '../../faults/server-process.ts';
import { PATIENCE } from '../../src/serving/serve.ts';
import { assetPath } from '../../src/web/assets.ts';
import { SOONER } from '../../src/web/traffic/slow-senders.ts';
import { layEmptyDatabase } from '../support/template.ts';

const HALF_A_MINUTE = 30_000;

let folder: string;
let server: ServerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roster-slow-'));
  layEmptyDatabase(folder);
  server = await startServer({ DATA_DIR: folder }, { preloaded: '../test/support/hurried-server.ts' });
});
afterAll(() => {
  server.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** What was answered until the connection was closed, to somebody who goes on sending a byte now and then. */
async function answerToSlow(beginning: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let answer = '';
  let isOpen = true;
  socket.on('data', (part) => {
    answer += part;
  });
  socket.on('close', () => {
    isOpen = false;
  });
  socket.on('error', () => {});
  socket.write(beginning);
  for (let n = 0; n < 100 && isOpen; n++) {
    await sleep(50);
    socket.write('x');
  }
  if (isOpen) answer = 'still open';
  socket.destroy();
  return answer;
}

/** What comes of so many answers that somebody asks for at once, and reads after a while. */
async function readLate(path: string, count: number): Promise<number> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.pause();
  socket.on('error', () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(count));
  await sleep(2_000);
  let read = 0;
  socket.on('data', (part) => {
    read += part.length;
  });
  socket.resume();
  await new Promise((resolve) => socket.on('close', resolve));
  return read;
}

describe('whoever reads slowly', () => {
  it('gets no more than the system took for them', async () => {
    const path = assetPath('js/htmx.js');
    const whole = (await (await fetch(server.url + path)).text()).length;
    expect(await readLate(path, 400)).toBeLessThan(400 * whole);
  });
});

describe('whoever sends slowly', () => {
  it.each([
    [
      'a body',
      'POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000\r\n\r\n',
    ],
    ['headers', 'GET /session/new HTTP/1.1\r\nHost: localhost\r\nX-Slow: '],
  ])('%s is told so and the connection closed, long before the body is whole', async (_, beginning) => {
    expect(await answerToSlow(beginning)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('a file of a stranger is refused, and the connection closed no later', async () => {
    const part = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
    const head = 'Host: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 10000';
    expect(await answerToSlow(`POST /users/imports HTTP/1.1\r\n${head}\r\n\r\n${part}`)).toMatch(/^HTTP\/1\.1 303 /);
  });

  it('is gone within half a minute, the time until somebody looks included', () => {
    const { headersTimeout, requestTimeout, connectionsCheckingInterval } = PATIENCE;
    const longest = Math.max(headersTimeout + connectionsCheckingInterval, requestTimeout / SOONER);
    expect(longest).toBeLessThan(HALF_A_MINUTE);
  });
});
