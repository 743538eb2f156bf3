import type { Reader } from '../../../db/database.ts';
import { findUserNames } from '../../../users/user-store.ts';
import type { BulkOperation } from '../../bulk-operation.ts';

/** Who answers for an operation, and who began it where that is somebody else; no name stands for the command line. */
export interface Authors extends Pick<BulkOperation, 'createdBy' | 'begunBy' | 'takenOverAt'> {
  creator?: string;
  beginner?: string;
}

export async function findAuthors(db: Reader, { createdBy, begunBy, takenOverAt }: BulkOperation): Promise<Authors> {
  const names = await findUserNames(db, [createdBy, begunBy]);
  const nameOf = (id: number | null) => (id === null ? undefined : names.get(id));
  return { createdBy, begunBy, takenOverAt, creator: nameOf(createdBy), beginner: nameOf(begunBy) };
}
