import { type AddressInfo, createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { post } from '../../src/webhooks/posting.ts';
import { isPublic, reachableAddresses } from '../../src/webhooks/reachable.ts';
import { checkWebhook, lookUpMistake } from '../../src/webhooks/webhook-form.ts';
import { AUTHORITY } from '../support/certificates.ts';
import { Receiver } from '../support/receiver.ts';

/** Only reached from here, or nobody's, in every spelling that a browser understands. */
const INSIDE = [
  'localhost',
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f.1',
  '0177.0.0.1',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.168.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:10.0.0.1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b:1::a00:1]',
  '[2002:7f00:1::]',
  '[2001::1]',
  '[2001:db8::1]',
  '[fc00::1]',
  '[fd12:3456::1]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
];
const OUTSIDE = ['192.0.3.1', '8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'];

const local = async () => ['127.0.0.1'];

describe('a webhook leads to the open internet alone', () => {
  it.each(INSIDE)('and not to %s', async (host) => {
    const url = new URL(`https://${host}/hook`);
    const resolve = async () => (host === 'localhost' ? ['::1', '127.0.0.1'] : []);
    await expect(reachableAddresses(url, [], resolve)).rejects.toThrow(/not to be reached/);
    const typed = { name: 'x', address: url.href, which: 'all', user: '', version: '', kinds: [] };
    if (host !== 'localhost')
      expect(checkWebhook(typed, { known: [], networks: [] }).errors).toMatchObject({ address: /open internet/ });
  });

  it('which these are of', () => {
    expect(OUTSIDE.filter((address) => !isPublic(address))).toEqual([]);
    expect(isPublic('no address')).toBe(false);
  });

  it('whatever names stand for, of which one address inside is enough', async () => {
    const mixed = async () => ['8.8.8.8', '10.0.0.1'];
    await expect(reachableAddresses(new URL('https://mixed.example/'), [], mixed)).rejects.toThrow(/10\.0\.0\.1/);
    await expect(reachableAddresses(new URL('https://nobody.example/'), [], async () => [])).rejects.toThrow(
      /no address/,
    );
    expect(await reachableAddresses(new URL('https://mixed.example/'), ['10.0.0.0/8'], mixed)).toEqual([
      '8.8.8.8',
      '10.0.0.1',
    ]);
  });

  it('unless a setting allows for a network, and of that no other', async () => {
    expect(await reachableAddresses(new URL('https://in.example/'), ['127.0.0.0/8'], local)).toEqual(['127.0.0.1']);
    await expect(reachableAddresses(new URL('https://in.example/'), ['10.0.0.0/8'], local)).rejects.toThrow(
      /WEBHOOK_NETWORKS/,
    );
  });

  it('with http only inside, which is said when it is saved as well', async () => {
    const inside = ['10.0.0.0/8'];
    const typed = (address: string) => ({ name: 'x', address, which: 'all', user: '', version: '', kinds: [] });
    const check = (address: string) => checkWebhook(typed(address), { known: [], networks: inside });
    expect(check('http://8.8.8.8/').errors?.address).toMatch(/use https/);
    expect(check('http://[2606:4700::1111]/').errors?.address).toMatch(/use https/);
    for (const address of ['https://8.8.8.8/', 'http://10.1.2.3/', 'http://hooks.example/'])
      expect(check(address).errors).toBeUndefined();
    const says = (address: string, stands: string[]) => lookUpMistake(address, inside, async () => stands);
    expect(await says('http://hooks.example/', ['8.8.8.8'])).toMatch(/use https/);
    expect(await says('http://hooks.example/', ['10.0.0.1', '8.8.8.8'])).toMatch(/use https/);
    expect(await says('http://hooks.example/', ['192.168.0.1'])).toMatch(/WEBHOOK_NETWORKS/);
    expect(await says('http://hooks.example/', ['10.0.0.1'])).toBeUndefined();
    expect(await says('https://hooks.example/', ['8.8.8.8'])).toBeUndefined();
    const unknown = async () => Promise.reject(new Error('ENOTFOUND'));
    expect(await lookUpMistake('http://hooks.example/', inside, unknown)).toBeUndefined();
  });

  it.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:password@example.com/',
    'https://example.com/#part',
    'http://example.com/',
    'example.com',
    `https://example.com/${'x'.repeat(2_000)}`,
    '',
  ])('and is no %s', (address) => {
    const typed = { name: 'x', address, which: 'all', user: '', version: '', kinds: [] };
    expect(Object.keys(checkWebhook(typed, { known: [], networks: [] }).errors ?? {})).toEqual(['address']);
  });
});

describe('a message', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(() => receiver.close());

  const send = (address: string, more: Partial<Parameters<typeof post>[0]> = {}) =>
    post({
      address,
      headers: {},
      body: '{}',
      networks: ['127.0.0.0/8'],
      resolve: local,
      signal: new AbortController().signal,
      patience: 10_000,
      ...more,
    });

  it('goes to the very address that was looked at, however often the name changes its mind', async () => {
    const answers = [['127.0.0.1'], ['127.0.0.2']];
    const asked: string[] = [];
    const resolve = async (host: string) => {
      asked.push(host);
      return answers.shift()!;
    };
    const sent = await send(`http://hooks.example:${receiver.port}/a?b=c`, { resolve });
    expect(sent).toEqual({ status: 204, answer: '' });
    expect(asked).toEqual(['hooks.example']);
    expect(receiver.received[0]).toMatchObject({ path: '/a?b=c', headers: { host: `hooks.example:${receiver.port}` } });
  });

  it('goes to the next address of a name where nothing answers at the first', async () => {
    const resolve = async () => ['127.0.0.2', '127.0.0.1'];
    expect(await send(`http://hooks.example:${receiver.port}/`, { resolve })).toEqual({ status: 204, answer: '' });
    expect(receiver.received).toHaveLength(1);
  });

  it('has arrived with the status, whatever becomes of the rest of the answer', async () => {
    receiver.answer = (res) => {
      res.writeHead(200, { 'Content-Length': '500' });
      res.write('taken', () => res.destroy());
    };
    expect(await send(receiver.url)).toEqual({ status: 200, answer: 'taken' });
  });

  it('says in words where something answers that is no web server', async () => {
    const other = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-other\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    expect(await send(`http://127.0.0.1:${port}/`)).toEqual({
      status: null,
      answer: 'What answers there does not speak HTTP as it should.',
    });
    other.close();
  });

  it('follows no redirect', async () => {
    receiver.answer = (res) => res.writeHead(307, { Location: receiver.url }).end('elsewhere');
    expect(await send(receiver.url)).toEqual({ status: 307, answer: 'elsewhere' });
    expect(receiver.received).toHaveLength(1);
  });

  it('reads no more of an answer than is kept, and forges no line by it', async () => {
    receiver.answer = (res) => {
      res.writeHead(200);
      res.write(`a\r\n\u001b[31mb\u2028c${'x'.repeat(10_000)}`);
      // It never ends.
    };
    const { status, answer } = await send(receiver.url);
    expect(status).toBe(200);
    expect(answer).toHaveLength(300);
    expect(answer.slice(0, 12)).toMatch(/^a \[31mb cxxx/);
  });

  it('waits for no answer that does not come, and says in words why there is none', async () => {
    receiver.answer = () => {};
    expect(await send(receiver.url, { patience: 50 })).toEqual({
      status: null,
      answer: 'No answer within 0.05 seconds.',
    });
    expect((await send(receiver.url, { networks: [] })).answer).toMatch(/WEBHOOK_NETWORKS/);
    expect((await send('http://127.0.0.1:1/')).answer).toBe('Nothing answers at this address.');
    expect((await send(`https://127.0.0.1:${receiver.port}/`)).status).toBeNull();
    expect((await send('http://8.8.8.8/')).answer).toMatch(/use https/);
    const unknown = async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }));
    expect((await send('https://a.example/', { resolve: unknown })).answer).toBe('The host is not found.');
    expect(
      (await send('https://a.example/', { resolve: () => new Promise(() => {}), patience: 20 })).status,
    ).toBeNull();
  });
});

describe('a receiver that speaks TLS', () => {
  let secure: Receiver;
  const before = getCACertificates('default');
  beforeEach(async () => {
    secure = await Receiver.start({ isSecure: true });
  });
  afterEach(async () => {
    setDefaultCACertificates(before);
    await secure.close();
  });
  const sendTo = (host: string) =>
    post({
      address: `https://${host}:${secure.port}/hook`,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ type: 'test' }),
      networks: ['127.0.0.0/8'],
      resolve: local,
      signal: new AbortController().signal,
      patience: 30_000,
    });

  it('is sent to where its certificate is for its name, from an authority that is trusted', async () => {
    setDefaultCACertificates([...before, AUTHORITY]);
    expect(await sendTo('hooks.example.com')).toEqual({ status: 204, answer: '' });
    expect(secure.received[0].headers.host).toBe(`hooks.example.com:${secure.port}`);
    expect(secure.types()).toEqual(['test']);
  });

  it('gets nothing where the authority is not trusted, or the certificate is for another name', async () => {
    expect(await sendTo('hooks.example.com')).toMatchObject({
      status: null,
      answer: expect.stringMatching(/certificate/),
    });
    setDefaultCACertificates([...before, AUTHORITY]);
    expect(await sendTo('other.example.com')).toMatchObject({
      status: null,
      answer: expect.stringMatching(/altnames/),
    });
    expect(secure.received).toEqual([]);
  });
});
