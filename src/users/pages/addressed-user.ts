import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import { addressedId } from '../../web/addressed-id.ts';
import type { Subject } from '../user.ts';
import { findSubject } from '../user-store.ts';

/** The user whom the address names. Throws NotFound. */
export async function subjectOf(app: AppContext, req: Request): Promise<Subject> {
  return findSubject(app.db.read, addressedId(req), minuteOf(app.clock()));
}
