import type { Request, Response } from 'express';
import { waitsForInvitation } from '../../access/admission.ts';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import { findUsers } from '../../users/user-store.ts';
import { render } from '../../web/render.ts';
import type { Link } from '../one-time-link.ts';
import type { LinkEnd } from '../over-link.ts';
import { sealLink } from '../sealed-link.ts';

/** What somebody can do whose link is over: each end has a way on of its own. */
export async function showOverLink(
  app: AppContext,
  req: Request,
  res: Response,
  { link, end }: { link: Link; end: LinkEnd },
): Promise<void> {
  const [user, inviter] = await findUsers(app.db.read, [link.userId, link.createdBy ?? 0]).then((found) => [
    found.find(({ id }) => id === link.userId),
    found.find(({ id }) => id === link.createdBy),
  ]);
  const waits = user !== undefined && waitsForInvitation(user, minuteOf(app.clock()));
  const page = {
    title: 'This link can no longer be used',
    purpose: link.purpose,
    end,
    sealed: sealLink(link, app.actSettings.links.secret),
    /** Whether a press can let those know who can make a new invitation. */
    mayAsk: link.purpose === 'invitation' && end === 'expired' && waits && app.mail !== undefined,
    mayMail: app.mail !== undefined,
    inviter: inviter?.name,
  };
  render(req, res, 'one-time-links/over', page, { status: 410 });
}
