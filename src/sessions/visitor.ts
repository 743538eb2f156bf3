import type { Request } from 'express';
import type { User } from '../users/user.ts';
import { agentOf } from '../web/act.ts';
import type { AppContext } from '../web/app-context.ts';

/** The browser that a password comes from. */
export interface Visitor {
  agent: string;
  /** Whether it may turn out to be a known device at all. */
  claimsDevice: boolean;
  /** The device as which it is known for the user; null for a stranger's. */
  deviceOf(user: Pick<User, 'id' | 'passwordSetAt'>): string | null;
}

export function visitorOf(app: AppContext, req: Request): Visitor {
  return {
    agent: agentOf(req),
    claimsDevice: app.devices.isClaimed(req),
    deviceOf: (user) => app.devices.find(req, user),
  };
}
