import type { Reader } from '../../../db/database.ts';
import type { Format } from '../../../text/format.ts';
import { actionOf } from '../../actions/bulk-subjects.ts';
import type { BulkOperation } from '../../bulk-operation.ts';
import { countChanged } from '../../part-store.ts';

/** What was done, by what it was done to: records that several parts changed are told of once. */
export async function doneInWords(db: Reader, parts: BulkOperation[], words?: Format): Promise<string> {
  const kinds = Map.groupBy(parts, ({ subjectType, action }) => `${subjectType} ${action}`);
  const sentences = [];
  for (const same of kinds.values()) {
    const changed = await countChanged(db, same);
    if (changed === 0 && kinds.size > 1) continue;
    sentences.push((await actionOf(db, same[0], [], words)).bulk.done(changed));
  }
  return sentences.join(' ');
}
