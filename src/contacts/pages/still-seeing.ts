import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import { requireStillActing } from '../../sessions/still-acting.ts';
import { Forbidden } from '../../verbs/refusals.ts';
import type { ContactViewer } from '../contact.ts';
import { findContactViewer } from '../contact-viewer.ts';

/** What the viewer may see at this moment. Throws where they are signed out, may do less, or see less than at first. */
export function stillSeeing(app: AppContext, req: Request): () => Promise<ContactViewer> {
  const viewer = req.viewer!;
  let first: ContactViewer | undefined;
  return async () => {
    const minute = minuteOf(app.clock());
    await requireStillActing(app.db.read, { viewer, sessionId: req.sessionID }, minute);
    const now = await findContactViewer(app.db.read, viewer, minute);
    first ??= now;
    if (seesLess(now, first)) throw new Forbidden('You see fewer contacts than when this began.');
    return now;
  };
}

function seesLess(now: ContactViewer, before: ContactViewer): boolean {
  return (now.noSharedData && !before.noSharedData) || [...before.groupIds].some((id) => !now.groupIds.has(id));
}
