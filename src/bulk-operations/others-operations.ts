import { isOver } from '../access/granted-rights.ts';
import { EVERYTHING } from '../access/rights.ts';
import { mayAdminister, type Viewer } from '../access/viewer.ts';
import { minuteOf } from '../clock.ts';
import type { Reader } from '../db/database.ts';
import { findMemberships } from '../memberships/membership-store.ts';
import type { Subject } from '../users/user.ts';
import { findSubjects } from '../users/user-store.ts';
import type { Judge } from '../verbs/action.ts';
import { forbidden, NOT_YOURS, type Refusal } from '../verbs/outcome.ts';
import { Forbidden } from '../verbs/refusals.ts';
import { type BulkOperation, type SubjectType, UNDO } from './bulk-operation.ts';
import { findLeftAmong, findOutOfReach } from './out-of-reach.ts';

/**
 * Of each action whether somebody may come to lose access by it, or a part of what they may do. What takes something back may be such a one as well, and one that is not said here is
 * taken for one.
 */
const ENDING: Record<SubjectType, { ends: readonly string[]; spares: readonly string[] }> = {
  user: {
    ends: [
      'deactivate',
      'deactivate-idle',
      'delete',
      'leave',
      'set-leaving',
      'set-start',
      'convert-to-api-only',
      'remove-from-group',
      'set-membership-end',
      'require-new-password',
      'secure-account',
      'end-sessions',
      UNDO,
    ],
    spares: [
      'activate',
      'reinvite',
      'reset-login-attempts',
      'confirm-access',
      'add-to-group',
      'add-tag',
      'remove-tag',
      'extend',
      'set-no-shared-data',
      'keep-program',
      'hand-over-program',
      'convert-to-person',
      'send-password-reset',
      'reset-second-factor',
      'withdraw-invitation',
      'confirm-email',
      'invite-people',
      'import',
      'edit',
      'apply',
      'create',
    ],
  },
  group: {
    ends: ['deactivate', 'delete', 'set-permission', UNDO],
    spares: ['activate', 'add-tag', 'remove-tag', 'set-leader', 'edit', 'edit-permissions', 'apply', 'create'],
  },
  contact: {
    ends: [],
    spares: [
      'delete',
      'restore',
      'add-tag',
      'set-owner',
      'set-account',
      'remove-tag',
      'import',
      'edit',
      'create',
      UNDO,
    ],
  },
};

/** Undefined where it is not said. */
export function saidToEnd(subjectType: SubjectType, action: string): boolean | undefined {
  const { ends, spares } = ENDING[subjectType];
  return ends.includes(action) || (spares.includes(action) ? false : undefined);
}

function mayEnd({ subjectType, action }: Pick<BulkOperation, 'subjectType' | 'action'>): boolean {
  return saidToEnd(subjectType, action) ?? true;
}

const OWN = forbidden('is yourself: nobody puts off what ends their own access');
const OWN_GROUP = 'a group among them gives rights to yourself: nobody puts off what ends them';
const OUTSIDE = {
  group: 'a group among them grants rights that you do not hold, or has a member who has some',
  contact: 'a contact among them is one that you may not see',
};

/**
 * Why what somebody else begins or scheduled is, because of this one, not for the viewer to cancel, move, go on with or do: they might not
 * change them so themself (R61), or are the one whose access it ends. Whoever began it may.
 */
export function keptRefusal(
  viewer: Viewer,
  { createdBy, action }: Pick<BulkOperation, 'createdBy' | 'action'>,
  subject: Subject,
): Refusal | undefined {
  if (createdBy === viewer.id) return undefined;
  if (!mayAdminister(viewer, subject)) return forbidden(NOT_YOURS);
  return subject.id === viewer.id && mayEnd({ subjectType: 'user', action }) ? OWN : undefined;
}

/** What somebody may want of an operation that is scheduled or under way. */
export type Wanted = 'pause' | 'resume' | 'cancel' | 'move' | 'execute';

/**
 * Whose being among those to whom it is still to be done keeps the viewer from it: a clause, by one rule for what is scheduled, runs or is
 * paused. Whoever began it may do all; whoever took it over came by no way round their own end. To let it wait harms nobody, so whoever may write such records may, but for what ends their own
 * access; to let it go on is no way round that. All else takes that they might do it themself to all who are left; of users, these alone
 * where they are named.
 */
export async function findKept(
  db: Reader,
  judge: Judge,
  operation: BulkOperation,
  { wanted, userIds }: { wanted: Wanted; userIds?: number[] },
): Promise<string | undefined> {
  const { createdBy, takenOverAt, subjectType } = operation;
  const isOwn = createdBy === judge.by.id;
  if ((isOwn && takenOverAt === null) || judge.by.rights === EVERYTHING) return undefined;
  if (userIds) return findKeptAmong(db, judge, operation, userIds);
  const outside = isOwn || wanted === 'pause' ? undefined : await findOutOfReach(db, judge, operation);
  if (outside === undefined) return wanted === 'resume' ? undefined : findOneself(db, judge, operation);
  return subjectType === 'user' ? findKeptAmong(db, judge, operation, [outside]) : OUTSIDE[subjectType];
}

/** Throws Forbidden where there is somebody. */
export async function requireNoneKept(
  db: Reader,
  judge: Judge,
  operation: BulkOperation,
  meant: Parameters<typeof findKept>[3],
): Promise<void> {
  const kept = await findKept(db, judge, operation, meant);
  if (kept) throw new Forbidden(notYours(operation, kept));
}

/** The sentence for whoever may not. */
export function notYours({ executedAt }: Pick<BulkOperation, 'executedAt'>, kept: string): string {
  return `Somebody else ${executedAt === null ? 'scheduled' : 'began'} this: ${kept}.`;
}

async function findOneself(db: Reader, { by, at }: Judge, operation: BulkOperation): Promise<string | undefined> {
  const { subjectType } = operation;
  if (by.id === null || !mayEnd(operation)) return undefined;
  if (subjectType === 'user')
    return (await findLeftAmong(db, operation, [by.id])).length > 0 ? `${by.name} ${OWN.reason}` : undefined;
  const own = (await findMemberships(db, [by.id])).filter((one) => !isOver(one, minuteOf(at)));
  const ownIds = own.map(({ groupId }) => groupId);
  return (await findLeftAmong(db, operation, ownIds)).length > 0 ? OWN_GROUP : undefined;
}

async function findKeptAmong(
  db: Reader,
  { by, at }: Judge,
  operation: BulkOperation,
  userIds: number[],
): Promise<string | undefined> {
  for (const subject of await findSubjects(db, userIds, minuteOf(at))) {
    const refusal = keptRefusal(by, operation, subject);
    if (refusal) return `${subject.name} ${refusal.reason}`;
  }
  return undefined;
}
