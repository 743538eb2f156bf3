import { mayActByToken, maySignIn } from '../../access/admission.ts';
import { findRights } from '../../access/granted-rights.ts';
import { type Application, EVERYTHING, type Level } from '../../access/rights.ts';
import { may, type Viewer } from '../../access/viewer.ts';
import { type Instant, minuteOf } from '../../clock.ts';
import type { Reader } from '../../db/database.ts';
import { isLive, rightsWithin } from '../../tokens/token.ts';
import { findToken } from '../../tokens/token-store.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act, ActSettings } from '../../verbs/act.ts';
import type { BulkOperation } from '../bulk-operation.ts';
import { BULK_SUBJECTS } from './bulk-subjects.ts';

/**
 * Whoever began an operation, with what they may do now, and no more than the token opens by which they did. Undefined where they are
 * not let in any more or may not act there (R89); nobody's was begun at the machine itself.
 */
export async function authorOf(
  db: Reader,
  { createdBy, tokenId }: Pick<BulkOperation, 'createdBy' | 'tokenId'>,
  { application, level, at }: { application: Application; level: Level; at: Instant },
): Promise<Viewer | undefined> {
  if (createdBy === null) return { id: null, name: 'command line', rights: EVERYTHING };
  const now = minuteOf(at);
  const [user] = await findUsers(db, [createdBy]);
  if (!user) return undefined;
  const token = tokenId === null ? undefined : await findToken(db, user.id, tokenId);
  const isLetIn = tokenId === null ? maySignIn(user, now) : mayActByToken(user, now) && token && isLive(token, at);
  if (!isLetIn) return undefined;
  const rights = await findRights(db, user.id, now);
  const viewer = { id: user.id, name: user.name, rights: token ? rightsWithin(rights, token.scopes) : rights };
  return may(viewer, application, level) ? viewer : undefined;
}

/** The same with the right that such an operation takes. */
export function authorOfOperation(db: Reader, operation: BulkOperation, at: Instant): Promise<Viewer | undefined> {
  const { application, level } = BULK_SUBJECTS[operation.subjectType];
  return authorOf(db, operation, { application, level, at });
}

/** What an operation is done by that goes on without anybody who presses: its author acts, from where they began it. Undefined as above. */
export async function actOfAuthor(
  db: Reader,
  settings: ActSettings,
  operation: BulkOperation,
  told: Pick<Act, 'at' | 'channel' | 'requestId'>,
): Promise<Act | undefined> {
  const by = await authorOfOperation(db, operation, told.at);
  const { address, tokenId } = operation;
  return by && { ...settings, ...told, by, address, ...(tokenId !== null && { tokenId }) };
}
