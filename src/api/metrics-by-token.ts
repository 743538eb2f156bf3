import type { RequestHandler } from 'express';
import type { AppContext } from '../app-context.ts';
import { SECRET_IN_TEXT } from '../tokens/token-secret.ts';
import { callerOf } from './contract/caller.ts';
import { requireOpen } from './contract/needs.ts';
import type { RequestLimit } from './contract/request-limit.ts';
import { answerProblem, knownCaller } from './problem-answer.ts';

/** Whoever comes by a token is told here whether they may go on; all others are for what asks for another secret. */
export function metricsByToken(app: AppContext, limit: RequestLimit, show: RequestHandler): RequestHandler {
  return async (req, res, next) => {
    if (!SECRET_IN_TEXT.test(req.get('authorization') ?? '')) return next();
    try {
      const caller = await callerOf(app, req);
      knownCaller(req, caller);
      res.set(await limit.take(caller.token.id, app.clock()));
      requireOpen(caller, ['settings', 'read'], 'metrics:read');
    } catch (error) {
      return answerProblem(app, error, req, res);
    }
    return show(req, res, next);
  };
}
