import type { Request, Response } from 'express';
import { isNotStarted, maySignIn } from '../../../access/admission.ts';
import type { Level } from '../../../access/rights.ts';
import { may } from '../../../access/viewer.ts';
import type { AppContext } from '../../../app-context.ts';
import type { Application } from '../../../applications/application.ts';
import { findApplications } from '../../../applications/application-store.ts';
import { type Instant, minuteOf } from '../../../clock.ts';
import type { GroupNames, NamedGroup } from '../../../groups/names/group-names.ts';
import { firstOf } from '../../../lists/list-query.ts';
import { type Explanation, explain, type Reason } from '../../../permissions/explanation.ts';
import { shortened } from '../../../text/text.ts';
import { render } from '../../../web/render.ts';
import type { Subject, User } from '../../user.ts';
import { findUserNames } from '../../user-store.ts';

const GROUPS_NAMED = 5;

interface Explained {
  application: Application;
  explanation: Explanation;
  others: NamedGroup[];
}

/** What a user may do and why, and the answer to a question where one was asked. */
export async function showPermissions(app: AppContext, req: Request, res: Response, user: Subject): Promise<void> {
  const now = minuteOf(app.clock());
  const applications = await findApplications(app.db.read);
  const explanations = await explain(
    app.db.read,
    user.id,
    applications.map((application) => application.key),
    now,
  );
  await app.index.groups.refresh();
  const explained = applications.map((application, n) => ({
    application,
    explanation: explanations[n],
    others: othersGranting(app.index.groups, explanations[n]),
  }));
  const asked = explained.find(({ application }) => application.key === firstOf(req.query.application));
  const mayReadGroups = may(req.viewer!, 'groups', 'read');
  const level = firstOf(req.query.level) === 'write' ? 'write' : 'read';
  render(req, res, 'users/permissions', {
    title: `Effective permissions of ${user.name}`,
    user,
    explained: (asked ? [asked, ...explained.filter((one) => one !== asked)] : explained).map(({ others, ...one }) => ({
      ...one,
      elsewhere: { number: others.length, names: named(others, one.application) },
    })),
    answer: asked && answerOf(asked, level, mayReadGroups),
    notice: noticeOf(user, now),
    names: await findUserNames(app.db.read, grantersOf(explanations)),
    mayReadGroups,
  });
}

/** Who made the user a member of the groups that the explanations name. */
export function grantersOf(explanations: Explanation[]): (number | null)[] {
  return explanations.flatMap(({ reasons }) => reasons.map((reason) => reason.membership.grantedBy));
}

function answerOf({ application, explanation, others }: Explained, level: Level, mayReadGroups: boolean) {
  const isEnough = (granted: Level | undefined) => granted === 'write' || granted === level;
  const holds = isEnough(explanation.level === 'none' ? undefined : explanation.level);
  const own = explanation.reasons.filter((reason) => isEnough(reason.level));
  const isElsewhere = others.some(({ rights }) => isEnough(rights[application.key]));
  return {
    holds,
    level,
    name: application.name,
    because: holds ? '' : own.length > 0 ? own.map(hindered).join(' ') : notGiven(level, mayReadGroups, isElsewhere),
  };
}

/** Why somebody has no right that none of their groups grants. */
function notGiven(level: Level, mayReadGroups: boolean, isElsewhere: boolean): string {
  if (!mayReadGroups) return `No group of theirs grants ${level} on it.`;
  return isElsewhere ? `Groups grant it, but this user is in none of them.` : `No group grants ${level} on it.`;
}

function hindered({ groupName, hindrance }: Reason): string {
  return hindrance === 'ended'
    ? `The group ${groupName} grants it, but the membership has ended.`
    : `The group ${groupName} grants it, but is ${hindrance}.`;
}

/** The groups that grant something on it and that the user is not in; a deleted one is of no use to anybody. */
function othersGranting(groups: GroupNames, { application, reasons }: Explanation): NamedGroup[] {
  const own = new Set(reasons.map((reason) => reason.groupId));
  return groups.grantingOn(application).filter(({ id }) => !own.has(id));
}

function named(others: NamedGroup[], { key }: Application): string {
  const said = others.slice(0, GROUPS_NAMED).map(({ name, rights }) => `${name} (${rights[key]})`);
  return shortened(said, GROUPS_NAMED, others.length);
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
