import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { generateHouse, type Size } from '../seeds/house.ts';
import { ConfigError, readSettings } from '../src/config.ts';
import { explained, fail } from '../src/failure.ts';
import { openForServer } from '../src/installation/open-installation.ts';
import { PasswordHasher } from '../src/passwords/password-hasher.ts';
import { counted } from '../src/text/text.ts';
import { actSettings } from '../src/verbs/act.ts';
import { progress } from './progress.ts';

/** The most of each that may be wanted. */
const MOST: Record<keyof Size, number> = {
  users: 10_000_000,
  groups: 100_000,
  contacts: 10_000_000,
  invitations: 10_000_000,
  events: 100_000_000,
};
const NAMES = Object.keys(MOST) as (keyof Size)[];

try {
  await seed(wantedSize());
} catch (error) {
  fail(explained(error));
}

/** Fills the empty database of the settings with made-up users, and what else is wanted. */
async function seed(size: Size): Promise<void> {
  const { config, db, close } = await openForServer(readSettings());
  if (await db.read('users').first('id'))
    throw new ConfigError([`there are users in ${config.dataDir} already: seed an empty folder, given with DATA_DIR`]);
  const hasher = new PasswordHasher(config.secrets.pepper, config.passwordCost);
  const shown = new Map(NAMES.map((name) => [name, progress(size[name] ?? 0, name)]));
  await generateHouse(db, {
    ...size,
    now: Date.now(),
    settings: actSettings(config),
    loginAttempts: config.loginAttempts,
    invitationHours: config.invitationHours,
    passwordHash: await hasher.hash(randomBytes(32).toString('base64')),
    onProgress: (name, done) => shown.get(name)!(done),
  });
  await close();
  console.log(`${counted(size.users, 'made-up user')} in ${config.dataDir}; none of them can sign in.`);
  console.log('Now run npm start: it prints a link to make yourself the first administrator.');
}

/** Only users must be given: they bring some of all the others with them. */
function wantedSize(): Size {
  let given: Record<string, string | undefined>;
  try {
    given = parseArgs({ options: Object.fromEntries(NAMES.map((name) => [name, { type: 'string' as const }])) }).values;
  } catch {
    throw new ConfigError([
      mistakeIn('users'),
      `Besides: ${NAMES.slice(1)
        .map((name) => `--${name}`)
        .join(', ')}`,
    ]);
  }
  const wrong = NAMES.filter((name) => (name === 'users' || given[name] !== undefined) && !isWanted(name, given[name]));
  if (wrong.length > 0) throw new ConfigError(wrong.map(mistakeIn));
  return Object.fromEntries(Object.entries(given).map(([name, text]) => [name, Number(text)])) as unknown as Size;
}

function isWanted(name: keyof Size, text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST[name];
}

function mistakeIn(name: keyof Size): string {
  return `--${name} must be a whole number from 1 to ${MOST[name].toLocaleString('en')}, as in: npm run seed -- --${name} 1000`;
}
