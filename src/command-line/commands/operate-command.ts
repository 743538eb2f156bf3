import { z } from 'zod';
import { actionOf, BULK_SUBJECTS, findBulkAction } from '../../bulk-operations/actions/bulk-subjects.ts';
import { executeOperation, judgeOperation } from '../../bulk-operations/actions/execution.ts';
import { rehearsed } from '../../bulk-operations/actions/rehearsal.ts';
import { scheduleOperation } from '../../bulk-operations/actions/scheduling.ts';
import { draftTakingBack, takingBackOf } from '../../bulk-operations/actions/taking-back.ts';
import { findChangedIds } from '../../bulk-operations/bulk-item-store.ts';
import { isLarge, PIECE, phaseOf, SUBJECT_TYPES, type Tally } from '../../bulk-operations/bulk-operation.ts';
import { createDraft, type Draft, findOperation, forgetDraft } from '../../bulk-operations/bulk-operation-store.ts';
import { doneInWords } from '../../bulk-operations/pages/operation/parts-in-words.ts';
import { foundOf } from '../../bulk-operations/pages/sheet/sheet.ts';
import { findParts } from '../../bulk-operations/part-store.ts';
import { canBeLater } from '../../bulk-operations/schedulable.ts';
import { leftOutIn, NOTHING_YET, summed, tallied } from '../../bulk-operations/tally.ts';
import type { Instant } from '../../clock.ts';
import { ConfigError } from '../../config.ts';
import type { Reader } from '../../db/database.ts';
import { pieces } from '../../db/ids.ts';
import { checkForm, FieldErrors } from '../../forms/form.ts';
import { startBy } from '../../forms/moments.ts';
import { linesToCopy } from '../../one-time-links/pages/link-lines.ts';
import { format } from '../../text/format.ts';
import { counted, shortened } from '../../text/text.ts';
import { findUsers } from '../../users/user-store.ts';
import type { Act } from '../../verbs/act.ts';
import type { BulkAction } from '../../verbs/action.ts';
import { type CommandContext, type Result, refused } from '../command.ts';
import { finished } from '../finished-operation.ts';
import { idsMeant } from '../meant-records.ts';
import { findNamedOperation } from '../named-operation.ts';
import { choicesFor } from '../said-values.ts';

const NAMES_TOLD = 10;

/** Says what an action would do to many, and with `apply` does it. */
export async function operate(context: CommandContext, act: Act, name: string, named: string[]): Promise<Result> {
  const { db, operating = {} } = context;
  const subjectType = SUBJECT_TYPES.find((type) => `${type}s` === (operating.on ?? 'users'));
  if (!subjectType) throw new ConfigError(['--on takes users, groups or contacts']);
  const action = findBulkAction(subjectType, name);
  if (!action) throw new ConfigError([unknownAction(name, subjectType)]);
  const ids = await idsMeant(context, act, { subjectType, named, view: operating.view });
  if (typeof ids === 'string') return refused(ids);
  try {
    const choices = await choicesFor(db.read, act, action, operating.values ?? []);
    const draft = { subjectType, action: action.name, ids, choices };
    if (operating.at === undefined) return await run(context, act, draft);
    return await operateLater(context, act, draft, momentIn(operating.at));
  } catch (error) {
    if (error instanceof FieldErrors)
      return refused(
        Object.entries(error.errors)
          .map(([field, message]) => `${field}: ${message}`)
          .join(' '),
      );
    throw error;
  }
}

/** Says what taking an operation back would do, and with `apply` does it. */
export async function undo(context: CommandContext, act: Act, named: string): Promise<Result> {
  const { db } = context;
  const earlier = await findNamedOperation(db.read, named);
  if (!earlier) return refused(`There is no operation ${named}.`);
  const { mayUndo, takenBackBy } = await takingBackOf(db.read, earlier, await actionOf(db.read, earlier), act);
  if (!mayUndo)
    return refused(
      takenBackBy === null
        ? `Operation ${named} cannot be taken back.`
        : `Operation ${named} was taken back already, by operation ${takenBackBy}.`,
    );
  return run(context, act, await draftTakingBack(db.read, earlier));
}

async function run(context: CommandContext, act: Act, draft: Draft): Promise<Result> {
  const { db, operating = {} } = context;
  const { subjectType, action: name, choices = {}, undoes = null } = draft;
  if (draft.parts && draft.parts.length > 0) return runInParts(context, act, draft);
  const meant = { id: 0, subjectType, action: name, choices, undoes };
  const action = await actionOf(db.read, meant);
  const { noun } = BULK_SUBJECTS[subjectType];
  const words = (changed: number) => ({ done: action.bulk.done(changed), changed: counted(changed, noun) });
  if (!operating.apply) {
    const tally = await judged(db.read, act, meant, draft.ids);
    return told(action, draft, { tally, ...words(tally.changed) });
  }
  if (isLarge({ size: draft.ids.length }) && action.makes && act.channel !== 'mail')
    return refused('Links for so many go by mail alone: add --mail.');
  const operation = await db.write(async (trx) => findOperation(trx, await createDraft(trx, act, draft)));
  await db.write((trx) => executeOperation(trx, act, operation));
  const ended = await finished(context, act, operation.id);
  if (phaseOf(ended) === 'paused')
    return refused(`Operation ${ended.id} is paused: ${ended.pausedFor}. What is done stays; the rest waits.`);
  const { makes } = action;
  const links = makes && act.channel !== 'mail' ? await linksOf(context, act, makes, ended.id) : [];
  const done = { operation: ended.id, ...(links.length > 0 && { links }) };
  return told(action, draft, { tally: ended.tally, ...words(ended.tally.changed) }, done);
}

/** What was done to records of several kinds is taken back whole, in one transaction. */
async function runInParts({ db, operating = {} }: CommandContext, act: Act, draft: Draft): Promise<Result> {
  return db.write(async (trx) => {
    const operation = await findOperation(trx, await createDraft(trx, act, draft));
    const action = await actionOf(trx, operation);
    if (operating.apply) {
      await executeOperation(trx, act, operation);
      const parts = await findParts(trx, await findOperation(trx, operation.id));
      const tally = summed(parts.map((part) => part.tally));
      const words = { done: await doneInWords(trx, parts), changed: '' };
      return told(action, draft, { tally, ...words }, { operation: operation.id });
    }
    const parts = await findParts(trx, operation);
    const found = await rehearsed(trx, act, parts, (now, part) => foundOf(now, act, part));
    await forgetDraft(trx, operation.id);
    const numbers = found.map((one, n) => counted(one.tally.changed, BULK_SUBJECTS[parts[n].subjectType].noun));
    return told(action, draft, {
      tally: summed(found.map(({ tally }) => tally)),
      done: '',
      changed: numbers.join(', '),
    });
  });
}

/** Says what would be scheduled, and with `apply` has the server do it then. */
async function operateLater(context: CommandContext, act: Act, draft: Draft, dueAt: Instant): Promise<Result> {
  const { db, operating = {}, server } = context;
  const { subjectType, action: name, choices = {}, ids } = draft;
  if (subjectType !== 'user' || !canBeLater(name) || isLarge({ size: ids.length }))
    return refused(`${name} on ${counted(ids.length, BULK_SUBJECTS[subjectType].noun)} cannot be done later.`);
  if (dueAt <= act.at) return refused('This moment is over. Choose a later one.');
  const meant = { id: 0, subjectType, action: name, choices, undoes: null };
  const action = await actionOf(db.read, meant);
  if (action.makes && !server.sendsMail)
    return refused('Invitations that go out later go by mail, and no mail goes out here.');
  const tally = await judged(db.read, act, meant, ids);
  const when = format.moment(dueAt);
  if (!operating.apply) {
    const changed = counted(tally.changed, BULK_SUBJECTS[subjectType].noun);
    const would = told(action, draft, { tally, done: '', changed });
    return { ...would, lines: [`On ${when}, judged anew then:`, ...would.lines], data: { ...would.data, dueAt } };
  }
  const operation = await db.write(async (trx) => {
    const id = await createDraft(trx, { ...act, channel: 'mail' }, draft);
    await scheduleOperation(trx, act, { id }, dueAt);
    return id;
  });
  return {
    lines: [`${action.label}: ${counted(ids.length, 'user')}, on ${when}. Operation ${operation}.`],
    data: { action: name, on: 'users', size: ids.length, dueAt, operation, applied: true },
    exitCode: 0,
  };
}

/** By UTC where no zone is named. Throws ConfigError. */
function momentIn(text: string): Instant {
  const { values, errors } = checkForm(z.object({ at: startBy(format) }), { at: text });
  if (values?.at) return values.at;
  throw new ConfigError([`--at ${text}: ${errors?.at ?? 'say when, such as 2027-01-31 18:00'}`]);
}

/** What it would come to, piece by piece: a draft of it would have to be looked through by the server. */
async function judged(
  db: Reader,
  act: Act,
  meant: Parameters<typeof judgeOperation>[2],
  all: number[],
): Promise<Tally> {
  let tally = NOTHING_YET;
  for (const ids of pieces(all, PIECE))
    tally = tallied(tally, await judgeOperation(db, act, meant, ids), NAMES_TOLD + 1);
  return tally;
}

async function linksOf({ db, server }: CommandContext, act: Act, purpose: 'invitation' | 'password-reset', id: number) {
  const users = await findUsers(db.read, await findChangedIds(db.read, id));
  const app = { db, actSettings: act, config: { baseUrl: server.baseUrl }, clock: Date.now };
  return linesToCopy(app, purpose, users);
}

function told(
  action: BulkAction,
  { subjectType }: Draft,
  { tally, ...words }: { tally: Tally; done: string; changed: string },
  done: { operation?: number; links?: string[] } = {},
): Result {
  const isDone = done.operation !== undefined;
  const leftOut = leftOutIn(tally);
  const reasons = tally.reasons.map(({ reason, number, names }) => ({
    reason,
    number,
    names: names.slice(0, NAMES_TOLD),
  }));
  const would = `It would be: ${action.label}, ${words.changed} changed, ${leftOut} left out.`;
  return {
    lines: [
      isDone ? words.done : would,
      ...reasons.map(({ reason, number, names }) => `left out: ${number} ${reason} (${namesOf(names, number)})`),
      ...(action.bulk.lasting ? [action.bulk.lasting] : []),
      ...(done.links ?? []),
      isDone ? `Operation ${done.operation}.` : 'Nothing was done. With --apply it is.',
    ],
    data: {
      action: action.name,
      on: `${subjectType}s`,
      changed: tally.changed,
      leftOut,
      reasons,
      applied: isDone,
      ...done,
    },
    exitCode: leftOut === 0 ? 0 : tally.changed === 0 ? 2 : 3,
  };
}

function namesOf(names: string[], number: number): string {
  return number > names.length ? `${names.join(', ')} and ${number - names.length} more` : shortened(names, NAMES_TOLD);
}

function unknownAction(name: string, subjectType: Draft['subjectType']): string {
  const names = BULK_SUBJECTS[subjectType].operations.map((one) => one.name);
  return `there is no action ${name} on ${subjectType}s: operate takes ${names.join(', ')}`;
}
