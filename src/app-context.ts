import type { Logger } from 'pino';
import type { OperationWorker } from './bulk-operations/actions/operation-worker.ts';
import type { Clock, Instant } from './clock.ts';
import type { Config } from './config.ts';
import type { ContactIndex } from './contacts/contact-index.ts';
import type { Database } from './db/database.ts';
import type { GroupIndex } from './groups/group-index.ts';
import type { ClockWatch } from './installation/clock-watch.ts';
import type { SetBackClock } from './installation/set-back-clock.ts';
import type { Troubles } from './installation/troubles.ts';
import type { InvitationIndex } from './invitations/invitation-index.ts';
import type { Jobs } from './jobs/jobs.ts';
import type { MailSender } from './mail/mail-sender.ts';
import type { PasswordHasher } from './passwords/password-hasher.ts';
import type { AddressLimiter } from './sessions/address-limiter.ts';
import type { KnownDevices } from './sessions/pages/known-devices.ts';
import type { SignIn } from './sessions/sign-in.ts';
import type { UserIndex } from './users/list/user-index.ts';
import type { ActSettings } from './verbs/act.ts';
import type { WebhookSender } from './webhooks/actions/webhook-sender.ts';

/** What the controllers share. Made once, by makeContext. */
export interface AppContext {
  db: Database;
  config: Config;
  clock: Clock;
  logger: Logger;
  hasher: PasswordHasher;
  signIn: SignIn;
  devices: KnownDevices;
  /** Stands before whatever strangers may try. */
  addressLimiter: AddressLimiter;
  /** With which everybody acts here. */
  actSettings: ActSettings;
  index: UserIndex;
  groupIndex: GroupIndex;
  invitationIndex: InvitationIndex;
  contactIndex: ContactIndex;
  /** Undefined where no mail goes out. */
  mail: MailSender | undefined;
  /** Does what is too large to be done while somebody waits. */
  operations: OperationWorker;
  jobs: Jobs;
  webhooks: WebhookSender;
  troubles: Troubles;
  setBackClock: SetBackClock;
  clockWatch: ClockWatch;
  startedAt: Instant;
  /** Opens the setup page while there is no administrator; printed at the start; only the hash of the newest is kept. */
  setupToken: string;
  /** What answers for as long as somebody listens is ended by these, when the server stops. */
  ends: (() => void)[];
}
