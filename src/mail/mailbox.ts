import { randomBytes } from 'node:crypto';
import type { Outgoing, Transport } from './mail-sender.ts';

const KEPT = 200;

/** Where mails land that go to nobody: in the demo they are shown on a page instead. */
export class Mailbox implements Transport {
  /** The newest first. */
  readonly mails: (Outgoing & { at: Date })[] = [];
  /** The page shows links that open accounts, so only who knows its address finds it; the start prints it. */
  readonly path = `/mailbox/${randomBytes(24).toString('base64url')}`;

  async send(mail: Outgoing): Promise<void> {
    this.mails.unshift({ ...mail, at: new Date() });
    this.mails.splice(KEPT);
  }

  close(): void {}
}
