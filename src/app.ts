import { randomBytes } from 'node:crypto';
import { constants } from 'node:zlib';
import compression from 'compression';
import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { applicationsController } from './applications/applications-controller.ts';
import { auditController } from './audit/audit-controller.ts';
import { bulkOperationsController } from './bulk-operations/bulk-operations-controller.ts';
import { type Clock, instant } from './clock.ts';
import type { Config } from './config.ts';
import { contactLinksController } from './contacts/contact-links-controller.ts';
import { contactsController } from './contacts/contacts-controller.ts';
import { credentialsController } from './credentials/credentials-controller.ts';
import type { Database } from './db/database.ts';
import { groupsController } from './groups/groups-controller.ts';
import { membersController } from './groups/members-controller.ts';
import { permissionsController } from './groups/permissions-controller.ts';
import { ClockWatch } from './installation/clock-watch.ts';
import { installationController } from './installation/installation-controller.ts';
import { metrics } from './installation/metrics.ts';
import { SetBackClock } from './installation/set-back-clock.ts';
import { Troubles } from './installation/troubles.ts';
import { interfaceController } from './interface/interface-controller.ts';
import { invitationListController } from './invitations/invitation-list-controller.ts';
import { invitationsController } from './invitations/invitations-controller.ts';
import { BACKUP_JOB } from './jobs/job-list.ts';
import { Jobs } from './jobs/jobs.ts';
import { leadingController } from './leading/leading-controller.ts';
import { linkSettings } from './links/link-store.ts';
import { MailSender } from './mail/mail-sender.ts';
import type { Mailbox } from './mail/mailbox.ts';
import { mailboxController } from './mail/mailbox-controller.ts';
import { smtpTransport } from './mail/smtp-transport.ts';
import { PasswordHasher } from './passwords/password-hasher.ts';
import { passwordsController } from './passwords/passwords-controller.ts';
import { preferencesController } from './preferences/preferences-controller.ts';
import { searchController } from './search/search-controller.ts';
import { keptSession } from './sessions/kept-session.ts';
import { KnownDevices } from './sessions/known-devices.ts';
import { SessionStore } from './sessions/session-store.ts';
import { sessionsController } from './sessions/sessions-controller.ts';
import { SignIn } from './sessions/sign-in.ts';
import { setupController } from './setup/setup-controller.ts';
import { may } from './users/user.ts';
import { userActionsController } from './users/user-actions-controller.ts';
import { UserIndex } from './users/user-index.ts';
import { usersController } from './users/users-controller.ts';
import { AddressLimiter } from './web/address-limiter.ts';
import type { AppContext } from './web/app-context.ts';
import { assets } from './web/assets.ts';
import { authentication } from './web/authentication.ts';
import { requireSignIn } from './web/authorization.ts';
import { cookieName } from './web/cookie-name.ts';
import { errorHandler } from './web/error-handler.ts';
import { NotFound } from './web/errors.ts';
import { forgery, methodOverride } from './web/forgery.ts';
import { health } from './web/health.ts';
import { hostCheck } from './web/host-check.ts';
import { proxyCheck } from './web/proxy-check.ts';
import type { SignedIn } from './web/request.d.ts';
import { requestLog } from './web/request-log.ts';
import { noStore, securityHeaders } from './web/security-headers.ts';
import { Visits } from './web/visits.ts';

export interface AppParts {
  db: Database;
  config: Config;
  clock: Clock;
  logger: Logger;
  /** Takes the mails and shows them, instead of the mail server of the settings. */
  mailbox?: Mailbox;
  /** Whether `/interface` shows the parts of all pages; for the demo and the tests. */
  showsInterface?: boolean;
}

/** The whole product from top to bottom: what every request passes, what strangers reach, what needs a sign-in. */
export function createApp(parts: AppParts): { express: Express; context: AppContext } {
  const { db, config, clock, logger, mailbox } = parts;
  const hasher = new PasswordHasher(config.secrets.pepper, config.passwordCost);
  const links = linkSettings(config.secrets.link, config.invitationHours, config.resetMinutes);
  const transport = mailbox ?? (config.mail && smtpTransport(config.mail));
  const place = { instanceName: config.instanceName, baseUrl: config.baseUrl };
  const addressLimiter = new AddressLimiter(db, clock);
  const jobs = new Jobs({ logger, clock });
  const backupProblem = () => jobs.list().find(({ name }) => name === BACKUP_JOB)?.problem;
  const context: AppContext = {
    db,
    config,
    clock,
    logger,
    hasher,
    signIn: new SignIn({ db, hasher, clock, addressLimiter, attemptLimit: config.loginAttempts }),
    addressLimiter,
    devices: new KnownDevices(config, clock),
    links,
    mail: transport && new MailSender({ db, clock, logger, links, place, transport, auditKey: config.secrets.audit }),
    index: new UserIndex(db.read, clock),
    jobs,
    troubles: new Troubles({ db, config, clockWatch: new ClockWatch({ clock, logger }), backupProblem }),
    setBackClock: new SetBackClock({ db, clock, logger }),
    startedAt: instant(clock()),
    setupToken: randomBytes(24).toString('base64url'),
  };

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy ?? false);
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.locals.instanceName = config.instanceName;
  app.locals.mailboxPath = mailbox?.path;
  app.locals.clock = clock;
  app.locals.troubles = () => context.troubles.found;

  app.use(requestLog(logger));
  app.use(securityHeaders(config));
  const { count, show } = metrics(context);
  app.use(count);
  app.get('/health', noStore, health(context));
  app.get('/metrics', noStore, show);
  app.use(hostCheck(config, logger));
  app.use(proxyCheck(config, logger));
  // What browsers keep for ever is worth more effort than a page that is sent once.
  app.use('/assets', compression({ brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } } }));
  app.use(assets());
  app.use(compression({ level: 1 }));
  app.use(noStore);
  app.use(async (_req, _res, next) => {
    await context.setBackClock.follow();
    next();
  });
  app.use(express.urlencoded({ extended: false, limit: '256kb', parameterLimit: 1000 }));
  const sessions = new SessionStore(db, clock, {
    idleMinutes: config.sessionIdleMinutes,
    maxHours: config.sessionMaxHours,
  });
  const sessionCookie = cookieName(config, 'roster');
  app.use(
    keptSession(sessions, {
      name: sessionCookie,
      secret: config.secrets.session,
      genid: () => randomBytes(32).toString('base64url'),
      cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: config.secure },
      resave: false,
      saveUninitialized: false,
    }),
  );
  app.use(methodOverride);
  app.use(authentication(context));
  app.use(forgery(config, new Visits(config, sessionCookie, clock)));

  app.use(preferencesController(context));
  app.use(setupController(context));
  app.use(sessionsController(context));
  app.use(invitationsController(context));
  app.use(passwordsController(context));
  if (mailbox) app.use(mailboxController(mailbox));

  app.use(requireSignIn);

  app.get('/', (req, res) => res.redirect(303, firstPage(req.viewer!)));
  app.use(credentialsController(context));
  app.use(usersController(context));
  app.use(userActionsController(context));
  app.use(bulkOperationsController(context));
  app.use(invitationListController(context));
  app.use(searchController(context));
  app.use(groupsController(context));
  app.use(leadingController(context));
  app.use(applicationsController(context));
  app.use(membersController(context));
  app.use(permissionsController(context));
  app.use(contactsController(context));
  app.use(contactLinksController(context));
  app.use(auditController(context));
  app.use(installationController(context));
  if (parts.showsInterface) app.use(interfaceController());

  app.use(() => {
    throw new NotFound();
  });
  app.use(errorHandler(context));
  return { express: app, context };
}

/** Where somebody begins: the first list that they may read, the groups that they lead, or their own page. */
function firstPage(viewer: SignedIn): string {
  if (may(viewer, 'users', 'read')) return '/users';
  if (may(viewer, 'groups', 'read')) return '/groups';
  if (viewer.leads.length > 0) return '/led-groups';
  const rest = (['contacts', 'audit'] as const).find((application) => may(viewer, application, 'read'));
  return rest ? `/${rest}` : '/credentials';
}
