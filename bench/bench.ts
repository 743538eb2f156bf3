import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { explained, fail } from '../src/failure.ts';
import { benchData } from './data.ts';
import { measure } from './measure.ts';
import { Report } from './report.ts';
import type { Effort } from './rounds.ts';

const THOROUGH: Effort = { rounds: 3, seconds: 2, leastRequests: 100 };
const QUICK: Effort = { rounds: 1, seconds: 0.3, leastRequests: 20 };

try {
  await bench();
} catch (error) {
  fail(explained(error));
}

/** Measures the program against its budget, on a database of its own below data/. */
async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: {
      users: { type: 'string', default: '100000' },
      quick: { type: 'boolean', default: false },
      write: { type: 'string' },
    },
  });
  const users = Number(values.users);
  if (!Number.isInteger(users) || users < 1_000) throw new Error('--users must be a whole number of at least 1000');
  const { folder, administrator } = await benchData(users);
  const started = performance.now();
  const say = (what: string) =>
    console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${what}`);
  const report = new Report(await measure(folder, administrator, values.quick ? QUICK : THOROUGH, say), users);
  console.log(`\n${report.plain()}`);
  if (values.write) writeFileSync(values.write, report.markdown());
}
