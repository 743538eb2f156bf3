import type { Request, Response } from 'express';
import { isNotStarted, maySignIn } from '../../access/admission.ts';
import type { AppContext } from '../../app-context.ts';
import { instant, minuteOf } from '../../clock.ts';
import type { User } from '../../users/user.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Purpose } from '../../verbs/act.ts';
import { Gone } from '../../verbs/refusals.ts';
import { formatOf } from '../../web/reader/reader-format.ts';
import type { Link } from '../one-time-link.ts';
import { findLink } from '../open-links.ts';
import { findOverLink } from '../over-link.ts';
import { showOverLink } from './over-link.ts';

export const ENDED =
  'It may have expired, been used, or been replaced by a newer one. Ask the administrator who sent it for a new link.';

export interface Opened {
  link: Link;
  user: User;
}

/** The link and its user, while both still stand; else the answer says what became of it. */
export async function openedBy(
  app: AppContext,
  req: Request,
  res: Response,
  purpose: Purpose,
  id: number | undefined,
): Promise<Opened | undefined> {
  if (id === undefined) throw new Gone(ENDED);
  const link = await findLink(app.db.read, purpose, id, instant(app.clock()));
  if (!link) {
    await showOver(app, req, res, purpose, { id });
    return undefined;
  }
  const [user] = await findUsers(app.db.read, [link.userId]);
  const now = minuteOf(app.clock());
  if (user?.startsAt && user.activity === 'active' && isNotStarted(user, now))
    throw new Gone(`The account starts on ${formatOf(req).start(user.startsAt)}. The link works from then on.`);
  if (!user || !maySignIn(user, now)) throw new Gone(ENDED);
  return { link, user };
}

/** Says what became of a link that opens nothing any more. Throws Gone where there never was one. */
export async function showOver(
  app: AppContext,
  req: Request,
  res: Response,
  purpose: Purpose,
  by: { token: string } | { id: number },
): Promise<void> {
  const over = await findOverLink(app.db.read, purpose, by, instant(app.clock()));
  if (!over) throw new Gone(ENDED);
  await showOverLink(app, req, res, over);
}
