import type { Request } from 'express';
import type { AppContext } from '../../../app-context.ts';
import { instant } from '../../../clock.ts';
import { actOf } from '../../../sessions/pages/act.ts';
import { isAbandoned } from '../../actions/pausing.ts';
import { weighsMuch, weighsToPutOff } from '../../actions/weighty-operation.ts';
import { visibleOperation } from './visible-operation.ts';

/** Whether the operation that the address names is of those that have to be confirmed. */
export async function isWeightyOperation(app: AppContext, req: Request): Promise<boolean> {
  const operation = await visibleOperation(app, req, { acts: true });
  return weighsMuch(app.db.read, actOf(app, req), operation);
}

/** Whether not to do it, or later, is one of what has to be confirmed. */
export async function isWeightyToPutOff(app: AppContext, req: Request): Promise<boolean> {
  const operation = await visibleOperation(app, req, { acts: true });
  return weighsToPutOff(app.db.read, actOf(app, req), operation);
}

/** Whether to let it go on is to do the rest of it in one's own name. */
export async function isTakenOver(app: AppContext, req: Request): Promise<boolean> {
  const operation = await visibleOperation(app, req, { acts: true });
  return isAbandoned(app.db.read, operation, instant(app.clock()));
}
