import { clearLoginAttempts } from '../src/sessions/lockout-store.ts';
import { type AppInProcess, startAppInProcess } from './app-in-process.ts';
import { type Fault, met, told } from './fault.ts';
import { makePeople } from './people.ts';
import { SignInForm } from './sign-in-form.ts';

const PASSWORD = 'seven brown kettles sing';
const WRONG = 'not the password at all';
const ROUNDS = 50;

/** How many come at once. */
export interface Crowd {
  onOne: number;
  accounts: number;
  onEach: number;
  fromDevice: number;
  right: number;
}

const CROWD: Crowd = { onOne: 1_000, accounts: 100, onEach: 50, fromDevice: 200, right: 20 };

export interface RaceReport {
  limit: number;
  /** The most evaluated guesses of any round: on one account, on the worst of many, from one known device. */
  most: { onOne: number; onEach: number; fromDevice: number };
  attempts: number;
  /** The least right ones of any round that got in. */
  leastRight: number;
  /** Answers that were neither a refusal nor "come back later". */
  others: number;
}

export const lockoutRaceFault: Fault = {
  name: 'F4',
  title: 'parallel guesses, then parallel right passwords',
  async run({ rounds = ROUNDS }) {
    const { limit, most, attempts, leastRight, others } = await lockoutRace(rounds);
    const atMost = (what: string, found: number) => met(what, String(found), `≤ ${limit}`, found <= limit);
    return [
      told('rounds, wrong passwords in all', `${rounds}, ${attempts.toLocaleString('en')}`),
      atMost(`most comparisons with the own hash, ${CROWD.onOne} on one account at once`, most.onOne),
      atMost(`the same, ${CROWD.accounts} accounts × ${CROWD.onEach} at once, on the worst account`, most.onEach),
      atMost(`the same, ${CROWD.fromDevice} at once from one known device`, most.fromDevice),
      met(
        `least successes of ${CROWD.right} right ones at once`,
        String(leastRight),
        String(CROWD.right),
        leastRight === CROWD.right,
      ),
      met('answers to wrong ones other than 422 and 429', String(others), '0', others === 0),
    ];
  },
};

/** F4: what is counted is the comparisons with the users' own hashes, in the program itself, not its answers. */
export async function lockoutRace(rounds: number, crowd: Crowd = CROWD): Promise<RaceReport> {
  const app = await startAppInProcess();
  try {
    const hash = await app.context.hasher.hash(PASSWORD);
    const [victim] = await makePeople(app, 'victim', 1, hash);
    const many = await makePeople(app, 'many', crowd.accounts, hash);
    const report: RaceReport = {
      limit: app.config.loginAttempts,
      most: { onOne: 0, onEach: 0, fromDevice: 0 },
      attempts: 0,
      leastRight: crowd.right,
      others: 0,
    };
    const forms = await Promise.all(app.urls.map((url) => SignInForm.open(url)));
    const evaluated = () => app.contexts.reduce((sum, { hasher }) => sum + hasher.count.own, 0);
    const device = (await (await SignInForm.open(app.url)).send('victim0', PASSWORD)).deviceCookie;
    const storm = async (tries: [identifier: string, device?: string][]): Promise<number> => {
      const before = evaluated();
      const answers = await Promise.all(
        tries.map(([identifier, from], n) => forms[n % forms.length].send(identifier, WRONG, from)),
      );
      report.attempts += tries.length;
      report.others += answers.filter(({ status }) => status !== 422 && status !== 429).length;
      return evaluated() - before;
    };

    for (let round = 0; round < rounds; round++) {
      const spelled = ['victim0', 'VICTIM0', ' victim0@example.com', 'Victim0@EXAMPLE.com'];
      const onOne = await storm(Array.from({ length: crowd.onOne }, (_, n) => [spelled[n % spelled.length]]));
      const fromDevice = await storm(Array.from({ length: crowd.fromDevice }, () => ['victim0', device]));
      const all = many.flatMap((_, n) => Array<[string]>(crowd.onEach).fill([`many${n}`]));
      const inAll = await storm(all);
      const onEach = await mostCounted(app, many, inAll);
      report.most = {
        onOne: Math.max(report.most.onOne, onOne),
        onEach: Math.max(report.most.onEach, onEach),
        fromDevice: Math.max(report.most.fromDevice, fromDevice),
      };
      await app.db.write((trx) => clearLoginAttempts(trx, [victim, ...many]));
      const fresh = await Promise.all(
        Array.from({ length: crowd.right }, (_, n) => SignInForm.open(app.urls[n % app.urls.length])),
      );
      const right = await Promise.all(fresh.map((one) => one.send('victim0', PASSWORD)));
      report.leastRight = Math.min(report.leastRight, right.filter(({ status }) => status === 303).length);
    }
    return report;
  } finally {
    await app.close();
  }
}

/** The most that was counted on any of these accounts; where the program compared more often than it counted, that. */
async function mostCounted(app: AppInProcess, ids: number[], compared: number): Promise<number> {
  const rows = await app.db.read('lockouts').whereIn('user_id', ids).select('attempts_in_all');
  const counts = rows.map((row) => row.attempts_in_all as number);
  const counted = counts.reduce((sum, count) => sum + count, 0);
  return compared === counted ? Math.max(0, ...counts) : compared;
}
