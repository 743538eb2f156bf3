import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { generateUsers } from '../seeds/generator.ts';
import { ConfigError, readSettings } from '../src/config.ts';
import { explained, fail } from '../src/failure.ts';
import { openForServer } from '../src/installation/open-installation.ts';
import { PasswordHasher } from '../src/passwords/password-hasher.ts';
import { counted } from '../src/text/text.ts';
import { actSettings } from '../src/verbs/act.ts';
import { progress } from './progress.ts';

const MOST = 10_000_000;

try {
  await seed(wantedUsers());
} catch (error) {
  fail(explained(error));
}

/** Fills the empty database of the settings with made-up users. */
async function seed(users: number): Promise<void> {
  const { config, db, close } = await openForServer(readSettings());
  if (await db.read('users').first('id'))
    throw new ConfigError([`there are users in ${config.dataDir} already: seed an empty folder, given with DATA_DIR`]);
  const hasher = new PasswordHasher(config.secrets.pepper, config.passwordCost);
  await generateUsers(db, {
    users,
    now: Date.now(),
    settings: actSettings(config),
    loginAttempts: config.loginAttempts,
    invitationHours: config.invitationHours,
    passwordHash: await hasher.hash(randomBytes(32).toString('base64')),
    onProgress: progress(users, 'users'),
  });
  await close();
  console.log(`${counted(users, 'made-up user')} in ${config.dataDir}; none of them can sign in.`);
  console.log('Now run npm start: it prints a link to make yourself the first administrator.');
}

function wantedUsers(): number {
  const mistake = `--users must be a whole number from 1 to ${MOST.toLocaleString('en')}, as in: npm run seed -- --users 1000`;
  let given: string | undefined;
  try {
    given = parseArgs({ options: { users: { type: 'string' } } }).values.users;
  } catch {
    throw new ConfigError([mistake]);
  }
  if (!given || !/^\d+$/.test(given) || Number(given) < 1 || Number(given) > MOST) throw new ConfigError([mistake]);
  return Number(given);
}
