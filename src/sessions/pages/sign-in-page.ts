import type { Request, Response } from 'express';
import { isSetUp } from '../../access/administrators.ts';
import type { AppContext } from '../../app-context.ts';
import { passkeysOffered } from '../../passkeys/offer.ts';
import { breathe } from '../../process/giving-way.ts';
import { type KeptForm, WITHOUT } from '../../web/kept-form.ts';
import { render } from '../../web/render.ts';

declare module 'express-session' {
  interface SessionData {
    /** Where somebody goes who signed in just now. */
    arriving?: string;
  }
}

/** The sign-in page; where a session ended under a form, with what was typed into it to be carried along. */
export async function showSignIn(
  app: AppContext,
  req: Request,
  res: Response,
  typed: { identifier: string; next: string },
  more: { error?: string; late?: string; kept?: KeptForm; isUndone?: boolean; status?: number } = {},
): Promise<void> {
  const { error, late, kept, isUndone = false } = more;
  const page = {
    title: 'Sign in',
    typed,
    error,
    late,
    isUndone,
    isSetUp: await isSetUp(app.db.read),
    mayMail: app.mail !== undefined,
    kept,
    without: kept?.without && WITHOUT[kept.without],
    passkeys: await passkeysOffered(app.db.read, app.config),
  };
  await breathe();
  render(req, res, 'sessions/new', page, { status: more.status ?? (error || late ? 422 : 200) });
}
