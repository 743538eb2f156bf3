// Every check there is, as named steps; `npm test` is this. The last line sums up what the test runner counted.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MEMORY } from './boot/node-options.mjs';
import { checkDeploy } from './checks/deploy.ts';
import { checkDocs } from './checks/docs.ts';
import { checkImports } from './checks/imports.ts';
import { checkMigrations } from './checks/migrations.ts';
import { checkPatterns } from './checks/patterns.ts';
import { checkSecurity } from './checks/security.ts';
import { checkSql } from './checks/sql.ts';
import { checkTables } from './checks/tables.ts';
import { checkViews } from './checks/views.ts';

const bin = join(import.meta.dirname, '../node_modules/.bin');
// What keeps a server small takes the processor some of its time, and tests end before they are large.
for (const name of Object.keys(MEMORY)) delete process.env[name];

const folder = mkdtempSync(join(tmpdir(), 'roster-ci-'));
const results = join(folder, 'jest.json');
const resultsOnPostgres = join(folder, 'jest-on-postgres.json');

/** What the databases could differ in: a journey, lists in order, words that are searched, feeds, many at once, the audit. */
const ON_POSTGRES = [
  'test/postgres',
  'test/users/list/listing',
  'test/audit/chain',
  'test/erasure/restoring',
  'test/facets/pruned-feed',
  'test/search',
];

interface Step {
  name: string;
  run: () => Promise<boolean>;
}

/** One more than there are processors: tests wait for browsers, for other processes and for time to pass. */
const workers = ['--maxWorkers', String(availableParallelism() + 1)];
/** They run beside all others, one file at a time: they wait much, for servers that are stopped and killed. What they print is kept until the others are over. */
let onPostgres: Promise<{ isFine: boolean; printed: string }> | undefined;

const steps: Step[] = [
  { name: 'types', run: () => command('tsc', ['--noEmit']) },
  { name: 'lint and format', run: () => command('biome', ['ci', '--error-on-warnings', '--colors=off']) },
  { name: 'floors', run: async () => report(checkImports()) },
  { name: 'sql', run: async () => report(checkSql()) },
  { name: 'patterns', run: async () => report(checkPatterns()) },
  { name: 'writers of tables', run: async () => report(checkTables()) },
  { name: 'views', run: async () => report(checkViews()) },
  { name: 'docs', run: async () => report(checkDocs()) },
  { name: 'deploy', run: async () => report(checkDeploy()) },
  { name: 'security', run: async () => report(checkSecurity()) },
  { name: 'migrations', run: async () => report(checkMigrations()) },
  {
    name: 'tests',
    run: () => {
      onPostgres = testsOnPostgres();
      return tests(results, workers);
    },
  },
  { name: 'tests on PostgreSQL', run: tellOnPostgres },
];

let broken = 0;
for (const { name, run } of steps) {
  const start = performance.now();
  process.stdout.write(`— ${name} …\n`);
  const isFine = await run();
  if (!isFine) broken++;
  process.stdout.write(`${isFine ? '✓' : '✗'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)\n`);
}

const [once, again] = [results, resultsOnPostgres].map(counted);
const passed = once.passed + again.passed;
const failed = once.failed + again.failed;
const skipped = once.skipped + again.skipped;
rmSync(folder, { recursive: true, force: true });
// The checks before the tests count as one each.
const checks = steps.length - 2;
const brokenTests = [once, again].filter((one) => one.failed > 0).length;
const brokenChecks = broken - brokenTests;
console.log(
  `${passed + checks - Math.min(brokenChecks, checks)} passed, ${failed + brokenChecks} failed, ${skipped} skipped`,
);
process.exit(broken > 0 || passed === 0 ? 1 : 0);

function tests(output: string, args: string[]): Promise<boolean> {
  return command(process.execPath, jest(output, args));
}

function testsOnPostgres(): typeof onPostgres {
  const child = spawn(process.execPath, jest(resultsOnPostgres, [...ON_POSTGRES, '--maxWorkers', '1']), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DATABASE: 'postgres' },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
  return ended(child).then((isFine) => ({ isFine, printed }));
}

async function tellOnPostgres(): Promise<boolean> {
  const { isFine, printed } = await onPostgres!;
  process.stdout.write(printed);
  return isFine;
}

function jest(output: string, args: string[]): string[] {
  return [join(bin, 'jest'), '--json', `--outputFile=${output}`, ...args];
}

/** One of the packages by its name, or a program by its path. */
function command(name: string, args: string[]): Promise<boolean> {
  return ended(spawn(name.includes('/') || name.includes('\\') ? name : join(bin, name), args, { stdio: 'inherit' }));
}

function ended(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

function report(findings: string[]): boolean {
  for (const finding of findings) console.log(`  ${finding}`);
  return findings.length === 0;
}

function counted(file: string): { passed: number; failed: number; skipped: number } {
  try {
    const found = JSON.parse(readFileSync(file, 'utf8'));
    return {
      passed: found.numPassedTests,
      // A test file that could not even be loaded holds no failed test.
      failed: found.numFailedTests + found.numRuntimeErrorTestSuites,
      skipped: found.numPendingTests + found.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
