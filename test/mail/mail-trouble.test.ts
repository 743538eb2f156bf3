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
  const smtpUrl = `${scheme}://user:secret@127.0.0.1:${port}`;
  const transport = smtpTransport({ smtpUrl, from: { name: '', address: 'roster@example.com' } });
  try {
    await transport.send(MAIL, new AbortController().signal);
    return 'sent';
  } catch (error) {
    return (error as Undelivered).answer;
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
