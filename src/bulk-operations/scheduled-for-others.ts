import { mayAdminister, type Viewer } from '../access/viewer.ts';
import { minuteOf } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import type { Subject } from '../users/user.ts';
import { findSubjects } from '../users/user-store.ts';
import type { Judge } from '../verbs/action.ts';
import { forbidden, NOT_YOURS, type Refusal } from '../verbs/outcome.ts';
import { Forbidden } from '../verbs/refusals.ts';
import type { BulkOperation } from './bulk-operation.ts';
import { findItemIds } from './bulk-piece-store.ts';
import { ENDING_RIGHTS } from './schedulable.ts';
import { findSchedule } from './schedule-store.ts';

/**
 * Why what somebody else scheduled for this one is not for the viewer to stop, move or do: they might not change them so themself (R61), or
 * are the one whose access it ends. Whoever scheduled it may.
 */
export function keptRefusal(
  viewer: Viewer,
  { createdBy, action }: Pick<BulkOperation, 'createdBy' | 'action'>,
  subject: Subject,
): Refusal | undefined {
  if (createdBy === viewer.id) return undefined;
  if (!mayAdminister(viewer, subject)) return forbidden(NOT_YOURS);
  return subject.id === viewer.id && ENDING_RIGHTS.has(action)
    ? forbidden('is yourself: nobody puts off what ends their own access')
    : undefined;
}

/** Whom of these it keeps from being stopped, moved or done by the viewer; of all of them where none are named. Of what is not scheduled, nobody. */
export async function findKept(
  db: Reader,
  { by, at }: Judge,
  operation: BulkOperation,
  ids?: number[],
): Promise<{ subject: Subject; refusal: Refusal } | undefined> {
  if (operation.createdBy === by.id || !(await findSchedule(db, operation.id))) return undefined;
  const subjects = await findSubjects(db, ids ?? (await findItemIds(db, operation.id)), minuteOf(at));
  for (const subject of subjects) {
    const refusal = keptRefusal(by, operation, subject);
    if (refusal) return { subject, refusal };
  }
  return undefined;
}

/** Throws Forbidden where there is somebody. */
export async function requireNoneKept(db: Reader, by: Judge, operation: BulkOperation, ids?: number[]): Promise<void> {
  const kept = await findKept(db, by, operation, ids);
  if (kept) throw new Forbidden(`Somebody else scheduled this: ${kept.subject.name} ${kept.refusal.reason}.`);
}
