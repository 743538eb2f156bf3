import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Viewer } from './access/viewer.ts';
import type { AppContext } from './app-context.ts';
import { toldEvents } from './audit/pages/told-events.ts';
import { OperationWorker } from './bulk-operations/actions/operation-worker.ts';
import { type Clock, type Instant, instant, minuteOf } from './clock.ts';
import type { Config } from './config.ts';
import { ContactIndex } from './contacts/contact-index.ts';
import { findContactViewer } from './contacts/contact-viewer.ts';
import type { Database, Reader } from './db/database.ts';
import { GroupIndex } from './groups/group-index.ts';
import { nextImport } from './import/actions/import-planning.ts';
import { ClockWatch } from './installation/clock-watch.ts';
import { BACKUP_JOB } from './installation/pages/installation-feature.ts';
import { SetBackClock } from './installation/set-back-clock.ts';
import { Troubles } from './installation/troubles.ts';
import { InvitationIndex } from './invitations/invitation-index.ts';
import { Jobs } from './jobs/jobs.ts';
import { MailSender } from './mail/mail-sender.ts';
import type { Mailbox } from './mail/mailbox.ts';
import { smtpTransport } from './mail/smtp-transport.ts';
import { PasswordHasher } from './passwords/password-hasher.ts';
import { answerResetRequests } from './passwords/reset-request-store.ts';
import { VERSION } from './program.ts';
import type { IndexReaders } from './serving/index-reading.ts';
import { AddressLimiter } from './sessions/address-limiter.ts';
import { KnownDevices } from './sessions/pages/known-devices.ts';
import { SignIn } from './sessions/sign-in.ts';
import { UserIndex } from './users/list/user-index.ts';
import { actSettings } from './verbs/act.ts';
import { WebhookSender } from './webhooks/actions/webhook-sender.ts';

export interface AppParts {
  db: Database;
  config: Config;
  clock: Clock;
  logger: Logger;
  /** Where the large indexes are filled; without it, here in between. */
  indexReaders?: IndexReaders;
  /** Takes the mails and shows them, instead of the mail server of the settings. */
  mailbox?: Mailbox;
  /** Whether `/interface` shows the parts of all pages; for the demo and the tests. */
  showsInterface?: boolean;
}

/** The parts of a program that run beside each other and what its pages share. */
export function makeContext(parts: AppParts): AppContext {
  const { db, config, clock, logger, mailbox, indexReaders } = parts;
  const hasher = new PasswordHasher(config.secrets.pepper, config.passwordCost);
  const transport = mailbox ?? (config.mail && smtpTransport(config.mail));
  const settings = actSettings(config, transport !== undefined);
  const place = { instanceName: config.instanceName, baseUrl: config.baseUrl };
  const addressLimiter = new AddressLimiter(db, clock);
  const jobs = new Jobs({ processes: db.processes, logger, clock });
  const answerRequests = () => answerResetRequests({ db, clock, logger, settings });
  const clockWatch = new ClockWatch({ clock, logger });
  const backupProblem = () => jobs.list().find(({ name }) => name === BACKUP_JOB)?.problem;
  const context: AppContext = {
    db,
    config,
    clock,
    logger,
    hasher,
    signIn: new SignIn({
      db,
      hasher,
      clock,
      addressLimiter,
      attemptLimit: config.loginAttempts,
      pepper: config.secrets.pepper,
    }),
    addressLimiter,
    devices: new KnownDevices(config, clock),
    actSettings: settings,
    mail:
      transport &&
      new MailSender({ db, clock, logger, links: settings.links, place, transport, prepare: answerRequests }),
    index: new UserIndex(db.read, clock, config, { fillElsewhere: indexReaders?.filling('users') }),
    groupIndex: new GroupIndex(db.read, clock),
    invitationIndex: new InvitationIndex(db.read, clock),
    contactIndex: new ContactIndex(db.read, clock, { fillElsewhere: indexReaders?.filling('contacts') }),
    operations: new OperationWorker({
      db,
      clock,
      logger,
      settings,
      follow: async (foretold) => {
        const { index, groupIndex, contactIndex, invitationIndex } = context;
        await index.keepUp(foretold);
        for (const one of [groupIndex, contactIndex, invitationIndex]) await one.keepUp();
      },
      prepares: [nextImport],
    }),
    jobs,
    webhooks: new WebhookSender({
      db,
      clock,
      logger,
      settings,
      networks: config.webhookNetworks,
      agent: `Roster/${VERSION}`,
      tell: (viewer, eventId) => tellOf(db.read, viewer, minuteOf(clock()), eventId),
    }),
    troubles: new Troubles({ db, config, clockWatch, backupProblem }),
    setBackClock: new SetBackClock({ db, clock, logger }),
    clockWatch,
    startedAt: instant(clock()),
    setupToken: randomBytes(24).toString('base64url'),
    ends: [],
  };
  return context;
}

/** An event as its reader may know it. */
async function tellOf(db: Reader, viewer: Viewer, now: Instant, eventId: number): Promise<object | undefined> {
  const [event] = await toldEvents(db, await findContactViewer(db, viewer, now), [eventId]);
  return event;
}
