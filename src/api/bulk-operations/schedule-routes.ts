import type { z } from 'zod';
import { isSchedulable, scheduleOperation, unschedule } from '../../bulk-operations/actions/scheduling.ts';
import * as store from '../../bulk-operations/bulk-operation-store.ts';
import { Conflict } from '../../verbs/refusals.ts';
import { OPERATION } from '../contract/answers.ts';
import { type Answer, type Call, type Route, route } from '../contract/route.ts';
import { addressedOperation, isWeighty, operationAnswer, putsOff, requireReady, WRITE } from './addressed-operation.ts';
import { SCHEDULE } from './bulk-fields.ts';

/** What is to be done to users at another time, by whoever’s token says so and with what it opens then. */
export const SCHEDULE_ROUTES: Route[] = [
  route({
    method: 'put',
    path: '/bulk-operations/{id}/schedule',
    summary: 'Have a draft done by itself at a moment, or at another one; of users alone, and judged anew then',
    tag: 'Bulk operations',
    needs: WRITE,
    asks: {
      where: 'where it is on more than a hundred, makes administrators or keeps them, or touches whoever’s token it is',
      holds: async (call) => (await isWeighty(call)) || (await putsOff(call)),
    },
    body: SCHEDULE,
    status: 200,
    answer: OPERATION,
    handle: schedule,
  }),
  route({
    method: 'delete',
    path: '/bulk-operations/{id}/schedule',
    summary: 'Cancel what is to be done: the draft is gone with it',
    tag: 'Bulk operations',
    needs: WRITE,
    asks: { where: 'where it was to end what an administrator may do', holds: putsOff },
    status: 200,
    answer: OPERATION,
    handle: (call) =>
      call.write(async (trx, act) => {
        const operation = await addressedOperation(call, trx, 'write');
        const { body } = await operationAnswer(call, trx, operation);
        await unschedule(trx, act, operation);
        return { body: { ...(body as object), dueAt: null, waitsFor: '' } };
      }),
  }),
];

async function schedule(call: Call<z.output<typeof SCHEDULE>>): Promise<Answer> {
  return call.write(async (trx, act) => {
    const operation = await addressedOperation(call, trx, 'write');
    await requireReady(call.app, trx, operation);
    if (operation.executedAt !== null || !isSchedulable(operation)) throw new Conflict('It cannot be done later.');
    await scheduleOperation(trx, act, operation, call.body.dueAt!);
    return operationAnswer(call, trx, await store.findOperation(trx, operation.id));
  });
}
