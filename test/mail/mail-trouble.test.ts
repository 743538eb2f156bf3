import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import type { Undelivered } from '../../src/mail/mail-sender.ts';
import { mailTrouble } from '../../src/mail/mail-trouble.ts';
import { smtpTransport } from '../../src/mail/smtp-transport.ts';

const MAIL = {
  messageId: '<a@b>',
  to: { name: 'Bob', address: 'bob@example.com' },
  subject: 's',
  text: 't',
  html: 'h',
};

/** What it comes to when a mail is sent to a server that answers like this. */
async function troubleWith(scheme: 'smtp' | 'smtps', greeting: string, answers: [RegExp, string][]): Promise<string> {
  return (await undeliveredBy(`${scheme}://user:secret@`, greeting, answers)).answer;
}

/** The same with its kind; the address of the server is put between the two parts of the setting. */
async function undeliveredBy(
  before: string,
  greeting: string,
  answers: [RegExp, string][],
  after = '',
): Promise<Pick<Undelivered, 'kind' | 'answer'>> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write(greeting);
    socket.on('data', (data) => {
      const line = data.toString();
      socket.write(answers.find(([asked]) => asked.test(line))?.[1] ?? '250 OK\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const smtpUrl = `${before}127.0.0.1:${port}${after}`;
  const transport = smtpTransport({ smtpUrl, from: { name: '', address: 'roster@example.com' } });
  try {
    await transport.send(MAIL, new AbortController().signal);
    throw new Error('sent');
  } catch (error) {
    return error as Undelivered;
  } finally {
    transport.close();
    server.close();
  }
}

it('is broken off where a server goes on answering and never comes to an end', async () => {
  const { promise: isClosed, resolve: close } = Promise.withResolvers<void>();
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.write('220 hello\r\n');
    const going = setInterval(() => socket.write('250-and so on\r\n'), 20);
    socket.on('close', () => {
      clearInterval(going);
      close();
    });
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const from = { name: '', address: 'roster@example.com' };
  const transport = smtpTransport({ smtpUrl: `smtp://127.0.0.1:${port}`, from }, 300);
  await expect(transport.send(MAIL, new AbortController().signal)).rejects.toMatchObject({
    kind: 'unreachable',
    answer: 'The mail server in SMTP_URL does not come to an end with it.',
  });
  await isClosed;
  transport.close();
  server.close();
});

it('names the setting where TLS is spoken to a port without it', async () => {
  expect(await troubleWith('smtps', '220 hello\r\n', [])).toBe(
    'The mail server does not speak TLS on this port: use smtp:// in SMTP_URL, or another port.',
  );
});

it('names the setting where the sign-in or the sender is refused', async () => {
  const greeting = '220 hello\r\n';
  const ehlo: [RegExp, string] = [/^EHLO/, '250-hello\r\n250 AUTH PLAIN LOGIN\r\n'];
  expect(await troubleWith('smtp', greeting, [ehlo, [/^AUTH/, '535 no\r\n']])).toMatch(
    /user or the password in SMTP_URL\. \(.*535 no/,
  );
  const signedIn: [RegExp, string] = [/^AUTH/, '235 welcome\r\n'];
  expect(await troubleWith('smtp', greeting, [ehlo, signedIn, [/^MAIL FROM/, '550 not you\r\n']])).toMatch(
    /the sender in MAIL_FROM\. \(/,
  );
});

it.each([
  [/^RCPT/, '530 5.7.0 Authentication required\r\n', /wants a user and a password/],
  [/^MAIL FROM/, '530 5.7.0 Authentication required\r\n', /wants a user and a password/],
  [/^DATA/, '530 5.7.0 Authentication required\r\n', /wants a user and a password/],
  [/^RCPT/, '554 5.7.1 <bob@example.com>: Relay access denied\r\n', /for its own people alone/],
  [/^RCPT/, '550 5.7.1 Unable to relay\r\n', /for its own people alone/],
])('gives up no mail where the server wants Roster to sign in: after %s, %s', async (asked, answer, words) => {
  const trouble = await undeliveredBy('smtp://', '220 hello\r\n', [[asked, answer]]);
  expect(trouble).toMatchObject({ kind: 'unreachable', answer: expect.stringMatching(words) });
});

it('gives up a mail that is refused for its recipient', async () => {
  expect(await undeliveredBy('smtp://', '220 hello\r\n', [[/^RCPT/, '550 no such user\r\n']])).toMatchObject({
    kind: 'refused',
    answer: '550 no such user',
  });
});

it.each([
  [/^AUTH/, '454 later\r\n'],
  [/^MAIL FROM/, '451 later\r\n'],
])('blames no setting for what is for now: %s', async (asked, answer) => {
  const ehlo: [RegExp, string] = [/^EHLO/, '250-hello\r\n250 AUTH PLAIN LOGIN\r\n'];
  const signedIn: [RegExp, string] = [/^AUTH/, '235 welcome\r\n'];
  expect(await troubleWith('smtp', '220 hello\r\n', [ehlo, [asked, answer], signedIn])).toBe(answer.trim());
});

it('hands over no password in the clear where the setting demands TLS', async () => {
  const ehlo: [RegExp, string] = [/^EHLO/, '250-hello\r\n250 AUTH PLAIN LOGIN\r\n'];
  const answers: [RegExp, string][] = [ehlo, [/^STARTTLS/, '502 no\r\n']];
  expect(await undeliveredBy('smtp://user:secret@', '220 hello\r\n', answers, '/?requireTLS=true')).toMatchObject({
    kind: 'unreachable',
    answer: expect.stringMatching(/^The mail server does not change to TLS/),
  });
});

it('says in words that the server closed the connection', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const transport = smtpTransport({
    smtpUrl: `smtp://127.0.0.1:${port}`,
    from: { name: '', address: 'r@example.com' },
  });
  await expect(transport.send(MAIL, new AbortController().signal)).rejects.toMatchObject({
    kind: 'unreachable',
    answer: 'The mail server closed the connection before it said that it took the mail.',
  });
  transport.close();
  server.close();
});

it.each([
  ['getaddrinfo ENOTFOUND mail.example', 'EDNS', /host in SMTP_URL is not found/],
  ['connect ECONNREFUSED 127.0.0.1:25', 'ESOCKET', /Nothing takes mail/],
  ["Hostname/IP does not match certificate's altnames: Host: x", 'ESOCKET', /for another name/],
  ['self-signed certificate', 'ESOCKET', /NODE_EXTRA_CA_CERTS/],
  ['Connection timeout', 'ETIMEDOUT', /does not answer in time/],
])('puts words that help before those of the system: %s', (message, code, words) => {
  expect(mailTrouble({ message, code })).toMatch(words);
  expect(mailTrouble({ message, code })).toContain(message);
});

it('leaves the words of a server about one recipient as they are', () => {
  const response = '550 5.1.1 no such mailbox';
  expect(mailTrouble({ message: 'x', response, code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 })).toBe(
    response,
  );
});
