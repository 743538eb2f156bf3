import { randomBytes } from 'node:crypto';
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import compression from 'compression';
import express, { type Express, type RequestHandler, type Router } from 'express';
import { may } from './access/viewer.ts';
import { RequestLimit } from './api/contract/request-limit.ts';
import { metricsByToken } from './api/metrics-by-token.ts';
import { referenceController } from './api/pages/reference-controller.ts';
import type { AppContext } from './app-context.ts';
import { applicationsController } from './applications/pages/applications-controller.ts';
import { askingController } from './asking/pages/asking-controller.ts';
import { auditController } from './audit/pages/audit-controller.ts';
import { recordRefusal } from './audit/pages/refusal-recording.ts';
import { bulkOperationsController } from './bulk-operations/pages/bulk-operations-controller.ts';
import { scheduleController } from './bulk-operations/pages/schedule/schedule-controller.ts';
import { contactsController } from './contacts/pages/contacts-controller.ts';
import { type AppParts, makeContext } from './context-making.ts';
import { credentialsController } from './credentials/pages/credentials-controller.ts';
import { emailsController } from './credentials/pages/emails-controller.ts';
import { erasureController } from './erasure/pages/erasure-controller.ts';
import { exportController } from './export/pages/export-controller.ts';
import { FEATURES } from './features.ts';
import { groupsController } from './groups/pages/groups-controller.ts';
import { idleAccountsController } from './idle-accounts/pages/idle-accounts-controller.ts';
import { importController } from './import/pages/import-controller.ts';
import { readUpload, UPLOAD_PATHS } from './import/pages/upload.ts';
import { health } from './installation/pages/health.ts';
import { installationController } from './installation/pages/installation-controller.ts';
import { metrics } from './installation/pages/metrics.ts';
import { interfaceController } from './interface/pages/interface-controller.ts';
import { invitationListController } from './invitations/pages/invitation-list-controller.ts';
import { invitationsController } from './invitations/pages/invitations-controller.ts';
import { leadingController } from './leading/pages/leading-controller.ts';
import { leavingController } from './leaving/pages/leaving-controller.ts';
import { linkedContactsController } from './linked-contacts/pages/linked-contacts-controller.ts';
import { sourceIn } from './lists/list-query.ts';
import { mailboxController } from './mail/pages/mailbox-controller.ts';
import { membersController } from './memberships/pages/members-controller.ts';
import { overviewController } from './overview/pages/overview-controller.ts';
import { ownPasskeysController } from './passkeys/pages/own-passkeys-controller.ts';
import { passkeySignInController } from './passkeys/pages/passkey-sign-in-controller.ts';
import { passwordsController } from './passwords/pages/passwords-controller.ts';
import { peopleController, readPeopleForms } from './pasted-people/pages/people-controller.ts';
import { permissionsController } from './permissions/pages/permissions-controller.ts';
import { preferencesController } from './preferences/pages/preferences-controller.ts';
import { provisioningController } from './provisioning/pages/provisioning-controller.ts';
import { reviewsController } from './reviews/pages/reviews-controller.ts';
import { savedViewsController } from './saved-views/pages/saved-views-controller.ts';
import { searchController } from './search/pages/search-controller.ts';
import { secondFactorsController } from './second-factors/pages/second-factors-controller.ts';
import { ExpressSessions } from './sessions/express-sessions.ts';
import { authentication } from './sessions/pages/authentication.ts';
import { keptSession } from './sessions/pages/kept-session.ts';
import { settleFirst } from './sessions/pages/owed.ts';
import { readSignIns, sessionsController } from './sessions/pages/sessions-controller.ts';
import { showSignIn } from './sessions/pages/sign-in-page.ts';
import type { SignedIn } from './sessions/signed-in.ts';
import { setupController } from './setup/pages/setup-controller.ts';
import { tokensController } from './tokens/pages/tokens-controller.ts';
import { securityController } from './users/pages/security-controller.ts';
import { userActionsController } from './users/pages/user-actions-controller.ts';
import { userSessionsController } from './users/pages/user-sessions-controller.ts';
import { usersController } from './users/pages/users-controller.ts';
import { NotFound } from './verbs/refusals.ts';
import { assets } from './web/assets.ts';
import { byFirstWord } from './web/by-first-word.ts';
import { errorHandler } from './web/error-handler.ts';
import { requireSignIn } from './web/guards/authorization.ts';
import { cookieName } from './web/guards/cookie-name.ts';
import { forgery, methodOverride } from './web/guards/forgery.ts';
import { hostCheck } from './web/guards/host-check.ts';
import { proxyCheck } from './web/guards/proxy-check.ts';
import { noStore, securityHeaders } from './web/guards/security-headers.ts';
import { Visits } from './web/guards/visits.ts';
import { requestLog } from './web/request-log.ts';
import { beforeLongWork, oneEachTurn, pause } from './web/traffic/turns.ts';
import { whenAsked } from './web/when-asked.ts';
import { webhooksController } from './webhooks/pages/webhooks-controller.ts';

type Controller = (context: AppContext) => Router;

/** The whole product from top to bottom: what every request passes, what strangers reach, what needs a sign-in. Others have their turn while it is made. */
export async function createApp(parts: AppParts): Promise<{ express: Express; context: AppContext }> {
  const { db, config, clock, logger, mailbox } = parts;
  const context = makeContext(parts);
  await turnOfOthers();

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', config.trustProxy ?? false);
  app.set('etag', false);
  app.set('query parser', sourceIn);
  app.locals.features = FEATURES;
  app.locals.instanceName = config.instanceName;
  app.locals.mailboxPath = mailbox?.path;
  app.locals.clock = clock;
  app.locals.operations = () => context.operations.underWay;
  app.locals.troubles = () => context.troubles.found;
  app.locals.placesOfTrouble = () => context.troubles.places;

  app.use(requestLog(logger));
  app.use(securityHeaders(config));
  const limit = new RequestLimit(db, config.tokenRequests);
  const { count, show, tell } = metrics(context);
  app.use(count);
  app.get('/health', noStore, health(context));
  app.get('/metrics', noStore, metricsByToken(context, limit, tell), show);
  app.use(hostCheck(config, logger));
  app.use(proxyCheck(config, logger));
  app.use('/assets', compression());
  app.use(assets());
  app.use(beforeLongWork());
  app.use(oneEachTurn());
  app.use(noStore);
  app.use(async (_req, _res, next) => {
    await context.setBackClock.follow();
    next();
  });
  // Pages are packed as they are sent, and files are not: only what programs get is looked at for whether it should be.
  const packed = compression({ level: 1 });
  app.use(
    '/api/v1',
    packed,
    whenAsked(async () => (await import('./api/router.ts')).apiRouter(context, limit)),
  );
  app.use(
    '/scim/v2',
    packed,
    whenAsked(async () => (await import('./scim/router.ts')).scimRouter(context, limit)),
  );
  app.use(readPeopleForms());
  app.use(readSignIns());
  for (const path of UPLOAD_PATHS) app.post(path, readUpload(config.importMegabytes));
  app.use(express.urlencoded({ extended: false, limit: '256kb', parameterLimit: 1000 }));
  const sessions = new ExpressSessions(db, clock, {
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

  app.use(settleFirst(context));
  app.use(pause());

  app.use(
    await oneOf(context, [
      preferencesController,
      setupController,
      sessionsController,
      passkeySignInController,
      // It asks for a sign-in itself: the next one takes every word below /invitations for a link.
      exportController,
      invitationsController,
      passwordsController,
      emailsController,
      referenceController,
      ...(mailbox ? [() => mailboxController(mailbox)] : []),
    ]),
  );

  app.use(requireSignIn);

  app.get('/', (req, res) => res.redirect(303, firstPage(req.viewer!)));
  app.use(
    await oneOf(context, [
      credentialsController,
      secondFactorsController,
      ownPasskeysController,
      tokensController,
      provisioningController,
      peopleController,
      importController,
      usersController,
      userActionsController,
      erasureController,
      userSessionsController,
      securityController,
      overviewController,
      idleAccountsController,
      savedViewsController,
      reviewsController,
      bulkOperationsController,
      scheduleController,
      invitationListController,
      searchController,
      groupsController,
      leadingController,
      leavingController,
      askingController,
      applicationsController,
      membersController,
      permissionsController,
      contactsController,
      linkedContactsController,
      auditController,
      webhooksController,
      installationController,
      ...(parts.showsInterface ? [interfaceController] : []),
    ]),
  );

  app.use(() => {
    throw new NotFound();
  });
  app.use(
    errorHandler({
      logger,
      recordRefusal: (req, reason) => recordRefusal(context, req, reason),
      showSignIn: (req, res, kept) =>
        showSignIn(context, req, res, { identifier: '', next: '' }, { kept, status: 401 }),
    }),
  );
  return { express: app, context };
}

/** The controllers as one, made a turn after the other: they have hundreds of routes. */
async function oneOf(context: AppContext, controllers: Controller[]): Promise<RequestHandler> {
  const routers: Router[] = [];
  for (const controller of controllers) {
    routers.push(controller(context));
    await turnOfOthers();
  }
  return byFirstWord(routers);
}

/** Where somebody begins: the first list that they may read, the groups that they lead, or their own page. */
function firstPage(viewer: SignedIn): string {
  if (may(viewer, 'users', 'read')) return '/users';
  if (may(viewer, 'groups', 'read')) return '/groups';
  if (viewer.leads.length > 0) return '/led-groups';
  const rest = (['contacts', 'audit'] as const).find((application) => may(viewer, application, 'read'));
  return rest ? `/${rest}` : '/me';
}
