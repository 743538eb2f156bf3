import type { Request, Response } from 'express';
import { isNotStarted, maySignIn } from '../../access/admission.ts';
import type { Level } from '../../access/rights.ts';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import type { Application } from '../../applications/application.ts';
import { findApplications } from '../../applications/application-store.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import { firstOf } from '../../lists/list-query.ts';
import { type Explanation, explain, type Reason } from '../../permissions/explanation.ts';
import { shortened } from '../../text/text.ts';
import { render } from '../../web/render.ts';
import type { Subject, User } from '../user.ts';
import { findUserNames } from '../user-store.ts';

const GROUPS_NAMED = 5;

/** What a user may do and why, and the answer to a question where one was asked. */
export async function showPermissions(app: AppContext, req: Request, res: Response, user: Subject): Promise<void> {
  const now = minuteOf(app.clock());
  const applications = await findApplications(app.db.read);
  const explanations = await explain(
    app.db.read,
    user.id,
    applications.map((application) => application.key),
    now,
    { withOthers: true },
  );
  const explained = applications.map((application, n) => ({
    application,
    explanation: explanations[n],
    elsewhere: elsewhere(explanations[n]),
  }));
  const asked = explained.find(({ application }) => application.key === firstOf(req.query.application));
  const mayReadGroups = may(req.viewer!, 'groups', 'read');
  const level = firstOf(req.query.level) === 'write' ? 'write' : 'read';
  render(req, res, 'users/permissions', {
    title: `Effective permissions of ${user.name}`,
    user,
    explained: asked ? [asked, ...explained.filter((one) => one !== asked)] : explained,
    answer: asked && answerOf(asked.application, asked.explanation, level, mayReadGroups),
    notice: noticeOf(user, now),
    names: await findUserNames(app.db.read, grantersOf(explanations)),
    mayReadGroups,
  });
}

/** Who made the user a member of the groups that the explanations name. */
export function grantersOf(explanations: Explanation[]): (number | null)[] {
  return explanations.flatMap(({ reasons }) => reasons.map((reason) => reason.membership?.grantedBy ?? null));
}

function answerOf(application: Application, explanation: Explanation, level: Level, mayReadGroups: boolean) {
  const isEnough = (reason: Reason) => reason.level === 'write' || reason.level === level;
  const holds = explanation.level === 'write' || explanation.level === level;
  return {
    holds,
    level,
    name: application.name,
    because: holds ? '' : whyNot(explanation.reasons.filter(isEnough), level, mayReadGroups),
  };
}

/** The nearest of the reasons that do not count. */
function whyNot(reasons: Reason[], level: Level, mayReadGroups: boolean): string {
  const own = reasons.filter((reason) => reason.hindrance !== 'no member');
  if (own.length > 0) return own.map(hindered).join(' ');
  if (!mayReadGroups) return `No group of theirs grants ${level} on it.`;
  return reasons.length > 0 ? `Groups grant it, but this user is in none of them.` : `No group grants ${level} on it.`;
}

function hindered({ groupName, hindrance }: Reason): string {
  return hindrance === 'ended'
    ? `The group ${groupName} grants it, but the membership has ended.`
    : `The group ${groupName} grants it, but is ${hindrance}.`;
}

function elsewhere({ reasons }: Explanation): { number: number; names: string } {
  const others = reasons.filter((reason) => reason.hindrance === 'no member');
  return {
    number: others.length,
    names: shortened(
      others.map((reason) => `${reason.groupName} (${reason.level})`),
      GROUPS_NAMED,
    ),
  };
}

/** Rights are of no use to whoever cannot come in. */
function noticeOf(user: User, now: Instant): string | undefined {
  if (maySignIn(user, now)) return undefined;
  if (user.activity !== 'active') return `${user.name} is ${user.activity}, so none of this can be used.`;
  if (isNotStarted(user, now)) return `${user.name} has not started yet, so none of this can be used.`;
  return user.apiOnly
    ? `${user.name} is API-only: these rights bound its tokens, and open no page.`
    : `${user.name} has left, so none of this can be used.`;
}
