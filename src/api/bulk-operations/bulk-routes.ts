import { z } from 'zod';
import { actionOf, BULK_SUBJECTS, readable } from '../../bulk-operations/actions/bulk-subjects.ts';
import { executeOperation } from '../../bulk-operations/actions/execution.ts';
import { isAbandoned } from '../../bulk-operations/actions/pausing.ts';
import { type Asked, steerOperation } from '../../bulk-operations/actions/steering.ts';
import { draftTakingBack, takingBackOf } from '../../bulk-operations/actions/taking-back.ts';
import { phaseOf, SUBJECT_TYPES, type SubjectType } from '../../bulk-operations/bulk-operation.ts';
import * as store from '../../bulk-operations/bulk-operation-store.ts';
import {
  findReported,
  LONGEST_REASON,
  type ReportFilter,
} from '../../bulk-operations/pages/operation/reported-items.ts';
import { mayLookAt } from '../../bulk-operations/pages/operation/visible-operation.ts';
import { toldItems } from '../../bulk-operations/pages/report/told-items.ts';
import { findParts } from '../../bulk-operations/part-store.ts';
import { forbiddenInWords, hasForbidden } from '../../bulk-operations/tally.ts';
import type { Transaction } from '../../db/database.ts';
import { LONGEST_SEARCH } from '../../lists/list-query.ts';
import type { Act } from '../../verbs/act.ts';
import { Conflict, Forbidden } from '../../verbs/refusals.ts';
import { ITEM, OPERATION, pageOf } from '../contract/answers.ts';
import { PREFIX } from '../contract/lists.ts';
import { recordRefusal } from '../contract/refusals.ts';
import { type Answer, type Call, type Route, route } from '../contract/route.ts';
import {
  addressedOperation,
  isWeighty,
  lookingFrom,
  operationAnswer,
  READ,
  requireReady,
  requireWriting,
  takesOver,
  WRITE,
} from './addressed-operation.ts';
import { actionMeant, choicesMeant, requireForPrograms } from './bulk-actions.ts';
import { NEW_OPERATION, number } from './bulk-fields.ts';
import { type Meaning, recordsMeant } from './bulk-set.ts';
import { SCHEDULE_ROUTES } from './schedule-routes.ts';
import { toldOperation } from './told-operations.ts';

const LISTED = 50;
const ITEMS_LISTED = 200;

export const BULK_ROUTES: Route[] = [
  route({
    method: 'get',
    path: '/bulk-operations',
    summary: 'Operations that were executed, the newest first',
    tag: 'Bulk operations',
    needs: { said: 'Needs the right, and the scope, to read users, groups or contacts: of these they are listed.' },
    query: z.strictObject({ before: number.optional() }),
    status: 200,
    answer: pageOf(OPERATION),
    handle: list,
  }),
  route({
    method: 'post',
    path: '/bulk-operations',
    summary: 'Freeze a set, and say what is to be done with it: nothing is done yet',
    tag: 'Bulk operations',
    needs: WRITE,
    body: NEW_OPERATION,
    status: 201,
    answer: OPERATION,
    handle: begin,
  }),
  route({
    method: 'get',
    path: '/bulk-operations/{id}',
    summary: 'What an operation would come to, how far it is, or what it came to',
    tag: 'Bulk operations',
    needs: READ,
    status: 200,
    answer: OPERATION,
    async handle(call) {
      const { read } = call.app.db;
      const operation = await addressedOperation(call, read, 'read');
      return { body: await toldOperation(lookingFrom(call, read), operation, { withEffects: true }) };
    },
  }),
  route({
    method: 'post',
    path: '/bulk-operations/{id}/execution',
    summary: 'Do it, once; who may not be changed by now is left out',
    tag: 'Bulk operations',
    needs: WRITE,
    asks: {
      where: 'where it is on more than a hundred, makes administrators, or touches whoever’s token it is',
      holds: isWeighty,
    },
    status: 200,
    answer: OPERATION,
    handle: execute,
  }),
  ...SCHEDULE_ROUTES,
  route({
    method: 'get',
    path: '/bulk-operations/{id}/items',
    summary: 'The report: each of whom it was done to, or not and why',
    tag: 'Bulk operations',
    needs: READ,
    query: z.strictObject({
      outcome: z.enum(['changed', 'left-out']).optional(),
      reason: z.string().max(LONGEST_REASON).optional(),
      q: z.string().max(LONGEST_SEARCH).optional(),
      after: number.optional(),
      part: number.optional().describe('Of one on records of several kinds, where to go on: as `next` says.'),
    }),
    status: 200,
    answer: pageOf(ITEM),
    handle: listItems,
  }),
  route({
    method: 'post',
    path: '/bulk-operations/{id}/undoing',
    summary: 'A draft that takes an operation back; it is to be executed like any other',
    tag: 'Bulk operations',
    needs: WRITE,
    status: 201,
    answer: OPERATION,
    handle: beginUndoing,
  }),
  steering('post', 'pause', 'Let an operation wait that is under way', 'pause'),
  {
    ...steering(
      'delete',
      'pause',
      'Let it go on; where whoever began it may not do it any more, in your name',
      'resume',
    ),
    asks: { where: 'where whoever began it may not do it any more', holds: takesOver },
  },
  steering('post', 'cancellation', 'Let be what is not done yet', 'cancel'),
];

async function list(call: Call): Promise<Answer> {
  const { app, viewer, query } = call;
  const types = SUBJECT_TYPES.filter((type) => isOpen(call, type));
  if (types.length === 0) throw new Forbidden('This needs the scope to read users, groups or contacts.');
  const before = query.before === undefined ? undefined : Number(query.before);
  const found = await store.findExecuted(app.db.read, types, LISTED + 1, before);
  const shown = found.slice(0, LISTED);
  const items = [];
  for (const operation of shown.filter((one) => mayLookAt(viewer, one)))
    items.push(await toldOperation(lookingFrom(call, app.db.read), operation));
  const next = found.length > LISTED ? `${PREFIX}/bulk-operations?before=${shown.at(-1)!.id}` : null;
  return { body: { items, next, previous: null } };
}

async function begin(call: Call<z.output<typeof NEW_OPERATION>>): Promise<Answer> {
  const { app, body, viewer } = call;
  const subjectType = SUBJECT_TYPES.find((type) => `${type}s` === body.on)!;
  requireWriting(call, subjectType, BULK_SUBJECTS[subjectType].level);
  const action = actionMeant(subjectType, body.action);
  const set = await recordsMeant(app, viewer, subjectType, body as Meaning);
  return create(call, async (trx, act) => {
    const choices = await choicesMeant(trx, act, action, body.values ?? {});
    return store.createDraft(trx, act, { ...set, subjectType, action: action.name, choices });
  });
}

async function beginUndoing(call: Call): Promise<Answer> {
  return create(call, async (trx, act) => {
    const earlier = await addressedOperation(call, trx, 'write');
    const { mayUndo, takenBackBy } = await takingBackOf(trx, earlier, await actionOf(trx, earlier), act);
    if (!mayUndo)
      throw new Conflict(
        takenBackBy === null ? 'This cannot be taken back.' : `It was taken back already, by operation ${takenBackBy}.`,
      );
    const made = await store.createDraft(trx, act, await draftTakingBack(trx, earlier));
    await requireForPrograms(trx, await store.findOperation(trx, made));
    return made;
  });
}

/** Freezes a set and answers with the draft. */
async function create(call: Call, work: (trx: Transaction, act: Act) => Promise<number>): Promise<Answer> {
  const { app } = call;
  const made = await call.write(async (trx, act) => {
    await act.confirm?.(trx);
    const id = await work(trx, act);
    const told = await operationAnswer(call, trx, await store.findOperation(trx, id));
    return { ...told, headers: { Location: `${PREFIX}/bulk-operations/${id}` } };
  });
  // A large one is gone through by the program itself.
  app.operations.wake();
  return made;
}

async function execute(call: Call): Promise<Answer> {
  const { app, req, caller } = call;
  let became: 'done' | 'begun' | undefined;
  let told: string[] = [];
  const done = await call.write(async (trx, act) => {
    const operation = await addressedOperation(call, trx, 'write');
    await requireReady(app, trx, operation);
    became = await executeOperation(trx, act, operation);
    const now = await store.findOperation(trx, operation.id);
    const refused = (await findParts(trx, now)).filter(({ tally }) => became === 'done' && hasForbidden(tally));
    told = refused.map(({ tally, subjectType }) => forbiddenInWords(tally, BULK_SUBJECTS[subjectType].noun));
    return operationAnswer(call, trx, now);
  });
  for (const refusal of told) await recordRefusal(app, req, caller, refusal);
  if (became === 'begun') app.operations.wake();
  return done;
}

async function listItems(call: Call): Promise<Answer> {
  const { app, viewer, ids, query } = call;
  const db = app.db.read;
  const operation = await addressedOperation(call, db, 'read');
  const { outcome, reason, q, after, part } = query as Record<string, string | undefined>;
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const filter: ReportFilter = {
    outcome: outcome === 'left-out' ? 'left out' : (outcome as 'changed' | undefined),
    reason,
    q,
    after: number(after),
    part: number(part),
  };
  const parts = readable(viewer, await findParts(db, operation));
  const found = await findReported(app, viewer, { parts, filter, limit: ITEMS_LISTED + 1 });
  const shown = await toldItems(app, viewer, found.slice(0, ITEMS_LISTED));
  const items = shown.map(({ part: { subjectType }, ...item }) => ({ on: `${subjectType}s`, ...item }));
  const rest = new URLSearchParams(
    Object.entries({ outcome, reason, q }).filter((one) => one[1] !== undefined) as string[][],
  );
  if (found.length > ITEMS_LISTED) rest.set('after', String(items.at(-1)!.id));
  if (found.length > ITEMS_LISTED && parts.length > 1) rest.set('part', String(shown.at(-1)!.part.id));
  const next = found.length > ITEMS_LISTED ? `${PREFIX}/bulk-operations/${ids.id}/items?${rest}` : null;
  return { body: { items, next, previous: null } };
}

function steering(method: 'post' | 'delete', noun: string, summary: string, asked: Asked): Route {
  return route({
    method,
    path: `/bulk-operations/{id}/${noun}`,
    summary,
    tag: 'Bulk operations',
    needs: WRITE,
    status: 200,
    answer: OPERATION,
    async handle(call) {
      const answered = await call.write(async (trx, act) => {
        const operation = await addressedOperation(call, trx, 'write');
        if (phaseOf(operation) === 'draft') throw new Conflict('Nothing of it is under way.');
        if (asked === 'resume' && (await isAbandoned(trx, operation, act.at))) await requireForPrograms(trx, operation);
        await steerOperation(trx, act, operation, asked);
        return operationAnswer(call, trx, await store.findOperation(trx, operation.id));
      });
      call.app.operations.wake();
      return answered;
    },
  });
}

function isOpen({ viewer }: Call, type: SubjectType): boolean {
  return viewer.rights[BULK_SUBJECTS[type].application] !== undefined;
}
