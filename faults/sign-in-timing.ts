import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '../src/clock.ts';
import { readSettings } from '../src/config.ts';
import { openDatabase, type Transaction } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { insertPasskey } from '../src/passkeys/passkey-store.ts';
import { PasswordHasher } from '../src/passwords/password-hasher.ts';
import { beginFactor, confirmFactor } from '../src/second-factors/second-factor-store.ts';
import { PERMANENTLY } from '../src/sessions/lockout-store.ts';
import { INVITATION } from '../src/users/actions/invitation.ts';
import { performOnUsers } from '../src/users/actions/user-actions.ts';
import { type Fault, met, told } from './fault.ts';
import { actOf, makePeople } from './people.ts';
import { startServer } from './server-process.ts';
import { SignInForm } from './sign-in-form.ts';
import { mannWhitneyP, median, toldApart } from './statistics.ts';

const PASSWORD = 'seven brown kettles sing';
const ROUNDS = 100;
const MOST_APART = 0.05;
const LEAST_P = 0.01;
/** Of somebody who tells two kinds apart by one time: 0.5 is tossing a coin (F18). */
const MOST_TOLD = 0.55;
/** With fewer tries chance alone goes past that. */
const TRIES_TO_TELL = 1_000;

/** The six of R24, and those again that can have a second factor and a passkey (F18). The numbered ones have a user for each round, so that none of them is locked on the way. */
const CLASSES = {
  unknown: (n: number) => `unknown${n}`,
  wrong: (n: number) => `wrong${n}`,
  locked: () => 'locked0',
  disabled: (n: number) => `disabled${n}`,
  invited: (n: number) => `invited${n}`,
  'API-only': (n: number) => `integration${n}`,
  'wrong, with factors': (n: number) => `guarded${n}`,
  'locked, with factors': () => 'guardedlocked0',
  'disabled, with factors': (n: number) => `guardeddisabled${n}`,
};
type Class = keyof typeof CLASSES;
const NAMES = Object.keys(CLASSES) as Class[];

/** R25: how long each kind of refusal takes, one after the other and in no order, against a process of its own. */
export const signInTimingFault: Fault = {
  name: 'R25',
  title: 'how long the six kinds of refusal take, with and without second factors',
  async run({ rounds = ROUNDS }) {
    const times = await refusalTimes(rounds);
    const wrong = times.wrong;
    const others = NAMES.filter((name) => name !== 'wrong');
    return [
      told('tries of each kind, at the full cost of a hash', String(rounds)),
      told('wrong password, median', `${median(wrong).toFixed(1)} ms`),
      ...others.map((name) => {
        const apart = median(times[name]) / median(wrong) - 1;
        const p = mannWhitneyP(times[name], wrong);
        const isSame = Math.abs(apart) <= MOST_APART && p > LEAST_P;
        const area = toldApart(times[name], wrong);
        const measured = `median ${median(times[name]).toFixed(1)} ms (${(apart * 100).toFixed(2)} %), p ${p.toFixed(3)}, AUC ${area.toFixed(3)}`;
        const demand = 'within 5 %, Mann-Whitney p > 0.01';
        if (rounds < TRIES_TO_TELL) return met(`${name}, beside it`, measured, demand, isSame);
        return met(`${name}, beside it`, measured, `${demand}, AUC ≤ ${MOST_TOLD}`, isSame && area <= MOST_TOLD);
      }),
    ];
  },
};

async function refusalTimes(rounds: number): Promise<Record<Class, number[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'roster-timing-'));
  try {
    await makeClasses(folder, rounds);
    const server = await startServer({ DATA_DIR: folder, TRUST_PROXY: '1' });
    try {
      const form = await SignInForm.open(server.url);
      // What is compiled and cached on the way is no part of it.
      for (let n = 0; n < 10; n++) await form.send('warm-up', PASSWORD);
      const times = Object.fromEntries(NAMES.map((name) => [name, [] as number[]])) as Record<Class, number[]>;
      for (let n = 0; n < rounds; n++)
        for (const name of shuffled(NAMES)) {
          const { status, took } = await form.send(CLASSES[name](n), `${PASSWORD}!`);
          if (status !== 422) throw new Error(`${name} was answered with ${status}`);
          times[name].push(took);
        }
      return times;
    } finally {
      server.child.kill('SIGTERM');
      await server.exited;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeClasses(folder: string, count: number): Promise<void> {
  const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
  const db = openDatabase(folder);
  await migrate(db);
  const app = { db, config };
  const hash = await new PasswordHasher(config.secrets.pepper, config.passwordCost).hash(PASSWORD);
  const [wrong] = await makePeople(app, 'wrong', count, hash);
  const lock = (trx: Transaction, [user_id]: number[]) =>
    trx('lockouts').insert({
      user_id,
      attempts: config.loginAttempts,
      attempts_in_all: config.loginAttempts,
      locked_at: instant(Date.now()),
      locked_until: PERMANENTLY,
    });
  const disable = (trx: Transaction, ids: number[]) =>
    trx('users').whereIn('id', ids).update({ activity: 'deactivated' });
  await makePeople(app, 'locked', 1, hash, {}, lock);
  await makePeople(app, 'disabled', count, hash, {}, disable);
  await makePeople(app, 'guarded', count, hash, {}, guard);
  await makePeople(app, 'guardedlocked', 1, hash, {}, async (trx, ids) => {
    await lock(trx, ids);
    await guard(trx, ids);
  });
  await makePeople(app, 'guardeddisabled', count, hash, {}, async (trx, ids) => {
    await disable(trx, ids);
    await guard(trx, ids);
  });
  await makePeople(app, 'invited', count, undefined, {}, (trx, ids) =>
    performOnUsers(trx, actOf(config), INVITATION, ids),
  );
  await makePeople(app, 'integration', count, undefined, {
    apiOnly: { reason: 'measured', ownerId: wrong, reviewOn: '2040-01-01' },
  });
  await db.close();
}

/** Gives each an authenticator and a passkey. */
async function guard(trx: Transaction, ids: number[]): Promise<void> {
  const createdAt = instant(Date.now());
  for (const userId of ids) {
    await beginFactor(trx, userId, createdAt);
    await confirmFactor(trx, userId, createdAt, 0);
    const passkey = { userId, credentialId: `of ${userId}`, publicKey: '', counter: 0, relyingParty: 'localhost' };
    await insertPasskey(trx, { ...passkey, name: 'Phone', transports: [], createdAt });
  }
}

function shuffled<T>(all: T[]): T[] {
  return all
    .map((one) => ({ one, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
