import { mayAdminister, type Viewer } from '../access/viewer.ts';
import { DAY, type Instant, instant } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { whereIdIn } from '../db/ids.ts';
import { counted } from '../text/text.ts';
import type { Subject } from '../users/user.ts';
import { forbidden, inapplicable, NOT_YOURS, type Refusal, WAS_ERASED } from '../verbs/outcome.ts';

/** When somebody may be erased. */
export interface ErasureSettings {
  /** So many days after a deletion it can be taken back, by whomever. */
  eraseAfterDays: number;
}

/** By the last time that each was deleted. */
export async function findDeletions(db: Reader, userIds: number[]): Promise<Map<number, Instant>> {
  const events = db('audit_events').where({ subject_type: 'user', action: 'user.deleted' });
  const last = whereIdIn(events, 'subject_id', userIds).groupBy('subject_id').max('id');
  const rows: { id: number; at: Instant }[] = await db('audit_events')
    .whereIn('id', last)
    .select('subject_id as id', 'at');
  return new Map(rows.map(({ id, at }) => [id, at]));
}

/** Who was deleted by then, is so still, and was not erased. */
export async function findDeletedBefore(db: Reader, before: Instant): Promise<number[]> {
  const deleted: number[] = await db('users')
    .whereNotNull('deleted_from')
    .whereNull('erased_at')
    .orderBy('id')
    .pluck('id');
  const deletions = await findDeletions(db, deleted);
  return deleted.filter((id) => (deletions.get(id) ?? before) < before);
}

/** When data of earlier last came to life here: a backup that was restored, or data that was opened again after a move. */
export async function findRevival(db: Reader): Promise<Instant | undefined> {
  const event = await db('audit_events')
    .where({ subject_type: 'system', subject_id: null })
    .whereIn('action', ['system.restored', 'system.reopened'])
    .orderBy('id', 'desc')
    .first('at');
  return event?.at;
}

/** From when on somebody may be erased who was deleted then. */
export function erasableFrom(deletedAt: Instant, { eraseAfterDays }: ErasureSettings): Instant {
  return instant(Date.parse(deletedAt) + eraseAfterDays * DAY);
}

/** The rule of every path: whoever could delete them may erase them, when the deletion has stood for its time. */
export function erasureRefusal(
  viewer: Viewer,
  subject: Subject,
  { deletedAt, at, settings }: { deletedAt: Instant | undefined; at: Instant; settings: ErasureSettings },
): Refusal | undefined {
  if (!mayAdminister(viewer, subject)) return forbidden(NOT_YOURS);
  if (subject.erasedAt !== null) return inapplicable(`${WAS_ERASED} already`);
  if (subject.activity !== 'deleted') return inapplicable(`is ${subject.activity}: only who is deleted can be erased`);
  if (deletedAt === undefined) return inapplicable('was deleted at a time that nobody knows');
  if (erasableFrom(deletedAt, settings) <= at) return undefined;
  return inapplicable(
    `was deleted less than ${counted(settings.eraseAfterDays, 'day')} ago, and can be restored until then`,
  );
}
