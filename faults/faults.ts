// `npm run faults`: what takes too long for every test run. Names of faults run these alone; `--database postgres` runs
// those that are tried there as well; `--rounds N` and `--seconds N` make it longer; `--write docs/faults.md` writes down
// what was measured.
import { parseArgs } from 'node:util';
import { explained, fail } from '../src/failure.ts';
import { stopPostgres } from '../test/support/postgres.ts';
import { backupsFault } from './backups-fault.ts';
import { bulkCrashFault, largeCrashFault } from './bulk-crash.ts';
import { busyFault } from './busy-fault.ts';
import { clockFault } from './clock-fault.ts';
import { concurrentBulkFault } from './concurrent-bulk.ts';
import { crashFault } from './crash-fault.ts';
import { cutCableFault } from './cut-cable-fault.ts';
import { diskFullFault } from './disk-full-fault.ts';
import { endedConnectionsFault } from './ended-connections-fault.ts';
import { failingDiskFault } from './failing-disk-fault.ts';
import { failoverFault, silentServerFault } from './failover-fault.ts';
import { CannotRun, type Effort, type Fault, type Figure } from './fault.ts';
import { firstStartFault } from './first-start-fault.ts';
import { lockoutRaceFault } from './lockout-race.ts';
import { mailFault } from './mail-faults.ts';
import { malformedFault } from './malformed-fault.ts';
import { millionCrashFault } from './million-crash.ts';
import { moveToServer } from './place.ts';
import { proxiesFault } from './proxies-fault.ts';
import { plain, writeDown } from './report.ts';
import { severalProcessesFault } from './several-processes.ts';
import { shutdownFault } from './shutdown-fault.ts';
import { signInStormFault } from './sign-in-storm.ts';
import { signInTimingFault } from './sign-in-timing.ts';
import { slowClientsFault } from './slow-clients.ts';
import { startCrashFault } from './start-crash.ts';
import { upgradeBackupCrashFault, upgradeCrashFault } from './upgrade-crash.ts';
import { webhookCrashFault } from './webhook-crash.ts';

/** Every fault there is, in the order in which they run. */
const FAULTS: Fault[] = [
  crashFault,
  bulkCrashFault,
  largeCrashFault,
  millionCrashFault,
  failingDiskFault,
  diskFullFault,
  lockoutRaceFault,
  signInStormFault,
  concurrentBulkFault,
  severalProcessesFault,
  failoverFault,
  silentServerFault,
  cutCableFault,
  endedConnectionsFault,
  mailFault,
  webhookCrashFault,
  malformedFault,
  slowClientsFault,
  clockFault,
  busyFault,
  backupsFault,
  upgradeCrashFault,
  upgradeBackupCrashFault,
  startCrashFault,
  shutdownFault,
  signInTimingFault,
  firstStartFault,
  proxiesFault,
];

/** Those that can be tried on PostgreSQL as well, with two processes. */
const ON_SERVER: Fault[] = [
  crashFault,
  bulkCrashFault,
  largeCrashFault,
  lockoutRaceFault,
  concurrentBulkFault,
  mailFault,
  webhookCrashFault,
];

try {
  process.exit((await faults()) ? 0 : 1);
} catch (error) {
  fail(explained(error));
}

/** Whether everything ran, and came out as it must. */
async function faults(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      write: { type: 'string' },
      database: { type: 'string', default: 'sqlite' },
    },
  });
  const all = await faultsOn(values.database);
  const unknown = positionals.filter((name) => !all.some((fault) => fault.name === name));
  if (unknown.length > 0) throw new Error(`there is no fault ${unknown.join(', ')}`);
  const effort = { rounds: wholeNumber('rounds', values.rounds), seconds: wholeNumber('seconds', values.seconds) };
  let isFine = true;
  for (const fault of all.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    console.log(`${fault.name}: ${fault.title} …`);
    const figures = await measured(fault, effort);
    // Neither met nor missed; what was measured elsewhere stays written.
    isFine &&= figures?.every((figure) => figure.isMet) ?? false;
    if (!figures) continue;
    console.log(plain(figures));
    if (values.write) writeDown(values.write, fault, figures);
  }
  await stopPostgres();
  return isFine;
}

async function faultsOn(database: string): Promise<Fault[]> {
  if (database === 'sqlite') return FAULTS;
  if (database !== 'postgres') throw new Error('--database must be sqlite or postgres');
  await moveToServer();
  return ON_SERVER.map(({ name, title, run }) => ({
    name: `${name}-postgres`,
    title: `${title}; two processes on PostgreSQL`,
    run,
  }));
}

/** Undefined, and said so, where the fault cannot be tried on this machine. */
async function measured(fault: Fault, effort: Effort): Promise<Figure[] | undefined> {
  try {
    return await fault.run(effort);
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    console.log(`  ✗ ${fault.name} DID NOT RUN: ${error.message}`);
    return undefined;
  }
}

function wholeNumber(name: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(given)) throw new Error(`--${name} must be a whole number of at least 1`);
  return Number(given);
}
