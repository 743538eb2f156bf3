import { actionOf } from '../../bulk-operations/actions/bulk-subjects.ts';
import { executeOperation } from '../../bulk-operations/actions/execution.ts';
import { type BulkOperation, phaseOf } from '../../bulk-operations/bulk-operation.ts';
import { createDraft, findOperation } from '../../bulk-operations/bulk-operation-store.ts';
import { ConfigError } from '../../config.ts';
import { findMissing, isMuch, isTheirNumber, type Missing } from '../../import/actions/missing-users.ts';
import type { Import } from '../../import/import.ts';
import { counted } from '../../text/text.ts';
import { DEACTIVATION } from '../../users/actions/deactivation.ts';
import { findUserNames } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import { countInWords } from '../../verbs/notes.ts';
import { Conflict } from '../../verbs/refusals.ts';
import type { CommandContext } from '../command.ts';
import { finished } from '../finished-operation.ts';
import { idsMeant } from '../meant-records.ts';

const NAMED = 10;

/** Refuses words that do not go together. */
export function checkMissingWords({ importing = {} }: CommandContext, list: string): void {
  const { theseAreAll, missing } = importing;
  if (theseAreAll !== undefined && list !== 'users')
    throw new ConfigError([
      '--these-are-all is for users: nobody else is deactivated because a file does not name them',
    ]);
  if (missing !== undefined && theseAreAll === undefined)
    throw new ConfigError(['--missing is the number of those whom --these-are-all finds missing']);
}

/** Who is in the view and not in the file; a sentence where that cannot be said, or where it is too many to be done without their number. */
export async function missingPeople(
  context: CommandContext,
  act: Act,
  one: Import,
): Promise<Missing | string | undefined> {
  const { db, importing = {} } = context;
  if (importing.theseAreAll === undefined) return undefined;
  const meant = await idsMeant(context, act, { subjectType: 'user', named: [], view: importing.theseAreAll });
  if (typeof meant === 'string') return meant;
  try {
    const missing = await findMissing(db.read, act, one, meant);
    return importing.apply ? (whyNotDone(missing, importing.missing) ?? missing) : missing;
  } catch (error) {
    if (error instanceof Conflict) return error.message;
    throw error;
  }
}

function whyNotDone(missing: Missing, typed: string | undefined): string | undefined {
  const [number, of] = [missing.ids.length, counted(missing.of, 'user')];
  if (typed === undefined ? !isMuch(missing) : isTheirNumber(typed, missing)) return undefined;
  return `Of ${of} of the view ${number} are missing in the file. Nothing was done: --missing ${number} says that it is meant.`;
}

/** Deactivates them as an operation of its own, once the import has come to its end. */
export async function deactivateMissing(
  context: CommandContext,
  act: Act,
  { ids }: Missing,
  importedBy: number | undefined,
): Promise<BulkOperation | undefined> {
  const { db } = context;
  const isOver = importedBy === undefined || phaseOf(await findOperation(db.read, importedBy)) === 'done';
  if (ids.length === 0 || !isOver) return undefined;
  const draft = { subjectType: 'user' as const, action: DEACTIVATION.name, ids };
  const id = await db.write(async (trx) => {
    const made = await createDraft(trx, act, draft);
    await executeOperation(trx, act, await findOperation(trx, made));
    return made;
  });
  return finished(context, act, id);
}

/** What is said of them. */
export async function missingInWords(
  { db, importing = {} }: CommandContext,
  missing: Missing,
  done: BulkOperation | undefined,
): Promise<{ lines: string[]; data: Record<string, unknown> }> {
  const number = missing.ids.length;
  const named = [...(await findUserNames(db.read, missing.ids.slice(0, NAMED))).values()];
  const who = number === 0 ? 'nobody' : countInWords({ number, names: named });
  const lines = [`Missing in the file, of ${counted(missing.of, 'user')} of the view: ${who}.`];
  if (done) {
    const ended = phaseOf(done) === 'paused' ? ` It is paused: ${done.pausedFor}.` : '';
    const { bulk } = await actionOf(db.read, done);
    lines.push(`${bulk.done(done.tally.changed)} Operation ${done.id}.${ended}`);
    for (const { reason, number: left } of done.tally.reasons) lines.push(`left out: ${left} ${reason}`);
  } else if (number > 0 && !importing.apply)
    lines.push(`With --apply${isMuch(missing) ? ` --missing ${number}` : ''} they are deactivated.`);
  return { lines, data: { missing: { number, of: missing.of, ...(done && { operation: done.id }) } } };
}
