import type { Request, Response } from 'express';
import type { AppContext } from '../app-context.ts';
import type { Caller } from './contract/caller.ts';
import { headersOf, isRefusal, problemOf, sendProblem } from './contract/problem.ts';
import { recordRefusal } from './contract/refusals.ts';

/** The callers of requests that are under way, for whatever is told of them. */
const callers = new WeakMap<Request, Caller>();

/** Who makes this request is known from now on, and told to the log. */
export function knownCaller(req: Request, caller: Caller): void {
  callers.set(req, caller);
  req.told = { outcome: `token ${caller.token.id}`, userId: caller.viewer.id };
}

export function callerIn(req: Request): Caller {
  return callers.get(req)!;
}

/** Says what went wrong; what was refused to a caller who is known is written down as well. */
export async function answerProblem(app: AppContext, error: unknown, req: Request, res: Response): Promise<void> {
  const problem = problemOf(error, String(req.id));
  // The request log writes it down, once, with the request's id.
  if (problem.status >= 500) Object.assign(res, { err: error });
  const caller = callers.get(req);
  if (caller && isRefusal(error)) await recordRefusal(app, req, caller, problem.detail);
  res.set(headersOf(error, problem)).set('Cache-Control', 'no-store');
  sendProblem(res, problem);
}
