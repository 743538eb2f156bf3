import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readUsers } from '../../src/users/list/user-facts.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addCrowd } from '../support/crowd.ts';

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
  await addCrowd(app, 300);
  await app.db.write(async (trx) => {
    await trx.raw(`insert into contacts (kind, name, sort_name, search_text, created_at)
      select 'person', 'n' || n, 'n' || n, 'n' || n, '2026-11-28' from generate_series(1, 12000) as n`);
    await trx.raw(`insert into accounts (contact_id, type)
      select id, case id % 100 when 0 then 'customer' else 'prospect' end from contacts where id % 4 = 0 on conflict do nothing`);
  });
});
afterEach(() => app.close());

interface Node {
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}

/** Every step of a plan. */
function steps(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(steps)];
}

it('looks at the accounts of those users who changed alone, also where the server has counted nothing yet', async () => {
  const { read } = app.db;
  const ids: number[] = await read('users').whereNotNull('contact_id').orderBy('id', 'desc').limit(25).pluck('id');
  const asked: { sql: string; bindings: unknown[] }[] = [];
  read.on('query', (query) => asked.push(query));
  await readUsers(read, ids);
  const { sql, bindings } = asked.find((query) => query.sql.includes('accounts'))!;
  const explained = sql.replace(/\$\d+/g, '?');
  const [row] = await read.raw(`explain (analyze, format json) ${explained}`, bindings as never[]);
  const [{ Plan: plan }] = JSON.parse(row['QUERY PLAN']);
  const looked = steps(plan)
    .filter((step) => step['Relation Name'] === 'accounts')
    .map((step) => (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)) * step['Actual Loops']);
  expect(looked.length).toBeGreaterThan(0);
  expect(Math.max(...looked)).toBeLessThanOrEqual(ids.length);
});
