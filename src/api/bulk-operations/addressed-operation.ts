import type { AppContext } from '../../app-context.ts';
import {
  actionOf,
  BULK_SUBJECTS,
  draftPathOf,
  isToBeChosen,
  readable,
} from '../../bulk-operations/actions/bulk-subjects.ts';
import { isAbandoned } from '../../bulk-operations/actions/pausing.ts';
import { weighsMuch, weighsToPutOff } from '../../bulk-operations/actions/weighty-operation.ts';
import { type BulkOperation, type SubjectType, TO_BE_CHOSEN } from '../../bulk-operations/bulk-operation.ts';
import { requireVisible } from '../../bulk-operations/pages/operation/visible-operation.ts';
import { findParts, findWhole } from '../../bulk-operations/part-store.ts';
import { findSchedule } from '../../bulk-operations/schedule-store.ts';
import { instant } from '../../clock.ts';
import type { Reader, Transaction } from '../../db/database.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { actOfCaller } from '../contract/caller.ts';
import { requireOpen } from '../contract/needs.ts';
import { requireMail } from '../contract/required-mail.ts';
import type { Answer, Call, Route } from '../contract/route.ts';
import { requireForPrograms } from './bulk-actions.ts';
import { type Looking, toldOperation } from './told-operations.ts';

export const READ: Route['needs'] = { said: 'Needs the right, and the scope, to read what it is done to.' };
export const WRITE: Route['needs'] = {
  said: 'Needs the scope to write what it is done to, and the right, which for contacts of one’s own is that to read.',
};

/** The operation that the address names. Throws NotFound or Forbidden where the caller may not look at it, or do something with it. */
export async function addressedOperation(call: Call, db: Reader, to: 'read' | 'write'): Promise<BulkOperation> {
  const operation = await findWhole(db, call.ids.id);
  const parts = await findParts(db, operation);
  const isOwn = operation.createdBy === call.viewer.id;
  const [some = operation] = readable(call.viewer, parts);
  if (to === 'read') requireOpen(call.caller, [BULK_SUBJECTS[some.subjectType].application, 'read']);
  else
    for (const { subjectType } of parts)
      requireWriting(call, subjectType, isOwn ? BULK_SUBJECTS[subjectType].level : 'write');
  requireVisible(call.viewer, operation, (await findSchedule(db, operation.id)) !== undefined);
  return operation;
}

/** Throws Forbidden for what is nothing for programs, and Conflict where something is still to be said on a page, or no mail carries its links. */
export async function requireReady(app: AppContext, db: Reader, operation: BulkOperation): Promise<void> {
  if (operation.executedAt !== null) return;
  await requireForPrograms(db, operation);
  if (draftPathOf(operation) || isToBeChosen(operation) || operation.action === TO_BE_CHOSEN)
    throw new Conflict(
      'It was not said yet what exactly is to be done: that is said on the page on which it was begun.',
    );
  if ((await actionOf(db, operation)).makes) requireMail(app);
}

/** Whether it is one of those operations that a page has whoever executes it confirm (R54). */
export async function isWeighty(call: Call): Promise<boolean> {
  const { app, req, caller } = call;
  const operation = await addressedOperation(call, app.db.read, 'write');
  return operation.executedAt === null && weighsMuch(app.db.read, actOfCaller(app, req, caller), operation);
}

/** Whether somebody stays an administrator for longer where what is scheduled is moved, or cancelled. */
export async function putsOff(call: Call): Promise<boolean> {
  const { app, req, caller } = call;
  return weighsToPutOff(
    app.db.read,
    actOfCaller(app, req, caller),
    await addressedOperation(call, app.db.read, 'write'),
  );
}

/** Whether to let it go on is to do the rest of it in the name of whoever's token it is. */
export async function takesOver(call: Call): Promise<boolean> {
  const { app } = call;
  return isAbandoned(app.db.read, await addressedOperation(call, app.db.read, 'write'), instant(app.clock()));
}

/** One's own contacts are changed by who may only read; the scope is asked for all the same. */
export function requireWriting({ caller }: Call, subjectType: SubjectType, level: 'read' | 'write'): void {
  const { application } = BULK_SUBJECTS[subjectType];
  requireOpen(caller, [application, level], `${application}:write` as `users:write`);
}

/** With what the operation is looked at, inside the transaction of the caller where there is one. */
export function lookingFrom({ app, req, caller, viewer }: Call, db: Reader) {
  const trying: Looking['trying'] = 'commit' in db ? (work) => work(db as Transaction) : (work) => app.db.write(work);
  return { app, db, act: actOfCaller(app, req, caller), viewer, trying };
}

export async function operationAnswer(call: Call, db: Reader, operation: BulkOperation): Promise<Answer> {
  return { body: await toldOperation(lookingFrom(call, db), operation) };
}
