import type { Request, Response } from 'express';
import { isOver } from '../../../access/granted-rights.ts';
import { may, mayAdminister, maySeeLinkOf, type Viewer } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import { findApplications } from '../../../applications/application-store.ts';
import { showOlderEvents, type Telling, timelineOf } from '../../../audit/pages/timeline.ts';
import { instant, minuteOf } from '../../../clock.ts';
import { accountsThroughCompany, warnedAccounts } from '../../../contacts/contact.ts';
import { findContact, findContactOfAnyOwner } from '../../../contacts/contact-store.ts';
import { findContactViewer } from '../../../contacts/contact-viewer.ts';
import { erasureOf } from '../../../erasure/erasure-state.ts';
import { MAIL_LABELS, mailState } from '../../../mail/mail-state.ts';
import { findMails } from '../../../mail/sent-mails.ts';
import { findMemberships } from '../../../memberships/membership-store.ts';
import { linkAddress } from '../../../one-time-links/one-time-link.ts';
import { findToken } from '../../../one-time-links/open-links.ts';
import { explain } from '../../../permissions/explanation.ts';
import { keptByProgram } from '../../../provisioning/provisioned-fields.ts';
import { devicesSection, sessionsSection } from '../../../sessions/pages/sign-in-history.ts';
import { findTagsOf } from '../../../tags/tag-store.ts';
import { makingRefusal } from '../../../tokens/token.ts';
import { tokensSection } from '../../../tokens/told-tokens.ts';
import { type Flash, takeFlash } from '../../../web/flash.ts';
import { formatOf } from '../../../web/reader/reader-format.ts';
import { render } from '../../../web/render.ts';
import { STATE_LABELS } from '../../state-labels.ts';
import type { Subject } from '../../user.ts';
import { badgesOf, stateLimits, statesOf } from '../../user-state.ts';
import { findUserNames } from '../../user-store.ts';
import { comingFor } from './coming.ts';
import { loginAttemptsSection } from './login-attempts-section.ts';
import { likeliest, offeredActions, operableUser } from './offered-actions.ts';
import { grantersOf } from './permissions-page.ts';
import { responsibilities } from './responsibilities.ts';

const MAILS_SHOWN = 10;

export async function showRecord(app: AppContext, req: Request, res: Response, user: Subject): Promise<void> {
  const db = app.db.read;
  const now = instant(app.clock());
  const viewer = req.viewer!;
  const flash = takeFlash(req);
  const limits = stateLimits(app);
  const offered = offeredActions(viewer, user);
  const memberships = (await findMemberships(db, [user.id])).map((membership) => ({
    ...membership,
    isOver: isOver(membership, minuteOf(now)),
  }));
  const applications = await findApplications(db);
  const explanations = await explain(
    db,
    user.id,
    applications.map((application) => application.key),
    minuteOf(now),
  );
  const page = {
    title: user.name,
    accountsThroughCompany,
    user,
    flash,
    link: await linkToShow(app, flash, user, maySeeLinkOf(viewer, user)),
    linksWorkElsewhere: app.config.baseUrlGiven,
    badges: badgesOf(user, limits).map((state) => ({ state, label: STATE_LABELS[state] })),
    ...(await contactSection(app, viewer, user)),
    memberships,
    coming: await comingFor(app, req, user, memberships),
    permissions: applications
      .map((application, n) => ({ application, explanation: explanations[n] }))
      .filter(({ explanation }) => explanation.reasons.length > 0),
    mayReadGroups: may(viewer, 'groups', 'read'),
    tags: await findTagsOf(db, 'user', user.id),
    kept: await keptByProgram(db, user.id),
    devices: await devicesSection(db, user, now),
    tokens: await tokensSection(db, user.id, now),
    mayMake: makingRefusal(viewer, user) === undefined,
    mayEnd: mayAdminister(viewer, user),
    sessions: await sessionsSection(db, user.id, now, req.sessionID),
    loginAttempts: await loginAttemptsSection(db, user.id, app.config.loginAttempts, now),
    isInvitationOpen: user.invitationExpiresAt !== null && user.invitationExpiresAt > now,
    mails: (await findMails(db, user.id, MAILS_SHOWN)).map((mail) => ({
      ...mail,
      label: MAIL_LABELS[mail.kind],
      state: mailState(mail, formatOf(req)),
    })),
    ...(await timelineOf(app, req, telling(user))),
    names: await findUserNames(db, [
      ...grantersOf(explanations),
      user.createdBy,
      user.accessConfirmedBy,
      user.apiOnlyOwnerId,
      ...memberships.map((one) => one.grantedBy),
    ]),
    left: await responsibilities(app, viewer, user),
    mayLetLeave: mayAdminister(viewer, user) && viewer.id !== user.id && user.erasedAt === null,
    mayEdit: mayAdminister(viewer, user) && user.erasedAt === null,
    erasure: await erasureOf(db, viewer, user, { at: now, settings: app.config }),
    mayCreate: may(viewer, 'users', 'write') && user.erasedAt === null,
    likeliest: likeliest(offered, statesOf(user, limits)),
    operable: operableUser(viewer, user),
    actions: offered,
  };
  render(req, res, 'users/show', page, { fragments: { 'dialog-body': 'users/_done' } });
}

/** The linked contact, as far as the viewer may see it; whether it is a customer is said to everybody who maintains users. */
async function contactSection(app: AppContext, viewer: Viewer, { contactId }: Subject) {
  const linked = contactId === null ? undefined : await findContactOfAnyOwner(app.db.read, contactId);
  if (!linked) return { contact: undefined, isContactHidden: false, warned: [] };
  const contactViewer = await findContactViewer(app.db.read, viewer, minuteOf(app.clock()));
  const contact = await findContact(app.db.read, contactViewer, linked.id);
  return { contact, isContactHidden: !contact, warned: linked.activity === 'deleted' ? [] : warnedAccounts(linked) };
}

/** Events before those that are shown already, as a page and as more of the record. */
export async function showTimeline(app: AppContext, req: Request, res: Response, user: Subject): Promise<void> {
  await showOlderEvents(app, req, res, telling(user));
}

function telling({ id, name }: Subject): Telling {
  return { type: 'user', id, name };
}

/** Right after it was made, and to whoever may make it, the link is shown once. */
async function linkToShow(app: AppContext, flash: Flash | undefined, user: Subject, mayShow: boolean) {
  const wanted = flash?.showLink;
  if (!wanted || wanted.userId !== user.id || !mayShow) return undefined;
  const found = await findToken(app.db.read, wanted.purpose, user.id, app.actSettings.links, instant(app.clock()));
  return (
    found && {
      purpose: wanted.purpose,
      address: linkAddress(app.config.baseUrl, wanted.purpose, found.token),
      expiresAt: found.expiresAt,
    }
  );
}
