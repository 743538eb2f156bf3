import type { Request, Response } from 'express';
import type { Level } from '../../access/rights.ts';
import { may } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import type { Errors } from '../../forms/form.ts';
import { firstOf } from '../../lists/list-query.ts';
import { LONGEST_IDENTITY } from '../../text/identity-key.ts';
import { findUserByIdentifier } from '../../users/user-lookup.ts';
import { render } from '../../web/render.ts';
import { findApplication, findApplications } from '../application-store.ts';
import { levelOf } from './addressed-application.ts';

/** All applications; and where it is asked whether a user may do something on one, the way to the answer. */
export async function answerQuestion(app: AppContext, req: Request, res: Response): Promise<void> {
  const asked = {
    application: textOf(req.query.application),
    level: levelOf(req.query.level),
    user: textOf(req.query.user),
  };
  if (!asked.user) return showAll(app, req, res, asked);
  const user = await findUserByIdentifier(app.db.read, asked.user);
  if (!user) return showAll(app, req, res, asked, { user: 'There is no user with this name or email.' });
  const { key } = await findApplication(app.db.read, asked.application);
  res.redirect(303, `/users/${user.id}/permissions?application=${key}&level=${asked.level}`);
}

/** All of them, and a question to ask: may this user do that, and why? */
async function showAll(
  app: AppContext,
  req: Request,
  res: Response,
  asked: { application: string; level: Level; user: string },
  errors: Errors = {},
): Promise<void> {
  const { groups } = app.index;
  await groups.refresh();
  const granting = (key: string, level: Level) => groups.granting(key, level).length;
  const applications = (await findApplications(app.db.read)).map((one) => ({
    ...one,
    // Write includes read.
    reading: granting(one.key, 'read') - granting(one.key, 'write'),
    writing: granting(one.key, 'write'),
  }));
  const page = {
    title: 'Applications',
    applications,
    asked,
    errors,
    mayWrite: may(req.viewer!, 'settings', 'write'),
  };
  render(req, res, 'applications/index', page, { status: Object.keys(errors).length > 0 ? 422 : 200 });
}

function textOf(value: unknown): string {
  return (firstOf(value) ?? '').trim().slice(0, LONGEST_IDENTITY);
}
