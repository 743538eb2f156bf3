import { type Asked, steerOperation } from '../../bulk-operations/actions/steering.ts';
import { type BulkOperation, phaseOf } from '../../bulk-operations/bulk-operation.ts';
import { findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import { counted, grouped } from '../../text/text.ts';
import type { Act } from '../../verbs/act.ts';
import { Refused } from '../../verbs/refusals.ts';
import { type Command, type CommandContext, type Result, refused } from '../command.ts';
import { findNamedOperation } from '../named-operation.ts';

const SUMMARIES: Record<Asked, string> = {
  pause: 'lets a large operation wait that is under way',
  resume: 'lets it go on; where whoever began it may not do it any more, as the command line',
  cancel: 'lets be what is not done of it yet',
};

/** What becomes of operations that are under way, whoever began them. */
export function steeringCommands(actOf: (context: CommandContext) => Act): Record<Asked, Command> {
  const command = (asked: Asked): Command => ({
    parameters: ['operation'],
    summary: SUMMARIES[asked],
    run: (context, [id]) => steer(context, actOf(context), id, asked),
  });
  return { pause: command('pause'), resume: command('resume'), cancel: command('cancel') };
}

async function steer({ db }: CommandContext, act: Act, typed: string, asked: Asked): Promise<Result> {
  const operation = await findNamedOperation(db.read, typed);
  if (!operation) return refused(`There is no operation ${typed}.`);
  const { id } = operation;
  try {
    if (!(await db.write((trx) => steerOperation(trx, act, operation, asked))))
      return refused(`Operation ${id} is ${phaseOf(operation)}: nothing was changed.`);
  } catch (error) {
    if (error instanceof Refused) return refused(error.message);
    throw error;
  }
  db.processes.tell('operations');
  return told(await findOperation(db.read, id));
}

function told(operation: BulkOperation): Result {
  const { id, size, subjectType, tally } = operation;
  const phase = phaseOf(operation);
  const line = `Operation ${id} is ${phase}, after ${grouped(tally.judged)} of ${counted(size, subjectType)}.`;
  return { lines: [line], data: { operation: id, phase, judged: tally.judged, size }, exitCode: 0 };
}
