import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { agentOf } from '../../web/request-words.ts';
import type { Visitor } from '../visitor.ts';

export function visitorOf(app: AppContext, req: Request): Visitor {
  return {
    agent: agentOf(req),
    claimsDevice: app.devices.isClaimed(req),
    deviceOf: (user) => app.devices.find(req, user),
    tokenOf: (user) => app.devices.tokenOf(req, user),
  };
}
