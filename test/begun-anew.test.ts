import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stageFile } from '../src/import/actions/staging.ts';
import { findImport, findLines } from '../src/import/import-store.ts';
import { startApp, type TestApp } from './support/app.ts';
import { watchAudit } from './support/audit.ts';
import { actBy } from './support/begun.ts';
import { addCrowd } from './support/crowd.ts';
import { Described } from './support/described.ts';
import { loseEachTransactionOnce } from './support/lost-transactions.ts';
import { programAs } from './support/program.ts';
import { signedIn } from './support/session.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp({ TOKEN_REQUESTS: '100000' });
});
afterEach(() => app.close());

// What a page changes by a form stands in the table of routes.
describe('where the database is lost in the middle of a transaction, which is begun anew', () => {
  it('a file is taken in whole, each line once', async () => {
    loseEachTransactionOnce(app.db);
    const path = join(app.folder, 'people.csv');
    const names = Array.from({ length: 2_500 }, (_, n) => `person${n}`);
    writeFileSync(path, `Name,Email\n${names.map((name) => `${name},${name}@example.com\n`).join('')}`);
    const staged = { path, name: 'people.csv', kind: 'users' } as const;
    const id = await stageFile(app.db, await actBy(app, 'alice'), staged, names.length);
    const { pieces } = await findImport(app.db.read, id);
    const found: unknown[] = [];
    for (let piece = 0; piece < pieces; piece++) {
      const lines = await findLines(app.db.read, id, piece);
      expect([piece, lines.length > 0]).toEqual([piece, true]);
      found.push(...lines.map(({ cells }) => cells[0]));
    }
    expect(found).toEqual(names);
  });

  it('an operation on many goes on, piece after piece', async () => {
    await addCrowd(app, 5_200);
    await app.context.index.refreshWholly();
    const alice = await signedIn(app, 'alice');
    const everybody = { action: 'deactivate', scope: 'all', view: '/users', shown: '0', change: '0' };
    const { location } = (await alice.post('/bulk-operations', everybody)).headers;
    await app.context.operations.idle();
    loseEachTransactionOnce(app.db);
    await alice.post(`${location}/execution`);
    await app.context.operations.idle();
    expect(await app.db.read('users').where('activity', 'active').pluck('name')).toEqual(['alice']);
    const id = Number(location.split('/').at(-1));
    const items: number[] = await app.db.read('bulk_operation_items').where('operation_id', id).pluck('subject_id');
    const { size } = await app.db.read('bulk_operations').where({ id }).first();
    expect([items.length, new Set(items).size]).toEqual([size, size]);
  });

  it('a refusal is written down once', async () => {
    const described = new Described(await programAs(app, 'alice'));
    const ids = [app.people.bob, app.people.alice];
    const draft = await described.ask('post /bulk-operations', '/bulk-operations', {
      on: 'users',
      action: 'deactivate',
      ids,
    });
    const audit = await watchAudit(app);
    loseEachTransactionOnce(app.db);
    const path = `/bulk-operations/${draft.body.id}/execution`;
    expect((await described.ask('post /bulk-operations/{id}/execution', path)).body).toMatchObject({ changed: 1 });
    expect((await audit.actions()).toSorted()).toEqual(['request.refused', 'user.deactivated']);
  });
});
