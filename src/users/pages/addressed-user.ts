import type { Request } from 'express';
import type { AppContext } from '../../app-context.ts';
import { minuteOf } from '../../clock.ts';
import { NotFound } from '../../verbs/refusals.ts';
import type { Subject } from '../user.ts';
import { findSubject } from '../user-store.ts';

/** The user whom the address names. Throws NotFound. */
export async function subjectOf(app: AppContext, req: Request): Promise<Subject> {
  const id = String(req.params.id);
  if (!/^[1-9]\d{0,14}$/.test(id)) throw new NotFound();
  return findSubject(app.db.read, Number(id), minuteOf(app.clock()));
}
