import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedMail extends Email {
  /** Who the server was told it is for, whatever stands in the headers. */
  recipients: string[];
  raw: string;
}

export interface MailServer {
  /** For SMTP_URL. */
  url: string;
  port: number;
  /** What was accepted, in its order. */
  mails: ReceivedMail[];
  close(): Promise<void>;
}

/** What the server may do wrong; each hook throws or waits before the mail is accepted. */
export interface Faults {
  onRecipient?: (address: string) => void | Promise<void>;
  /** After the whole mail was received, before it counts as accepted. */
  onReceived?: () => void | Promise<void>;
  /** The mail counts as accepted; the client has not been told yet. */
  onAccepted?: () => void | Promise<void>;
  port?: number;
  options?: SMTPServerOptions;
}

/** A real SMTP server on a free port, which keeps what it gets. */
export async function startMailServer(faults: Faults = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    // Without a certificate of a known authority nobody could send to it.
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onRcptTo({ address }, _session, done) {
      settle(async () => faults.onRecipient?.(address), done);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        settle(async () => {
          const raw = Buffer.concat(chunks).toString();
          await faults.onReceived?.();
          const recipients = session.envelope.rcptTo.map(({ address }) => address);
          mails.push({ ...(await PostalMime.parse(raw)), recipients, raw });
          await faults.onAccepted?.();
        }, done);
      });
    },
    ...faults.options,
  });
  // A client that goes away is the matter of some of the tests.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(faults.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  server.server.unref();
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** An answer of the mail server, with its code. */
export function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function settle(work: () => Promise<void>, done: (error?: Error | null) => void): void {
  work().then(
    () => done(),
    (error: Error) => done(error),
  );
}
