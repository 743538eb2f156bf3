import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eraseEvents } from '../../src/audit/audit-store.ts';
import { startApp, type TestApp } from '../support/app.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.close());

it('an event of words may become a marker, and nothing else is changed', async () => {
  const { id, form: _, ...last } = await app.db.read('audit_events').orderBy('id', 'desc').first();
  const words = { ...last, id: id + 1, form: 1, actor_name: 'alice', operation_id: null, token_id: null };
  await app.db.write((trx) => trx('audit_events').insert(words));
  const update = (columns: object) =>
    app.db.write((trx) =>
      trx('audit_events')
        .where('id', id + 1)
        .update(columns),
    );
  await expect(update({ actor_name: 'eve' })).rejects.toThrow('audit events are never changed');
  await expect(update({ form: 4, seal: 'x' })).rejects.toThrow('audit events are never changed');
  await app.db.write((trx) => eraseEvents(trx, app.config.secrets.audit, [id, id + 1]));
  const marker = await app.db
    .read('audit_events')
    .where('id', id + 1)
    .first();
  expect(marker).toMatchObject({ form: 4, actor_name: '', before: '{}', hash: last.hash });
  await expect(update({ form: 1 })).rejects.toThrow('audit events are never changed');
  await expect(
    app.db.write((trx) =>
      trx('audit_events')
        .where('id', id + 1)
        .delete(),
    ),
  ).rejects.toThrow('audit events are never changed');
});
