import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { keepRefusal } from '../../audit/pages/refusal-recording.ts';
import { actOfCaller, type Caller } from './caller.ts';

/** As it is written down of people (promise 6). */
export function recordRefusal(app: AppContext, req: Request, caller: Caller, reason: string): Promise<void> {
  return keepRefusal(app, req, { ...actOfCaller(app, req, caller), by: caller.viewer }, reason);
}
