import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StepAction, Undoable } from '../../src/bulk-operations/undoable.ts';
import { undoing } from '../../src/bulk-operations/undoing.ts';
import type { Transaction } from '../../src/db/database.ts';
import type { Act } from '../../src/verbs/act.ts';
import { perform, type Subjected } from '../../src/verbs/action.ts';

const TRX = {} as Transaction;
const ACT = { by: { id: 1, name: 'alice', rights: {} }, at: '2026-11-01T00:00:00.000Z' } as Act;

/** How often each was read, as its version; and at which one each step saw whom. */
let read: Map<number, number>;
let seen: string[];

beforeEach(() => {
  read = new Map();
  seen = [];
});

async function find(_db: unknown, ids: number[]): Promise<Subjected[]> {
  return ids.map((id) => {
    read.set(id, (read.get(id) ?? 0) + 1);
    return { id, name: `user ${id}`, version: read.get(id)!, activity: 'active' } as Subjected;
  });
}

/** Each field of these is brought back by a step of its own; `others` says of which that it changes others too. */
function undoable(others: string[] = []): Undoable<Subjected> {
  const made = (field: string): StepAction<Subjected> => ({
    refusalOf: () => undefined,
    ...(others.includes(field) && { changesOthers: true }),
    async perform(_trx, _act, subjects) {
      for (const { id, version } of subjects) seen.push(`${field} of ${id} at ${version}`);
      return new Map(subjects.map(({ id }) => [id, { before: { [field]: 'now' }, after: { [field]: 'then' } }]));
    },
  });
  return {
    type: 'user',
    find,
    findFacts: async (_db, subjects, fields) =>
      new Map(subjects.map(({ id }) => [id, Object.fromEntries([...fields].map((field) => [field, 'now']))])),
    isChangeOf: () => false,
    stepsFor: (_subject, { before }) => Object.keys(before).map((field) => ({ key: field, make: () => made(field) })),
    wasInWords: () => '',
  };
}

async function takeBack(written: Record<number, string[]>, others?: string[]) {
  const facts = (fields: string[], value: string) => Object.fromEntries(fields.map((field) => [field, value]));
  const entries = Object.entries(written).map(([id, fields]): [number, object] => [
    Number(id),
    { before: facts(fields, 'then'), after: facts(fields, 'now'), version: 1 },
  ]);
  const takenBack = { operationId: 1, written: new Map(entries) as never, undoings: new Map() as never };
  const ids = entries.map(([id]) => id);
  return perform(TRX, ACT, undoing(undoable(others), takenBack), await find(TRX, ids));
}

describe('what takes an operation back', () => {
  it('reads nobody again for the first that is done to them', async () => {
    const done = await takeBack({ 1: ['a'], 2: ['b'], 3: ['a'] });
    expect(seen).toEqual(['a of 1 at 1', 'a of 3 at 1', 'b of 2 at 1']);
    expect(done.map(({ written }) => written?.after)).toEqual([{ a: 'then' }, { b: 'then' }, { a: 'then' }]);
  });

  it('sees whom a step changed already as that left them', async () => {
    const [both] = await takeBack({ 1: ['a', 'b'], 2: ['b'] });
    expect(seen).toEqual(['a of 1 at 1', 'b of 1 at 2', 'b of 2 at 2']);
    expect(both.written).toEqual({ before: { a: 'now', b: 'now' }, after: { a: 'then', b: 'then' } });
  });

  it('sees everybody anew after a step that may change others', async () => {
    await takeBack({ 1: ['a'], 2: ['b'] }, ['a']);
    expect(seen).toEqual(['a of 1 at 1', 'b of 2 at 2']);
  });

  it('brings back at once what is another one for each', async () => {
    const made: unknown[] = [];
    const each: Undoable<Subjected> = {
      ...undoable(),
      stepsFor: ({ id }) => [
        {
          key: 'each',
          value: `value of ${id}`,
          make: (_db, values) => {
            made.push(Object.fromEntries(values));
            return undoable()
              .stepsFor(
                { id } as Subjected,
                { before: { a: 1 }, present: {}, gone: [], changed: 0, isBack: false },
                ACT,
              )[0]
              .make(TRX, values);
          },
        },
      ],
    };
    const written = new Map([1, 2].map((id) => [id, { before: { a: 'then' }, after: { a: 'now' }, version: 1 }]));
    await perform(
      TRX,
      ACT,
      undoing(each, { operationId: 1, written, undoings: new Map() as never }),
      await find(TRX, [1, 2]),
    );
    expect(made).toEqual([{ 1: 'value of 1', 2: 'value of 2' }]);
    expect(seen).toEqual(['a of 1 at 1', 'a of 2 at 1']);
  });
});
