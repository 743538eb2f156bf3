import { Router } from 'express';
import { activatedTo } from '../../access/activity.ts';
import { maySeeLinkOf } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { dayOf, instant } from '../../clock.ts';
import type { Transaction } from '../../db/database.ts';
import { typedFields } from '../../forms/form.ts';
import { findInvitedBy, type Purpose } from '../../one-time-links/one-time-link-store.ts';
import { channelOf } from '../../one-time-links/pages/channel.ts';
import { actOf } from '../../sessions/pages/act.ts';
import type { Act } from '../../verbs/act.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { requireRight } from '../../web/authorization.ts';
import { flash } from '../../web/flash.ts';
import { currentPage, isHtmx, render } from '../../web/render.ts';
import type { UserAction } from '../actions/user-action.ts';
import { judge, MAIL_ONLY, perform } from '../actions/user-life-cycle.ts';
import type { Subject, User } from '../user.ts';
import { subjectOf } from './addressed-user.ts';

interface Words {
  label: string;
  /** What the last button of the confirmation page says. */
  button: string;
  done: (user: User) => string;
}

export interface ActionPage extends Words {
  action: UserAction;
  /** What it is called for users of whom this holds. */
  otherwise?: Words & { holds: (user: Subject) => boolean };
  /** The noun of the address below `/users/:id`; where two actions share it, the state of the user tells which is meant. */
  path: string;
  method: 'post' | 'delete';
  /** The confirmation page below `path`. */
  page: 'new' | 'delete';
  isDangerous?: boolean;
  /** What it ends and what it keeps, a sentence each. */
  consequences: (user: Subject) => string[];
  /** The link that it makes, to be mailed or shown once. */
  makes?: Purpose;
}

/** The actions of a single user. Each has a page that says what it does, and an address that does it. */
export const ACTION_PAGES: ActionPage[] = [
  {
    action: 'confirm-access',
    label: 'Confirm access',
    button: 'Confirm access',
    path: 'access-confirmation',
    method: 'post',
    page: 'new',
    consequences: () => [
      'You say that this access is still needed. Your name and today’s date stand in the record.',
      'Nothing else changes.',
    ],
    done: (user) => `Access of ${user.name} is confirmed.`,
  },
  {
    action: 'reset-login-attempts',
    label: 'Reset login attempts',
    button: 'Reset login attempts',
    path: 'login-attempts',
    method: 'delete',
    page: 'delete',
    consequences: () => [
      'Every count of failed sign-ins goes back to zero, and a lock ends now: for unknown devices and for known ones.',
      'The password stays as it is.',
    ],
    done: (user) => `Login attempts of ${user.name} are reset.`,
  },
  {
    action: 'reinvite',
    label: 'Reinvite',
    button: 'Reinvite user',
    path: 'invitation',
    method: 'post',
    page: 'new',
    consequences: (user) => [
      ...(user.invitationExpiresAt === null ? [] : ['The invitation sent before ends: its link no longer works.']),
      'The new link works once.',
    ],
    done: (user) => `${user.name} has a new invitation.`,
    otherwise: {
      holds: (user) => user.invitationExpiresAt === null,
      label: 'Invite',
      button: 'Invite user',
      done: (user) => `${user.name} is invited.`,
    },
    makes: 'invitation',
  },
  {
    action: 'withdraw-invitation',
    label: 'Withdraw invitation',
    button: 'Withdraw invitation',
    path: 'invitation',
    method: 'delete',
    page: 'delete',
    consequences: () => ['The link of the invitation no longer works.', 'The user stays, and can be invited again.'],
    done: (user) => `The invitation of ${user.name} is withdrawn.`,
  },
  {
    action: 'send-password-reset',
    label: 'Send password reset',
    button: 'Send password reset',
    path: 'password-reset',
    method: 'post',
    page: 'new',
    consequences: () => [
      'The link works once. A link made before no longer works.',
      'Until it is used, the old password and open sessions stay. When it is used, all sessions end and a lock is lifted.',
    ],
    done: (user) => `${user.name} has a link to choose a new password.`,
    makes: 'password-reset',
  },
  {
    action: 'activate',
    label: 'Activate',
    button: 'Activate user',
    path: 'deactivation',
    method: 'delete',
    page: 'delete',
    consequences: (user) => [
      activatedTo(user) === 'active'
        ? `${user.name} may sign in again, with the groups that stand in the record.`
        : `${user.name} comes back as before the deletion: deactivated, and may not sign in.`,
      ...(user.activity === 'deleted'
        ? ['This works only while nobody else has the name, the system email or the contact.']
        : []),
    ],
    done: (user) => `${user.name} is active again.`,
    otherwise: {
      holds: (user) => activatedTo(user) !== 'active',
      label: 'Restore',
      button: 'Restore user',
      done: (user) => `${user.name} is restored, and deactivated as before.`,
    },
  },
  {
    action: 'deactivate',
    label: 'Deactivate',
    button: 'Deactivate user',
    path: 'deactivation',
    method: 'post',
    page: 'new',
    isDangerous: true,
    consequences: (user) => [
      `${user.name} can no longer sign in. Open sessions and links end at once.`,
      'Groups, contact, tags and history stay, and Activate brings everything back.',
    ],
    done: (user) => `${user.name} is deactivated.`,
  },
  {
    action: 'delete',
    label: 'Delete',
    button: 'Delete user',
    path: 'deletion',
    method: 'post',
    page: 'new',
    isDangerous: true,
    consequences: (user) => [
      `${user.name} can no longer sign in, and leaves the list. Open sessions and links end at once.`,
      'Name, system email and contact become free for another user; then this one cannot be restored under them.',
      'The record and its history stay, under the filter Deleted. Activate restores it.',
    ],
    done: (user) => `${user.name} is deleted.`,
  },
];

/** How the action is called for this user. */
export function wordsFor(page: ActionPage, user: Subject): Words {
  return page.otherwise?.holds(user) ? page.otherwise : page;
}

/** Every page but those in which a row shows what was done to a user. */
const ELSEWHERE = /^\/(?!(users|invitations)(\?|$))/;

export function userActionsController(app: AppContext): Router {
  const router = Router();
  const write = requireRight('users', 'write');

  for (const page of ACTION_PAGES) {
    router.get(`/users/:id/${page.path}/${page.page}`, write, async (req, res) => {
      const user = await subjectOf(app, req);
      const [{ refusal }] = await judge(app.db.read, req.viewer!, page.action, [user.id], dayOf(app.clock()));
      if (refusal?.kind === 'forbidden') throw new Forbidden(`${user.name} ${refusal.reason}.`);
      if (refusal) throw new Conflict(`${user.name} ${refusal.reason}.`);
      const mailOnly = page.makes !== undefined && !maySeeLinkOf(req.viewer!, user);
      if (mailOnly && !app.mail) throw new Forbidden(`${user.name} ${MAIL_ONLY}.`);
      const locals = {
        title: `${wordsFor(page, user).button}: ${user.name}`,
        user,
        button: wordsFor(page, user).button,
        isDangerous: page.isDangerous ?? false,
        consequences: page.consequences(user),
        action: `/users/${user.id}/${page.path}`,
        method: page.method,
        offersDeactivation: page.action === 'delete' && user.activity === 'active',
        invited: isEnd(page.action) ? await findInvitedBy(app.db.read, user.id, instant(app.clock())) : [],
        makesLink: page.makes !== undefined,
        mayMail: app.mail !== undefined,
        mailOnly,
      };
      render(req, res, 'users/action', locals, { fragments: { 'dialog-body': 'users/_action' } });
    });

    router[page.method](`/users/:id/${page.path}`, write, async (req, res) => {
      const user = await subjectOf(app, req);
      const channel = channelOf(app, req.body);
      const withdrawn = withdrawnBy(req.body);
      const [{ refusal }] = await app.db.write(async (trx) => {
        const act = actOf(app, req);
        const done = await perform(trx, act, page.action, [user.id], app.links, channel);
        if (isEnd(page.action) && !done[0].refusal) await withdraw(trx, act, user, withdrawn);
        return done;
      });
      if (refusal?.kind === 'forbidden') throw new Forbidden(`${user.name} ${refusal.reason}.`);
      const path = `/users/${user.id}`;
      const { done } = wordsFor(page, user);
      if (refusal) flash(req, `Nothing changed: ${user.name} ${refusal.reason}.`, { path });
      else if (page.makes && channel === 'mail') flash(req, `${done(user)} It goes to ${user.email}.`, { path });
      else flash(req, done(user), { path, showLink: page.makes && { purpose: page.makes, userId: user.id } });
      // Above a list the dialog takes what the record says; every other page gives way to the record itself.
      if (isHtmx(req) && ELSEWHERE.test(currentPage(req))) res.set('HX-Redirect', path).status(204).end();
      else res.redirect(303, path);
    });
  }

  /** Of the invitations that somebody who is leaving made, those that were ticked on the page (R37). */
  async function withdraw(trx: Transaction, act: Act, creator: User, ids: number[]): Promise<void> {
    const invited = await findInvitedBy(trx, creator.id, act.at);
    const meant = invited.map((user) => user.id).filter((id) => ids.includes(id));
    await perform(trx, act, 'withdraw-invitation', meant, app.links);
  }

  return router;
}

function isEnd(action: UserAction): boolean {
  return action === 'deactivate' || action === 'delete';
}

function withdrawnBy(body: unknown): number[] {
  const { withdraw } = typedFields(body, [], ['withdraw']);
  return [withdraw]
    .flat()
    .filter((text) => /^[1-9]\d{0,14}$/.test(text))
    .map(Number);
}
