import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { inTurn } from '../../src/web/traffic/in-turn.ts';

describe('many requests in one packet', () => {
  let server: Server;
  const begun: { path: string; res: ServerResponse }[] = [];
  afterEach(() => {
    begun.length = 0;
    server.closeAllConnections();
    server.close();
  });

  async function asked(paths: string[]) {
    server = createServer(
      inTurn((req, res) => {
        begun.push({ path: req.url!, res });
        server.emit('begun');
      }),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`).join(''));
    await once(server, 'begun');
    return socket;
  }
  const turn = () => new Promise((resolve) => setTimeout(resolve, 20));

  it('are worked on one after the other, in their order (R81)', async () => {
    const paths = Array.from({ length: 50 }, (_, n) => `/${n}`);
    const socket = await asked(paths);
    let answer = '';
    socket.setEncoding('utf8').on('data', (part) => {
      answer += part;
    });
    await turn();
    expect(begun.length).toBe(1);
    for (let n = 0; n < paths.length; n++) {
      expect(begun.length).toBe(n + 1);
      const next = n + 1 < paths.length ? once(server, 'begun') : undefined;
      begun[n].res.end(`<${begun[n].path}>`);
      await next;
    }
    await turn();
    expect(answer.match(/<[^>]*>/g)).toEqual(paths.map((path) => `<${path}>`));
    socket.destroy();
  });

  it('are worked on no more where whoever asked is gone', async () => {
    const socket = await asked(['/0', '/1', '/2']);
    socket.destroy();
    await once(begun[0].res, 'close');
    await turn();
    expect(begun.length).toBe(1);
  });
});
