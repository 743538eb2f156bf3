import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keepOutcomes } from '../../src/bulk-operations/bulk-item-store.ts';
import {
  claimOperation,
  createDraft,
  findOperation,
  finishOperation,
} from '../../src/bulk-operations/bulk-operation-store.ts';
import { DAY, instant, MINUTE } from '../../src/clock.ts';
import { commandLineAct } from '../../src/verbs/program-act.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';
import { rowsOf } from '../support/exports.ts';
import { type Session, signedIn } from '../support/session.ts';
import { atFirst, downloadSlowly, type OnPiece } from '../support/slow-download.ts';

let app: TestApp;
let rita: Session;
let path: string;
let ids: number[];
let names: string[];

beforeAll(async () => {
  app = await startApp();
  rita = await signedIn(app, 'rita');
  await addCrowd(app, 5_200);
  const users: { id: number; name: string }[] = await app.db.read('users').orderBy('id').select('id', 'name');
  names = users.map(({ name }) => name);
  ids = users.map(({ id }) => id);
  path = await reported(app.clock.now());
});
afterAll(() => app.close());

/** The report of a large operation that was done then. */
async function reported(at: number): Promise<string> {
  const act = { ...commandLineAct(app.context.actSettings), at: instant(at) };
  return app.db.write(async (trx) => {
    const id = await createDraft(trx, act, { subjectType: 'user', action: 'confirm-access', ids });
    const operation = await findOperation(trx, id);
    await claimOperation(trx, operation, act);
    const reason =
      'is left out for a reason that takes some words, so that the file does not fit into what is on its way';
    await keepOutcomes(
      trx,
      operation,
      ids.map((subject) => ({ id: subject, refusal: reason, written: undefined })),
    );
    await finishOperation(trx, id, act.at);
    return `/bulk-operations/${id}`;
  });
}

const file = (report: string, onPiece?: OnPiece) => downloadSlowly(app, rita, `${report}/items.csv`, { onPiece });
const lastLine = (text: string) => text.trimEnd().split('\r\n').at(-1);

describe('the file of a large report', () => {
  it('has each of them once', async () => {
    const answer = await file(path);
    expect(answer).toMatchObject({ status: 200, isWhole: true });
    expect(rowsOf(answer.text).map((row) => row.Name)).toEqual(names);
    expect((await rita.get(`${path}/items.csv?q=${names[5_100]}`)).text).toContain(names[5_100]);
  });

  it('is sent while it is read, and stops visibly where its reader is signed out in its middle', async () => {
    const answer = await file(
      path,
      atFirst(() => app.db.write((trx) => trx('sessions').delete())),
    );
    rita = await signedIn(app, 'rita');
    expect(answer).toMatchObject({ status: 200, isWhole: false });
    expect(lastLine(answer.text)).toMatch(/^THIS FILE IS INCOMPLETE: it was broken off after [\d,]+ lines\.,+$/);
  });

  it('stops visibly where the report is forgotten in its middle', async () => {
    const old = await reported(app.clock.now() - 400 * DAY + 10 * MINUTE);
    const answer = await file(
      old,
      atFirst(async () => app.clock.advance(11 * MINUTE)),
    );
    expect(answer.isWhole).toBe(false);
    expect(lastLine(answer.text)).toMatch(/^THIS FILE IS INCOMPLETE/);
  });
});
