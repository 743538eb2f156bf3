import { phaseOf, SUBJECT_TYPES } from '../../bulk-operations/bulk-operation.ts';
import { findExecuted } from '../../bulk-operations/bulk-operation-store.ts';
import { doneInWords } from '../../bulk-operations/pages/operation/parts-in-words.ts';
import { findPartsOf } from '../../bulk-operations/part-store.ts';
import { leftOutIn, summed } from '../../bulk-operations/tally.ts';
import { format } from '../../text/format.ts';
import type { CommandContext, Result } from '../command.ts';

/** The newest operations, and what became of them. */
export async function listOperations({ db }: CommandContext): Promise<Result> {
  const operations = [];
  const executed = await findExecuted(db.read, [...SUBJECT_TYPES], LISTED);
  const partsOf = await findPartsOf(db.read, executed);
  for (const operation of executed) {
    const { id, executedAt, creator, beginner, takenOverAt, subjectType, action } = operation;
    const parts = partsOf.get(id)!;
    const tally = summed(parts.map((part) => part.tally));
    const done = await doneInWords(db.read, parts).catch(() => `${action}: ${tally.changed}`);
    const [phase, by] = [phaseOf(operation), creator ?? 'command line'];
    const begunBy = takenOverAt === null ? null : (beginner ?? 'command line');
    operations.push({
      id,
      on: `${subjectType}s`,
      action,
      done,
      phase,
      leftOut: leftOutIn(tally),
      at: executedAt,
      by,
      begunBy,
    });
  }
  return {
    lines: operations.map(({ id, at, by, begunBy, done, phase, leftOut }) =>
      [
        id,
        format.moment(at!),
        begunBy === null ? by : `${by}, begun by ${begunBy}`,
        done,
        phase === 'done' ? '' : phase,
        leftOut > 0 ? `${leftOut} left out` : '',
      ]
        .filter((part) => part !== '')
        .join('\t'),
    ),
    data: { operations },
    exitCode: 0,
  };
}

const LISTED = 50;
