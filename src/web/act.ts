import type { Request } from 'express';
import type { Act } from '../audit/audit-event.ts';
import { instant } from '../clock.ts';
import type { Viewer } from '../users/user.ts';
import type { AppContext } from './app-context.ts';
import { NotSignedIn } from './errors.ts';
import { requireStillActing } from './still-acting.ts';

/** The act of the signed-in viewer that this request is, or of somebody named. */
export function actOf(app: AppContext, req: Request, by: Viewer | undefined = req.viewer): Act {
  if (!by) throw new NotSignedIn();
  const act = { ...circumstances(app, req), by };
  return by === req.viewer ? { ...act, confirm: (trx) => requireStillActing(app, req, trx) } : act;
}

/** When and from where, before anybody is known. */
export function circumstances(app: AppContext, req: Request): Omit<Act, 'by'> {
  return {
    at: instant(app.clock()),
    address: req.ip ?? '',
    requestId: String(req.id),
    auditKey: app.config.secrets.audit,
    sendsMail: app.mail !== undefined,
  };
}

/** The browser as it calls itself, short enough to be kept. */
export function agentOf(req: Request): string {
  return (req.get('user-agent') ?? '').slice(0, 200);
}

/** Longer than any word of an address, and no longer than any token. */
const LONG_SEGMENT = /[^/]{32,}/g;

/** The path for logs and audit: never a query, never a token, however the address is written (R45). */
export function loggedPath(req: { originalUrl?: string; url?: string }): string {
  const [path] = (req.originalUrl ?? req.url ?? '').split('?');
  return path.replace(LONG_SEGMENT, '…').slice(0, 200);
}
