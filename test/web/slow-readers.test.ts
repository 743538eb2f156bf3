import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { dropSlowReaders } from '../../src/web/traffic/slow-readers.ts';

let server: ReturnType<typeof createServer>;
/** The next response, when it is asked for. */
let asked: Promise<ServerResponse>;
beforeEach(async () => {
  server = createServer();
  const watch = dropSlowReaders(server);
  asked = new Promise((resolve) => {
    server.on('request', (_, res) => {
      watch(res);
      resolve(res);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  jest.restoreAllMocks();
  server.closeAllConnections();
  server.close();
});

it('no clock runs on for whoever left before their answer was whole', async () => {
  const browser = connect((server.address() as AddressInfo).port, '127.0.0.1');
  browser.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const res = await asked;
  const closed = once(res, 'close');
  browser.destroy();
  await closed;
  const begun = jest.spyOn(globalThis, 'setTimeout');
  res.end('too late');
  expect(begun).not.toHaveBeenCalled();
});

it('a clock that runs is stopped once the answer is taken', async () => {
  const browser = connect((server.address() as AddressInfo).port, '127.0.0.1');
  browser.resume();
  browser.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const res = await asked;
  const [begun, stopped] = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'clearTimeout')];
  const finished = once(res, 'finish');
  res.end('in time');
  await finished;
  const clock = begun.mock.results.map(({ value }) => value).at(0);
  expect(clock).toBeDefined();
  expect(stopped.mock.calls.flat()).toContain(clock);
  browser.destroy();
});
