import type { Request } from 'express';
import type { Viewer } from '../../access/viewer.ts';
import type { AppContext } from '../../app-context.ts';
import { instant, minuteOf } from '../../clock.ts';
import type { Act } from '../../verbs/act.ts';
import { NotSignedIn } from '../../verbs/refusals.ts';
import { channelOf } from '../../web/channel.ts';
import { agentOf } from '../../web/request-words.ts';
import { requireStillActing } from '../still-acting.ts';

/** The act of the signed-in viewer that this request is, or of somebody named. */
export function actOf(app: AppContext, req: Request, by: Viewer | undefined = req.viewer): Act {
  if (!by) throw new NotSignedIn();
  const act = { ...circumstances(app, req), by };
  if (by !== req.viewer) return act;
  const acting = { viewer: by, sessionId: req.sessionID };
  return { ...act, confirm: (trx) => requireStillActing(trx, acting, minuteOf(app.clock())) };
}

/** When and from where, before anybody is known. */
export function circumstances(app: AppContext, req: Request): Omit<Act, 'by'> {
  return {
    ...app.actSettings,
    at: instant(app.clock()),
    address: req.ip ?? '',
    requestId: String(req.id),
    channel: channelOf(app, req.body),
  };
}

/** How somebody comes in who has just chosen a first password: in a browser that was nobody's before. */
export function firstEntry(app: AppContext, req: Request) {
  const { at, address } = circumstances(app, req);
  return { at, address, agent: agentOf(req), device: null };
}
