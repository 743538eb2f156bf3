import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { explained, fail } from '../src/failure.ts';
import { chart } from './chart.ts';
import { checksBesideQuery } from './checks.ts';
import { costCurve } from './curve.ts';
import { benchData, benchHouse } from './data.ts';
import { listsBesideBudget } from './lists.ts';
import { measure } from './measure.ts';
import { onPostgres, startServer, stopPostgres } from './on-postgres.ts';
import { operationBesideSql } from './operation.ts';
import { Report, written } from './report.ts';
import type { Effort } from './rounds.ts';
import { scimBesideBudget } from './scim.ts';
import { severalBesideOne } from './several.ts';

const THOROUGH: Effort = { rounds: 3, seconds: 0.5, leastRequests: 50, rest: 60 };
const QUICK: Effort = { rounds: 1, seconds: 0.5, leastRequests: 40, rest: 5 };
const CURVE = 'pictures/cost-curve.svg';

try {
  await bench();
  // The package that brings PostgreSQL listens on the channel to what started this process, which would stay open for ever.
  process.exit();
} catch (error) {
  fail(explained(error));
}

/** Measures the program against its budget, on databases of its own below data/. */
async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: {
      users: { type: 'string', default: '100000' },
      quick: { type: 'boolean', default: false },
      write: { type: 'string' },
      database: { type: 'string', default: 'sqlite' },
      processes: { type: 'string', default: '1' },
      checks: { type: 'boolean', default: false },
      scim: { type: 'boolean', default: false },
      operation: { type: 'boolean', default: false },
      lists: { type: 'boolean', default: false },
    },
  });
  const sizes = values.users.split(',').map(Number);
  if (sizes.some((users) => !Number.isInteger(users) || users < 1_000))
    throw new Error('--users must be whole numbers of at least 1000, with commas between them');
  if (!['sqlite', 'postgres'].includes(values.database)) throw new Error('--database must be sqlite or postgres');
  const isOnPostgres = values.database === 'postgres';
  if (isOnPostgres && values.write) throw new Error('the page is written of SQLite: --write goes without --database');
  if ((values.checks || values.scim || values.operation || values.lists) && (isOnPostgres || values.write))
    throw new Error('--checks, --scim, --operation and --lists go without --database and --write');
  const processes = Number(values.processes);
  if (!Number.isInteger(processes) || processes < 1 || (processes > 1 && !isOnPostgres))
    throw new Error('--processes is a whole number from 1 on, and above 1 goes with --database postgres');
  const effort = values.quick ? QUICK : THOROUGH;
  const started = performance.now();
  const say = (what: string) =>
    console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${what}`);
  const reports: Report[] = [];
  if (isOnPostgres) await startServer();
  for (const users of sizes) {
    if (values.lists) {
      say(`a house of ${users.toLocaleString('en')} users`);
      console.log(`\n${await listsBesideBudget(await benchHouse(users), users, effort, say)}\n`);
      continue;
    }
    say(`data of ${users.toLocaleString('en')} users`);
    const data = await benchData(users);
    if (isOnPostgres) say('the same on PostgreSQL');
    const databaseUrl = isOnPostgres ? await onPostgres(data.folder) : undefined;
    if (processes > 1 && databaseUrl) {
      console.log(`\n${await severalBesideOne({ ...data, databaseUrl }, processes, effort, say)}\n`);
      continue;
    }
    if (values.checks) {
      console.log(`\n${await checksBesideQuery(data, effort, say)}\n`);
      continue;
    }
    if (values.scim) {
      console.log(`\n${await scimBesideBudget(data, users, effort, say)}\n`);
      continue;
    }
    if (values.operation) {
      console.log(`\n${await operationBesideSql(data, users, effort, say)}\n`);
      continue;
    }
    const report = new Report(await measure({ ...data, databaseUrl }, effort, say), users);
    console.log(`\n${report.plain()}\n`);
    reports.push(report);
  }
  await stopPostgres();
  if (!values.write) return;
  const points = await costCurve(Math.max(...sizes), effort, say);
  writeFileSync(join(dirname(values.write), CURVE), chart(points));
  writeFileSync(values.write, written(reports, points, CURVE) + byHand(values.write));
  say('written');
}

/** What was measured otherwise stands at the end of the page, and stays. */
function byHand(page: string): string {
  const text = existsSync(page) ? readFileSync(page, 'utf8') : '';
  const at = text.indexOf('## Measured by hand');
  return at === -1 ? '' : `\n${text.slice(at)}`;
}
