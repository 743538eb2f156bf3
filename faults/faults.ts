// `npm run faults`: what takes too long for every test run. `--rounds N` makes it longer.
import { parseArgs } from 'node:util';
import { crashLoop } from './crash-loop.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } });
const rounds = Number(values.rounds);

console.log(`F1: SIGKILL while users are created and changed, ${rounds} times …`);
const report = await crashLoop(rounds);
for (const problem of report.problems) console.log(`  ${problem}`);
console.log(
  `F1: ${report.acknowledged} acknowledged users, ${report.problems.length} problems, ready again after at most ${Math.round(report.slowestStart)} ms`,
);
process.exit(report.problems.length > 0 ? 1 : 0);
