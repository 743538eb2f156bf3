import { MINUTE } from '../clock.ts';
import { type Outgoing, type Transport, Undelivered } from './mail-sender.ts';
import { isOfSetup, mailTrouble, type SmtpError } from './mail-trouble.ts';

export interface SmtpSettings {
  smtpUrl: string;
  from: { name: string; address: string };
}

const LONGEST_ANSWER = 300;
/** Shorter than a mail is claimed for, so that nobody takes one that is on its way. A server can answer each word in time and never come to an end. */
const LONGEST_ATTEMPT = 4 * MINUTE;

const TOO_LONG = 'The mail server in SMTP_URL does not come to an end with it.';
const STOPPED = 'Roster was stopped while it waited for the mail server.';
/** Longer than any word of an answer, and no longer than any token: a server may quote the mail back at us. */
const LONG_WORD = /\S{32,}/g;

/** Hands mails to the mail server of the settings, over a connection that is kept while there are more. */
export function smtpTransport({ smtpUrl, from }: SmtpSettings, longest = LONGEST_ATTEMPT): Transport {
  let connected: ReturnType<typeof connect> | undefined;
  return {
    async send(mail: Outgoing, until: AbortSignal) {
      const { to, ...rest } = mail;
      const tooLong = AbortSignal.timeout(longest);
      const signal = AbortSignal.any([until, tooLong]);
      try {
        connected ??= connect(smtpUrl);
        const transporter = await connected;
        // As objects: within a string a line break or a comma would make a header or a second recipient (R46).
        await transporter.sendMail({
          ...rest,
          from,
          to: [to],
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal,
        });
      } catch (error) {
        if (until.aborted) throw new Undelivered('unreachable', STOPPED);
        if (tooLong.aborted) throw new Undelivered('unreachable', TOO_LONG);
        throw undelivered(error);
      }
    },
    close: () => void connected?.then((transporter) => transporter.close()),
  };
}

/** The library is loaded with the first mail: most processes send none for a long time. */
async function connect(url: string) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    url,
    pool: true,
    maxConnections: 1,
    // A mail whose connection broke may have been taken: whether it is sent again is decided by the outbox alone.
    maxRequeues: 0,
    connectionTimeout: 20_000,
    greetingTimeout: 30_000,
    // A server that makes senders wait on purpose takes a minute or more.
    socketTimeout: 150_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function undelivered(error: unknown): Undelivered {
  const answer = mailTrouble(error as SmtpError)
    .replace(/\p{Cc}+/gu, ' ')
    .replace(LONG_WORD, '…');
  return new Undelivered(kindOf(error as SmtpError), answer.trim().slice(0, LONGEST_ANSWER));
}

/** Only what was said of this recipient or this text can be for good: a refused sender or sign-in can be mended. */
function kindOf(error: SmtpError): Undelivered['kind'] {
  const { code, command = '', responseCode = 0 } = error;
  const isOfThisMail =
    /^(RCPT TO|DATA)/.test(command) && responseCode !== 0 && responseCode !== 421 && !isOfSetup(error);
  if (isOfThisMail) return responseCode >= 500 ? 'refused' : 'deferred';
  // Never sent to the server: the address cannot be written as one.
  return command === 'API' && code === 'EENVELOPE' ? 'refused' : 'unreachable';
}
