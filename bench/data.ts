import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { progress } from '../bin/progress.ts';
import { type GeneratorOptions, generateUsers } from '../seeds/generator.ts';
import { generateHouse } from '../seeds/house.ts';
import { EVERYTHING } from '../src/access/rights.ts';
import { type Instant, instant } from '../src/clock.ts';
import { readSettings } from '../src/config.ts';
import { bulkInsert } from '../src/db/bulk-insert.ts';
import { type Database, openDatabase, type Transaction } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';
import { withSecrets } from '../src/installation/secrets/secrets.ts';
import { PasswordHasher } from '../src/passwords/password-hasher.ts';
import { createFirstAdministrator } from '../src/setup/actions/first-administrator.ts';
import { actSettings } from '../src/verbs/act.ts';
import { programAct } from '../src/verbs/program-act.ts';

/** Who looks at the pages that are measured. */
export interface Administrator {
  name: string;
  password: string;
}

/** A folder with a database, and who may see all of it. */
export interface BenchData {
  folder: string;
  administrator: Administrator;
}

/** So many users; made once and kept. */
export function benchData(users: number): Promise<BenchData> {
  return madeOnce(`bench-${users}`, async (db, options) => {
    await generateUsers(db, { ...options, users, onProgress: progress(users, 'users made') });
    await db.write((trx) => addGroups(trx, users, instant(options.now)));
  });
}

/** So many users with all that a house of theirs has come to in six years; made once and kept. */
export function benchHouse(users: number): Promise<BenchData> {
  return madeOnce(`bench-house-${users}`, async (db, options) => {
    const size = { users, groups: users / 100, contacts: users, invitations: users / 10, events: users * 10 };
    const shown = new Map(Object.entries(size).map(([name, count]) => [name, progress(count, name)]));
    await generateHouse(db, { ...options, ...size, onProgress: (name, done) => shown.get(name)!(done) });
  });
}

type Options = Omit<GeneratorOptions, 'users' | 'since' | 'onProgress'>;
type Fill = (db: Database, options: Options) => Promise<void>;

async function madeOnce(name: string, fill: Fill): Promise<BenchData> {
  const folder = join(import.meta.dirname, '../data', name);
  // Written last: without it the folder was left half made.
  const ready = join(folder, 'made.json');
  if (!existsSync(ready)) {
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(ready, JSON.stringify(await make(folder, fill)), { mode: 0o600 });
  }
  const db = openDatabase(folder);
  await migrate(db);
  // A storm of sign-ins of a quarter of an hour ago would keep out who looks at the pages now.
  await db.write((trx) => trx('address_limits').delete());
  await db.close();
  return { folder, administrator: JSON.parse(readFileSync(ready, 'utf8')) };
}

async function make(folder: string, fill: Fill): Promise<Administrator> {
  const config = withSecrets(readSettings({ DATA_DIR: folder }, ''));
  const db = openDatabase(folder);
  await migrate(db);
  const hasher = new PasswordHasher(config.secrets.pepper, config.passwordCost);
  const administrator = { name: 'bench', password: randomBytes(18).toString('base64url') };
  const now = Date.now();
  const settings = actSettings(config);
  const { loginAttempts, invitationHours } = config;
  const passwordHash = await hasher.hash(randomBytes(32).toString('base64'));
  await fill(db, { now, settings, loginAttempts, invitationHours, passwordHash });
  const act = programAct(settings, { name: 'setup', rights: EVERYTHING, at: instant(now), requestId: 'bench' });
  await createFirstAdministrator(db, act, {
    name: 'bench',
    email: 'bench@example.com',
    passwordHash: await hasher.hash(administrator.password),
  });
  await db.close();
  return administrator;
}

/** As many groups as a large house has: one for half of all users, which grants something, and many small ones. */
async function addGroups(trx: Transaction, users: number, at: Instant): Promise<void> {
  const group = (name: string) => ({ name, name_key: name.toLowerCase(), description: '', created_at: at });
  const names = ['Half of all', ...Array.from({ length: Math.round(users / 55) }, (_, n) => `Project ${n}`)];
  await bulkInsert(trx, 'groups', names.map(group));
  const ids: number[] = await trx('groups').orderBy('id', 'desc').limit(names.length).pluck('id');
  const [half, ...projects] = ids.reverse();
  const members: number[] = await trx('users').orderBy('id').pluck('id');
  const memberships = [
    ...members.slice(0, Math.ceil(users / 2)).map((user_id) => ({ user_id, group_id: half })),
    ...projects.flatMap((group_id, n) =>
      members.slice((n * 50) % users, ((n * 50) % users) + 10).map((user_id) => ({ user_id, group_id })),
    ),
  ];
  await bulkInsert(
    trx,
    'memberships',
    memberships.map((one) => ({ ...one, granted_at: at })),
  );
  await bulkInsert(trx, 'group_permissions', [
    { group_id: half, application: 'contacts', level: 'read' },
    ...projects.filter((_, n) => n % 4 === 0).map((group_id) => ({ group_id, application: 'contacts', level: 'read' })),
  ]);
}
