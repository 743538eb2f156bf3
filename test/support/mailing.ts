import { startApp, type TestApp } from './app.ts';
import { type Faults, type MailServer, type ReceivedMail, startMailServer } from './mail-server.ts';

export interface Mailing {
  app: TestApp;
  server: MailServer;
  /** Sends what is due now. */
  deliver(): Promise<void>;
  close(): Promise<void>;
}

/** The program with a mail server of its own; mails go out when the test says so. */
export async function startMailing(faults: Faults = {}, settings: Record<string, string> = {}): Promise<Mailing> {
  const server = await startMailServer(faults);
  const app = await startApp({ SMTP_URL: server.url, MAIL_FROM: 'Roster <roster@example.com>', ...settings });
  return {
    app,
    server,
    async deliver() {
      // A test signs in from as many browsers as it likes.
      await app.db.write((trx) => trx('outbox').where('kind', 'signed-in-on-new-device').delete());
      await app.context.mail!.round();
    },
    async close() {
      await app.close();
      await server.close();
    },
  };
}

/** The path of the one link in a mail. */
export function linkIn(mail: ReceivedMail | undefined): string {
  const [link, ...more] = new Set(mail?.text?.match(/https?:\/\/\S+\/(?:invitations|passwords)\/\S+/g));
  if (!link || more.length > 0) throw new Error(`not one link: ${mail?.text}`);
  return new URL(link).pathname;
}
